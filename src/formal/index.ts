/** Popek and Goldberg's third-generation machine: classification by execution, the theorems, and their VMMs. */
export * from "./classify.ts";
export * from "./component.ts";
export { type Coverage, enumerate, SMALL } from "./enumerate.ts";
export * from "./isa.ts";
export * from "./isas/index.ts";
export * from "./labels.ts";
export { execute, type Machine, Processor, type Run, snapshot } from "./machine.ts";
export { isSensitive, isUserSensitive, referenceClassifier } from "./reference.ts";
export * from "./state.ts";
export * from "./theorem.ts";
export { type Geometry, Words } from "./word.ts";

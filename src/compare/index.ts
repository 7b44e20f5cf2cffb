/** QEMU against Docker for real: the targets of this machine, scenarios, a run and its record. */
export { examine } from "./doctor.ts";
export type { Engine } from "./engines/engine.ts";
export { ENGINES, enginesNamed } from "./engines/index.ts";
export { Cancelled, CannotCompare } from "./errors.ts";
export type * from "./record.ts";
export { type Report, writeReport } from "./report/index.ts";
export { hostFacts } from "./run/machine.ts";
export { type RunEvent, type RunRequest, runComparison } from "./run/run.ts";
export { loadScenarios, shipped } from "./scenario/load.ts";
export { scaled } from "./scenario/scale.ts";

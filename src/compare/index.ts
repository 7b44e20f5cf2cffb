/**
 * QEMU against Docker for real: the targets of this machine, scenarios, a run and its record, and what the record says.
 *
 *     const { run } = recordedRun();                  // or readRun("folder of ringlab compare run")
 *     const cells = cellsOf(run);                     // target × scenario × case, with their repetitions
 *     const findings = findingsOf(run);               // the usual mistakes
 *     compare({ cell, measure }, { cell: base, measure }, { findings, seed: 1 });   // an Effect, or Refused with the reasons
 */
export * from "./analysis/index.ts";
export { examine } from "./doctor.ts";
export type { Engine } from "./engines/engine.ts";
export { ENGINES, enginesNamed } from "./engines/index.ts";
export { Cancelled, CannotCompare } from "./errors.ts";
export type * from "./record.ts";
export { RECORDED, recordedRun } from "./recorded/recorded.ts";
export { makeReport, type Report, writeReport } from "./report/index.ts";
export { hostFacts } from "./run/machine.ts";
export { type Design, inRounds, type Order, type Turn } from "./run/plan.ts";
export { predict } from "./run/predict.ts";
export { type RunEvent, type RunRequest, runComparison } from "./run/run.ts";
export { loadScenarios, parseScenarios, shipped } from "./scenario/load.ts";
export { scaled } from "./scenario/scale.ts";

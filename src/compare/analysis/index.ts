/** Judging a run folder: statistics, the usual mistakes, effects or refusals. */
export { type Interval, meanInterval, ratioInterval } from "./bootstrap.ts";
export { type Cell, cellsOf, done, working } from "./cells.ts";
export { CHECKS, findingsOf } from "./checks/index.ts";
export { type CompareOptions, compare, type Effect, type Refused, type Side } from "./effect.ts";
export { type Check, type Finding, type Severity, whereOf } from "./finding.ts";
export { divisionsOf, type LawRow, lawRows, simulatedLaw, TOLERANCE } from "./law.ts";
export { MEASURES, type Measure, measuresFor, valuesOf } from "./measures.ts";
export { AGREE, type Judged, judge, type Prediction, readPrediction } from "./prediction.ts";
export { type Run, readRun } from "./read.ts";
export { type Summary, summarize } from "./statistics.ts";

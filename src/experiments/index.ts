/** Every experiment by its name, and what runs them. */
import type { Experiment } from "./experiment.ts";

export { type Column, columnsOf, defineExperiment, type Experiment, type Row, rowsAt } from "./experiment.ts";
export { BadPoint, type Parameter, type Value } from "./parameter.ts";

/** In the order of the labs that they belong to. */
export const EXPERIMENTS: readonly Experiment[] = [];

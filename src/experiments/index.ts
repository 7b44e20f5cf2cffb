/** Every experiment by its name, and what runs them. */
import { directExecution } from "./direct-execution.ts";
import type { Experiment } from "./experiment.ts";
import { formalMap } from "./formal-map.ts";

export { type Column, columnsOf, defineExperiment, type Experiment, type Row, rowsAt } from "./experiment.ts";
export { BadPoint, type Parameter, type Value } from "./parameter.ts";

/** In the order of the labs that they belong to. */
export const EXPERIMENTS: readonly Experiment[] = [formalMap, directExecution];

import type { Experiment } from "../../src/experiments/index.ts";
export const EXPERIMENTS: readonly Experiment[];

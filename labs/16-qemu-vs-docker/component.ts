/** What the student of lab 16 writes: how a comparison is planned, summarized, concluded from, and distrusted. */
import type {
  Case,
  HostFacts,
  Metrics,
  Repetition,
  Scenario,
  TargetFacts,
} from "../../src/compare/record.ts";

/** What is measured repeatedly: a case of a scenario on a target, all three by their names. */
export interface Place {
  readonly target: string;
  readonly scenario: string;
  readonly case: string;
}

export interface Design {
  /** Of each place, run before the measured ones. */
  readonly warmups: number;
  /** Of each place: the measured ones. */
  readonly repetitions: number;
  readonly seed: number;
}

/** One repetition that is to be run. */
export interface Step extends Place {
  readonly warmup: boolean;
  /** From 0, within the warm-ups or the measured ones of its place. */
  readonly index: number;
}

/** One repetition that was run: a line of a run's record. What was not measured is absent from its metrics. */
export type Line = Readonly<
  Pick<Repetition, "warmup" | "index" | "outcome" | "metrics" | "load" | "pressure" | "pageCache">
>;

/** What is looked at; each a number in `metrics`. */
export type Measure = keyof Pick<
  Metrics,
  "eventsPerCpuSecond" | "eventsPerSecond" | "readMiBs" | "writeMiBs" | "memoryMiBs"
>;

export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation between repetitions (divisor: count − 1); null of a single one. */
  readonly std: number | null;
}

export interface Drawing {
  /** How often the samples are drawn again. */
  readonly resamples: number;
  readonly seed: number;
}

export interface Effect {
  /** mean(above) / mean(below). */
  readonly ratio: number;
  /** The ends of the interval of 95 %. */
  readonly low: number;
  readonly high: number;
  readonly verdict: "more" | "fewer" | "no difference detected";
}

/** A place with what is known of it, and its measured repetitions that count. */
export interface Cell {
  readonly target: Readonly<Pick<TargetFacts, "name" | "kind" | "sysbench">>;
  readonly scenario: Readonly<Pick<Scenario, "name" | "resources" | "seconds" | "pageCache">>;
  readonly case: Readonly<Case>;
  /** How many repetitions were planned. */
  readonly planned: number;
  /** One for each index, no warm-ups; what failed is among them. */
  readonly repetitions: readonly Line[];
}

export type Host = Readonly<Pick<HostFacts, "processors" | "memory">>;

/** Why one cell's figures may not be divided by another's. */
export type Reason =
  | "versions"
  | "workload"
  | "resources"
  | "duration"
  | "page cache"
  | "missing"
  | "single"
  | "implausible";

export type Mistake = "independent" | "emulated" | "contended" | "cached" | "outlier";

export interface Suspicion extends Place {
  readonly mistake: Mistake;
}

export interface Comparison {
  /** The order in which everything is run. */
  plan(places: readonly Place[], design: Design): Step[];
  /** The statistics of a place's lines; null: there is nothing to average. */
  summarize(lines: readonly Line[], measure: Measure): Summary | null;
  /** What dividing one sample's mean by another's says; null: too few values. */
  effect(above: readonly number[], below: readonly number[], drawing: Drawing): Effect | null;
  /** What forbids to compare the two. */
  refuse(other: Cell, base: Cell): Reason[];
  /** What a reader must know before he believes a cell's figures. */
  suspect(cells: readonly Cell[], host: Host): Suspicion[];
}

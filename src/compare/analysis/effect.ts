/** What a target does to a figure, against another: a ratio with its interval, or the reasons why there is none. */
import { mean } from "d3-array";
import type { Workload } from "../record.ts";
import { type Interval, ratioInterval } from "./bootstrap.ts";
import { type Cell, done, placeOf } from "./cells.ts";
import { concerns, type Finding } from "./finding.ts";
import { type Measure, valuesOf } from "./measures.ts";

/** One side of a comparison. */
export interface Side {
  cell: Cell;
  measure: Measure;
}

export interface Effect {
  kind: "effect";
  /** mean(other) / mean(base), with its 95 % interval. */
  ratio: number;
  interval: Interval;
  /** The interval leaves out 1. */
  detected: boolean;
  /** One sentence. */
  statement: string;
}

export interface Refused {
  kind: "refused";
  /** Each says what stands in the way. */
  reasons: string[];
}

export interface CompareOptions {
  /** What the checks found: those that refuse one of the cells refuse the comparison. */
  findings: readonly Finding[];
  /** Of the bootstrap. */
  seed: number;
  /** How the ratio's interval is found. Students of lab 16 write one. */
  interval?: typeof ratioInterval;
}

/** `other` against `base`. Unlike things are refused, never silently divided. */
export function compare(
  other: Side,
  base: Side,
  { findings, seed, interval: intervalOf = ratioInterval }: CompareOptions,
): Effect | Refused {
  const reasons = [
    ...unlike(other, base),
    ...[other.cell, base.cell].flatMap((cell) => refusals(cell, findings)),
    ...[other, base].flatMap(lacking),
  ];
  if (reasons.length > 0) return { kind: "refused", reasons: [...new Set(reasons)] };
  const above = valuesOf(other.cell, other.measure)!;
  const below = valuesOf(base.cell, base.measure)!;
  const ratio = mean(above)! / mean(below)!;
  const interval = intervalOf(above, below, { seed });
  const detected = interval.low > 1 || interval.high < 1;
  const statement = detected
    ? difference(other.cell.target.name, base.cell.target.name, other.measure, ratio, interval)
    : `No difference detected between ${other.cell.target.name} and ${base.cell.target.name} in ${other.measure.label}: ${percent(ratio)}, 95 % CI ${percent(interval.low)} to ${percent(interval.high)}.`;
  return { kind: "effect", ratio, interval, detected, statement };
}

function unlike(other: Side, base: Side): string[] {
  const reasons: string[] = [];
  const differ = (what: string, a: unknown, b: unknown) => {
    if (a !== b)
      reasons.push(`${what} differ: ${placeOf(other.cell)} has ${a}, ${placeOf(base.cell)} has ${b}`);
  };
  differ("units", other.measure.unit, base.measure.unit);
  differ("workloads", workloadText(other.cell.case.workload), workloadText(base.cell.case.workload));
  const given = ({ scenario: { resources } }: Cell) => `${resources.processors} CPU, ${resources.memory} MiB`;
  differ("resources", given(other.cell), given(base.cell));
  differ("durations", `${other.cell.scenario.seconds} s`, `${base.cell.scenario.seconds} s`);
  differ("page caches", other.cell.scenario.pageCache, base.cell.scenario.pageCache);
  const version = ({ target }: Cell) => target.sysbench ?? "an unknown version";
  differ("versions of sysbench", version(other.cell), version(base.cell));
  return reasons;
}

const refusals = (cell: Cell, findings: readonly Finding[]): string[] =>
  findings
    .filter((finding) => finding.severity === "refuse" && concerns(finding, cell))
    .map(({ what }) => `${placeOf(cell)}: ${what}`);

function lacking({ cell, measure }: Side): string[] {
  const here = done(cell).length;
  if (here < cell.planned) return [`${placeOf(cell)}: ${here} of ${cell.planned} repetitions are there`];
  if (here < 2) return [`${placeOf(cell)}: a single repetition has no spread to judge a difference by`];
  const values = valuesOf(cell, measure);
  if (values === undefined) return [`${placeOf(cell)}: not every repetition measured ${measure.label}`];
  if (values.some((value) => !(value > 0))) return [`${placeOf(cell)}: ${measure.label} is not above zero`];
  return [];
}

/** sysbench's options, which say all of a workload. */
export function workloadText(workload: Workload): string {
  const { kind, ...options } = workload;
  return [kind, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(" ");
}

/** Factors from here on, percents below. */
const FACTOR = 1.5;

function difference(
  other: string,
  base: string,
  measure: Measure,
  ratio: number,
  { low, high }: Interval,
): string {
  const [by, from, to] = ratio < 1 ? [1 / ratio, 1 / high, 1 / low] : [ratio, low, high];
  const word = ratio < 1 ? "fewer" : "more";
  const [amount, least, most] =
    by >= FACTOR
      ? [times(by), times(from), times(to)]
      : [ratio, ...(ratio < 1 ? [high, low] : [low, high])].map(
          (share) => `${(Math.abs(share - 1) * 100).toFixed(1)} %`,
        );
  return `${other}: ${amount} ${word} ${measure.label} than ${base}, 95 % CI ${least} to ${most}.`;
}

const times = (factor: number) => `${factor.toPrecision(factor < 10 ? 2 : 3)}×`;

/** What a ratio changes: "+2.1 %", "−0.4 %", "0.0 %". */
export function percent(ratio: number): string {
  const size = (Math.abs(ratio - 1) * 100).toFixed(1);
  const sign = Number(size) === 0 ? "" : ratio < 1 ? "−" : "+";
  return `${sign}${size} %`;
}

/**
 * The operation-count law of "sysbench cpu": an event for a limit is a known number of divisions, so events a second times
 * divisions an event is the same for every limit, on any platform. No parameter is fitted but the platform's own speed.
 */
import { groups, mean } from "d3-array";
import { sysbenchPrimes } from "../../guests/models.ts";
import { type Cell, done } from "./cells.ts";
import { type Measure, measuresFor, valuesOf } from "./measures.ts";
import type { Prediction } from "./prediction.ts";

export interface LawRow {
  target: string;
  scenario: string;
  case: string;
  maxPrime: number;
  /** Divisions an event. */
  divisions: number;
  /** Mean over repetitions, by `measure`. */
  rate: number;
  /** rate × divisions against the mean of it over the limits of the same target and scenario; 0 obeys the law. */
  deviation: number;
  measure: Measure;
}

/** What the law allows: reading limits from caches and measuring take a little. */
export const TOLERANCE = 0.06;

const counted = new Map<number, number>();

/** Divisions of one event: 117526 for --cpu-max-prime=10000. */
export function divisionsOf(maxPrime: number): number {
  const known = counted.get(maxPrime);
  if (known !== undefined) return known;
  const { divisions } = sysbenchPrimes(maxPrime);
  counted.set(maxPrime, divisions);
  return divisions;
}

/** Of every target and scenario that ran with two limits or more, with the same threads. */
export function lawRows(cells: readonly Cell[]): LawRow[] {
  const cpu = cells.filter(({ case: { workload } }) => workload.kind === "cpu");
  const together = groups(cpu, ({ target, scenario, case: { workload } }) =>
    [target.name, scenario.name, workload.threads].join(" "),
  );
  return together.flatMap(([, group]) => groupRows(group));
}

function groupRows(group: readonly Cell[]): LawRow[] {
  const ran = group.filter((cell) => done(cell).length > 0);
  if (ran.length === 0) return [];
  const measure = measuresFor(ran[0]!.case.workload, ran)[0]!;
  const rows = ran.flatMap((cell) => {
    const values = valuesOf(cell, measure);
    const { workload } = cell.case;
    if (!values || workload.kind !== "cpu") return [];
    const divisions = divisionsOf(workload.maxPrime);
    return [{ cell, maxPrime: workload.maxPrime, divisions, rate: mean(values)! }];
  });
  if (new Set(rows.map(({ maxPrime }) => maxPrime)).size < 2) return [];
  return offLaw(rows).map(({ cell, ...row }) => ({
    target: cell.target.name,
    scenario: cell.scenario.name,
    case: cell.case.name,
    ...row,
    measure,
  }));
}

/** The same of what was simulated. Empty of a prediction that keeps ratios alone. */
export function simulatedLaw({
  rates = [],
}: Prediction): Pick<LawRow, "target" | "maxPrime" | "deviation">[] {
  return groups(rates, ({ target }) => target).flatMap(([, group]) =>
    offLaw(
      group.map(({ target, maxPrime, perSecond }) => ({
        target,
        maxPrime,
        divisions: divisionsOf(maxPrime),
        rate: perSecond,
      })),
    ),
  );
}

function offLaw<R extends { rate: number; divisions: number }>(rows: R[]): (R & { deviation: number })[] {
  const speed = mean(rows, ({ rate, divisions }) => rate * divisions)!;
  return rows.map((row) => ({ ...row, deviation: (row.rate * row.divisions) / speed - 1 }));
}

import { mean } from "d3-array";
import { type Cell, done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";
import { MEASURES, valuesOf } from "../measures.ts";

/** So much of what so many threads should give is still scaling. */
const SCALES = 0.7;

export const threads: Check = {
  name: "threads",
  mistake: "one thread on twelve virtual CPUs; an emulator that runs all of them on one thread of the host",
  look(_run, cells) {
    const cpu = cells.filter(({ case: { workload } }) => workload.kind === "cpu");
    const idle = cpu.filter(
      ({ case: { workload }, scenario }) => workload.threads < scenario.resources.processors,
    );
    const named = new Set<string>();
    const found: Finding[] = idle.flatMap(({ scenario, case: one }) => {
      const key = `${scenario.name} ${one.name}`;
      if (named.has(key)) return [];
      named.add(key);
      return [
        {
          check: "threads",
          severity: "warn" as const,
          scenario: scenario.name,
          case: one.name,
          what: `${one.workload.threads} thread(s) on ${scenario.resources.processors} processors: the others stay idle`,
          todo: "don't conclude anything about more processors from this case; give as many threads as processors",
        },
      ];
    });
    return [...found, ...cpu.flatMap((cell) => flat(cell, cpu))];
  },
};

/** More threads of the same work in the same place, with processors for them, and no more events. */
function flat(cell: Cell, cells: readonly Cell[]): Finding[] {
  const { workload } = cell.case;
  if (workload.kind !== "cpu" || workload.threads === 1 || done(cell).length === 0) return [];
  const single = cells.find(
    ({ target, scenario, case: { workload: other } }) =>
      target === cell.target &&
      scenario === cell.scenario &&
      other.kind === "cpu" &&
      other.maxPrime === workload.maxPrime &&
      other.threads === 1,
  );
  const [many, one] = [cell, single].map((of) => of && valuesOf(of, MEASURES.eventsPerSecond));
  if (!many || !one) return [];
  const expected = Math.min(workload.threads, cell.scenario.resources.processors);
  const speedup = mean(many)! / mean(one)!;
  if (expected === 1 || speedup >= expected * SCALES) return [];
  return [
    {
      check: "threads",
      severity: "warn",
      ...at(cell),
      what: `${workload.threads} threads on ${cell.scenario.resources.processors} processors give ${speedup.toFixed(2)}× the events of one`,
      todo: "an emulator with thread=single, fewer processors given than asked for, or a busy host: look at nproc inside and at the load",
    },
  ];
}

/** A scenario made smaller: to see that every case works before hours are spent on it. */
import type { Scenario, Workload } from "../record.ts";

/** MiB: below it a set of files is no set. */
const SMALLEST = 16;

/**
 * Durations, sets of files and counts of starts times `factor`, each at least one; what a processor computes, and what
 * the target is given, stay as they are. `about` says so, and the report with it.
 *
 * @param factor above 0, at most 1
 */
export function scaled(scenarios: readonly Scenario[], factor: number): Scenario[] {
  if (factor === 1) return [...scenarios];
  return scenarios.map((scenario) => ({
    ...scenario,
    about: `${scenario.about} (made smaller, × ${factor}: not to be published)`,
    seconds: times(scenario.seconds, factor),
    cases: scenario.cases.map((one) => ({ ...one, workload: smaller(one.workload, factor) })),
  }));
}

const times = (value: number, factor: number, least = 1): number =>
  Math.max(Math.min(value, least), Math.round(value * factor));

function smaller(workload: Workload, factor: number): Workload {
  switch (workload.kind) {
    case "fileio": {
      const totalSize = times(workload.totalSize, factor, SMALLEST);
      // Every file holds a block at least.
      const room = Math.floor((totalSize * 2 ** 20) / workload.blockSize);
      return { ...workload, totalSize, files: Math.max(1, Math.min(workload.files, room)) };
    }
    case "startup":
      return { ...workload, starts: times(workload.starts, factor) };
    default:
      return workload;
  }
}

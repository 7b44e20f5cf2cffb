/** What a check says. Every finding tells what is wrong, where, and what to do. */
import type { Cell } from "./cells.ts";
import type { Run } from "./read.ts";

/**
 * - refuse: what is named may not be compared with anything;
 * - warn: the figures stand, but a reader must know this before he concludes from them;
 * - note: nothing is wrong, and it has been mistaken often.
 */
export type Severity = "refuse" | "warn" | "note";

export interface Finding {
  check: string;
  severity: Severity;
  /** Absent: everywhere. */
  target?: string;
  scenario?: string;
  case?: string;
  what: string;
  todo: string;
}

export interface Check {
  name: string;
  /** The mistake that it catches, as it was found in reports. */
  mistake: string;
  /** Why it sees nothing in this run, if so: silence is no proof then. */
  blind?(run: Run, cells: readonly Cell[]): string | undefined;
  look(run: Run, cells: readonly Cell[]): Finding[];
}

/** The part of a finding that says where. */
export const at = (cell: Cell) => ({
  target: cell.target.name,
  scenario: cell.scenario.name,
  case: cell.case.name,
});

/** Whether a finding speaks of a cell: what it leaves open, it says of all. */
export function concerns(finding: Finding, cell: Cell): boolean {
  return (
    (finding.target ?? cell.target.name) === cell.target.name &&
    (finding.scenario ?? cell.scenario.name) === cell.scenario.name &&
    (finding.case ?? cell.case.name) === cell.case.name
  );
}

/** "docker, cores, prime-20000", "qemu-tcg", "the run". */
export const whereOf = ({ target, scenario, case: name }: Finding): string =>
  [target, scenario, name].filter((part) => part !== undefined).join(", ") || "the whole run";

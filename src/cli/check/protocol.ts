/** What the command and the process that runs the component say to each other. */

/** Which checks of a lab: the public ones, or those that a seed draws. */
export interface Series {
  lab: string;
  seed: number | undefined;
}

/** Written to a file that the process is started with. */
export interface Job extends Series {
  /** The component as an ES module. */
  module: string;
  /** Positions in the series, in the order in which they are to be run. */
  checks: readonly number[];
}

/** A verdict (src/course/table.ts) with its values as lines of text; the clause is known to both sides. */
export interface Outcome {
  passed: boolean;
  observation?: { input: string; expected: string[]; actual: string[]; share: number };
  breach?: string;
}

/** What the component is doing: a method and how often it has been called in this check; undefined between calls. */
export interface Doing {
  method: string | undefined;
  call: number;
}

/** Lines of JSON on file descriptor 3. */
export type Message =
  | { kind: "methods"; missing: string[] }
  /** The module itself fails, whatever is checked. */
  | { kind: "broken"; problem: string }
  | { kind: "begin"; check: number }
  | { kind: "outcome"; check: number; outcome: Outcome }
  /** By the watchdog, by itself, or by what it threw outside of a call: a timer, a promise. */
  | { kind: "stopped"; why: "time" | "memory" | "exit" | "later"; doing: Doing; problem?: string };

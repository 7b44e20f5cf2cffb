/**
 * What became of one submission. It holds no clock and no path, so that grading again gives the same bytes; all pages and
 * tables are made from it.
 */

/** Told apart because they are different news. `infrastructure` never costs a point: such a result is not written. */
export type Status = "passed" | "failed" | "timeout" | "memory" | "crashed" | "divergence" | "infrastructure";

export interface TestResult {
  /** Unique in the lab: "classify/random-3". Safe to show. */
  id: string;
  part: string;
  /** For a hidden test it says what kind of case this is, and nothing of its input. */
  name: string;
  clause: string;
  /** Public checks are shown whole and carry no points; hidden tests carry them all. */
  visibility: "public" | "hidden";
  status: Status;
  points: number;
  max: number;
  /**
   * One sentence, made by the trusted side: what the component did wrong ("classify returned a promise"). Empty when it passed.
   * Of a hidden test it quotes no value and no message: a component that returns or throws its input would hand it out.
   */
  reason: string;
  /** How far it came before it was stopped: calls of the component that were replayed. */
  calls: number;
  /** Shown for public checks, and for hidden tests only when they are released. Lines of text, made by the course's `lines`. */
  detail: { input: string; expected: readonly string[]; actual: readonly string[] } | undefined;
}

export interface Graded {
  /** Of the form's version. */
  version: 1;
  lab: string;
  /** Hash over submission, tests, grader and limits: equal keys, equal results. */
  key: string;
  /** Why nothing could be run; all tests have 0 points then. */
  refused: string | undefined;
  notes: readonly string[];
  /** Answers to reflection questions, to be graded by hand. */
  answers: Readonly<Record<string, string>>;
  tests: readonly TestResult[];
  /** Sum over the hidden tests, rounded to hundredths. */
  score: number;
  max: number;
}

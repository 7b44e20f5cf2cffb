/** What a student may see of a test, and the words for what became of it. One place decides it for all pages and files. */
import type { Status, TestResult } from "./result.ts";
import type { Release } from "./settings.ts";

/** The test without its input, expected and actual when these are still secret. */
export function disclose(test: TestResult, release: Release): TestResult {
  return test.visibility === "public" || release === "released" ? test : { ...test, detail: undefined };
}

/** "partly" is a failed test that earned points nevertheless. */
export type Outcome = Status | "partly";

export function outcomeOf({ status, points }: Pick<TestResult, "status" | "points">): Outcome {
  return status === "failed" && points > 0 ? "partly" : status;
}

export interface Words {
  /** As in "2 of 7 …". */
  short: string;
  /** A sentence for the student, where the grader has said nothing more exact. */
  long: string;
  /** Where to look; may be empty. */
  hint: string;
  mark: string;
}

export const OUTCOMES: Readonly<Record<Outcome, Words>> = {
  passed: { mark: "✓", short: "passed", long: "It did what the contract asks.", hint: "" },
  partly: {
    mark: "◐",
    short: "partly right",
    long: "Some of it is right, and earned its share of the points.",
    hint: "",
  },
  failed: { mark: "✗", short: "failed", long: "It did something else than the contract asks.", hint: "" },
  timeout: {
    mark: "◷",
    short: "out of time",
    long: "It was stopped because it took longer than the lab allows.",
    hint: "Look for a loop that does not end.",
  },
  memory: {
    mark: "▦",
    short: "out of memory",
    long: "It was stopped because it wanted more memory than the lab allows.",
    hint: "Look for something that only grows.",
  },
  crashed: { mark: "⚡", short: "crashed", long: "The program ended before the scenario did.", hint: "" },
  divergence: {
    mark: "≠",
    short: "not repeatable",
    long: "Played back on another machine, its calls did not lead to the same place.",
    hint: "A component may use what it is given, and nothing else: no clock, no chance, nothing kept from an earlier run.",
  },
  infrastructure: {
    mark: "↻",
    short: "not graded yet",
    long: "The grader failed, not your component. It will be graded again; no points are lost.",
    hint: "",
  },
};

/** What to tell its author of a test that did not pass. */
export function explanation(test: TestResult): string {
  const { long, hint } = OUTCOMES[outcomeOf(test)];
  return [test.reason || `${long} ${reached(test)}`, hint]
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .join(" ");
}

/** All outcomes in the order of their news, best first. */
export const OUTCOME_ORDER = Object.keys(OUTCOMES) as Outcome[];

/** For a time-out and its like: a sentence on how far it came; empty for tests that came to their end. */
function reached({ status, calls }: Pick<TestResult, "status" | "calls">): string {
  if (status === "passed" || status === "failed" || status === "infrastructure") return "";
  if (calls === 0) return "It was still in the first call of the component.";
  return `${calls} ${calls === 1 ? "call" : "calls"} of the component had come to an end by then.`;
}

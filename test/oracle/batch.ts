/** Runs the cases of one world on a machine, going on behind those that take the machine with them. */
import { type Case, ENTRY, encode } from "./case.ts";
import { CASE_SIZE, CASES, CONTROL, LOG, MOST_CASES } from "./layout.ts";
import { Log, type Outcome } from "./outcome.ts";
import type { Ground } from "./world.ts";

/** How the cases of a batch ended. */
export interface Run {
  /**
   * The supervisor wrote the exit port; the processor shut down (triple fault); no case ended for long; the machine itself
   * failed.
   */
  readonly end: "done" | "shutdown" | "stuck" | "crash";
  /** Index of the case that ran last; of the first that did not when done. */
  readonly index: number;
  /** Outcomes so far. */
  readonly log: Uint8Array;
  /** For a reader. */
  readonly detail: string;
}

/** Takes the whole RAM, runs until the end. */
export type Machine = (ram: Uint8Array) => Run | Promise<Run>;

/** An outcome, or why there is none. */
export type Result = Outcome | { readonly end: Run["end"] | "skipped"; readonly detail: string };

const SKIPPED: Result = { end: "skipped", detail: "" };

export const ended = (result: Result): result is Exclude<Result, Outcome> => "end" in result;

/** One result for each case, in order. After `restarts` cases that took the machine with them the rest is not run: "skipped". */
export async function runBatch(
  machine: Machine,
  { image }: Ground,
  cases: readonly Case[],
  restarts = Number.POSITIVE_INFINITY,
): Promise<Result[]> {
  const results: Result[] = [];
  let left = restarts;
  for (let first = 0; first < cases.length; first += MOST_CASES) {
    const part = cases.slice(first, first + MOST_CASES);
    image.bytes.fill(0, CASES, CASES + MOST_CASES * CASE_SIZE);
    part.forEach((of, i) => {
      encode(of, image.view, CASES + CASE_SIZE * i);
    });
    for (let start = 0; start < part.length; ) {
      image.u32(CONTROL, start);
      image.u32(CONTROL + 4, part.length);
      image.u32(CONTROL + 8, LOG);
      const { end, index, log, detail } = await machine(image.bytes);
      if (end !== "done" && (index < start || index >= part.length)) {
        // A case wrote over the supervisor: which one cannot be told, and the rest is lost.
        results.push(...new Array(part.length - start).fill(SKIPPED));
        break;
      }
      const outcomes = new Log(log);
      for (let i = start; i < index; i++)
        results.push(part[i]!.entry === ENTRY.skip ? SKIPPED : outcomes.next());
      if (end !== "done") {
        results.push({ end, detail });
        if (--left < 0) return [...results, ...new Array(cases.length - results.length).fill(SKIPPED)];
      } else if (index !== part.length)
        throw new Error(`the supervisor ended after ${index} of ${part.length} cases`);
      start = end === "done" ? index : index + 1;
    }
  }
  return results;
}

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

export interface Batch {
  /** One for each case, in order. */
  readonly results: readonly Result[];
  /** Cases that began on a fresh machine, since the one before took it along. */
  readonly fresh: ReadonlySet<number>;
}

/**
 * Runs all cases. `fresh` names cases that shall begin on a fresh machine: what a case leaves in memory outside of the window
 * must be the same on both machines. After `restarts` cases that took the machine with them the rest is not run: "skipped".
 */
export async function runBatch(
  machine: Machine,
  { image }: Ground,
  cases: readonly Case[],
  fresh: ReadonlySet<number> = new Set(),
  restarts = Number.POSITIVE_INFINITY,
): Promise<Batch> {
  if (cases.length > MOST_CASES) throw new Error(`a batch has at most ${MOST_CASES} cases`);
  image.bytes.fill(0, CASES, CASES + MOST_CASES * CASE_SIZE);
  cases.forEach((of, i) => {
    encode(of, image.view, CASES + CASE_SIZE * i);
  });
  const results: Result[] = [];
  const began = new Set(fresh);
  const skipTo = (end: number) => {
    while (results.length < end) results.push(SKIPPED);
  };
  // A case that writes over the supervisor is found by halving what is run at once.
  let most = cases.length;
  for (let start = 0, left = restarts; start < cases.length && left >= 0; ) {
    const next = [...began].reduce((least, at) => (at > start && at < least ? at : least), cases.length);
    const stop = Math.min(next, start + most);
    image.u32(CONTROL, start);
    image.u32(CONTROL + 4, stop);
    image.u32(CONTROL + 8, LOG);
    const { end, index, log, detail } = await machine(image.bytes);
    if (index < start || index > stop || (end === "done") !== (index === stop)) {
      left--;
      if (stop - start > 1) {
        most = (stop - start) >> 1;
        continue;
      }
      skipTo(stop);
      start = stop;
    } else {
      const outcomes = new Log(log);
      for (let i = start; i < index; i++)
        results.push(cases[i]!.entry === ENTRY.skip ? SKIPPED : outcomes.next());
      start = stop;
      if (end !== "done") {
        results.push({ end, detail });
        start = index + 1;
        left--;
      }
    }
    began.add(start);
    most = cases.length;
  }
  skipTo(cases.length);
  return { results, fresh: began };
}

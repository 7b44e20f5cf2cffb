/** A class: every submission through a pool of workers, each result kept as soon as it is there. */
import type { Candidate } from "../../intake/submission.ts";
import type { Graded } from "../../report/result.ts";
import type { Kit } from "../kit.ts";
import { type Outcome, perform } from "../pool/perform.ts";
import type { Setup } from "../pool/protocol.ts";
import { Slot } from "../pool/slot.ts";

export interface ClassRun {
  kit: Kit;
  setup: Setup;
  temporary: string;
  jobs: number;
  /** The result that there is. */
  have(id: string): Graded | undefined;
  /** Called one after the other; what it throws ends the run. */
  keep(id: string, graded: Graded): Promise<void>;
  onDone(outcome: Outcome): void;
  onBeat?(): void;
  signal: AbortSignal;
}

/** So many failures of the grader's one after the other, and no success between: it will not work for the rest either. */
const HOPELESS = 5;

/**
 * In the order of the candidates.
 * @throws what `keep` throws, and the signal's reason
 */
export async function gradeClass(candidates: readonly Candidate[], run: ClassRun): Promise<Outcome[]> {
  const { kit, setup, temporary, onDone, onBeat } = run;
  const outcomes: Outcome[] = new Array(candidates.length);
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  let next = 0;
  let failed = 0;
  let writing: Promise<void> = Promise.resolve();

  async function serve(slot: Slot): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const index = next++;
      const candidate = candidates[index];
      if (!candidate) return;
      const outcome = await attempt(slot, candidate);
      if (outcome.kind === "graded") {
        writing = writing.then(() => run.keep(candidate.id, outcome.graded));
        await writing;
      }
      failed = outcome.kind === "not graded" ? failed + 1 : 0;
      outcomes[index] = outcome;
      onDone(outcome);
    }
  }

  async function attempt(slot: Slot, candidate: Candidate): Promise<Outcome> {
    if (failed >= HOPELESS)
      return {
        candidate,
        ms: 0,
        kind: "not graded",
        reason: `the grader failed for the ${failed} before it`,
      };
    return perform(candidate, { kit, slot, signal, have: run.have(candidate.id), onBeat });
  }

  const slots = Array.from(
    { length: Math.min(run.jobs, candidates.length) },
    () => new Slot(setup, temporary),
  );
  const served = slots.map((slot) =>
    serve(slot).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  // An aborted one must not wait for what a worker is doing.
  const onAbort = () => {
    for (const slot of slots) void slot.close();
  };
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.all(served);
    return outcomes;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await Promise.allSettled(served);
    await Promise.all(slots.map((slot) => slot.close()));
  }
}

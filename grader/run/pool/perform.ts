/** One submission through workers that may die over it: who is to blame for what, and what is tried again. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Candidate } from "../../intake/submission.ts";
import type { Graded, TestResult } from "../../report/result.ts";
import { undecidable } from "../grade.ts";
import type { Kit } from "../kit.ts";
import type { Files } from "../submission.ts";
import type { Reply, Task } from "./protocol.ts";
import { type Listener, type Slot, WorkerDied } from "./slot.ts";
import { TOO_BUSY } from "./watchdog.ts";

/** What became of a candidate in this run. */
export type Outcome = { candidate: Candidate; ms: number } & (
  | { kind: "graded" | "same"; graded: Graded; files: Files | undefined }
  /** Through no fault of the submission; it is tried again in the next run. */
  | { kind: "not graded"; reason: string }
);

export interface Performance {
  kit: Kit;
  slot: Pick<Slot, "grade">;
  /** The result that there is. */
  have: Graded | undefined;
  signal: AbortSignal;
  /** Waiting times before another try after a failure of the grader's, in ms. */
  backOff?: readonly number[];
  /** ms after which a silent worker is taken for stuck. */
  stuck?: number;
  /** A test begins or ends. */
  onBeat?: () => void;
}

/** Workers that may break over tests of one submission before all that is undecided is given up. */
const DEATHS = 3;
/** A worker that breaks twice at the same test was broken by its record. */
const AGAIN = 2;
const BACK_OFF = [500, 3000];
/** More than all tries of one test together may take, with every limit at its end. */
const STUCK = 20 * 60_000;

const BUSY = "What it recorded took far longer to play back than any honest component's calls do.";
const BROKEN = "What it recorded cannot be played back: it takes more memory than the grader has.";
const UNREADABLE =
  "The grader could not read it: it takes more time or memory than any component should. Write it more simply.";

/** @throws the signal's reason */
export async function perform(candidate: Candidate, performance: Performance): Promise<Outcome> {
  const { kit, slot, have, signal, backOff = BACK_OFF, stuck = STUCK, onBeat = () => {} } = performance;
  const began = Date.now();
  const known = new Map<string, TestResult>();
  const deaths = new Map<string, number>();
  let refused: string | undefined;
  const listener: Listener = { beat: onBeat, tested: (result) => known.set(result.id, result) };
  const outcome = (rest: Kind): Outcome => ({ candidate, ms: Date.now() - began, ...rest });
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    const task: Task = { kind: "task", candidate, have: have?.key, known: [...known.values()], refused };
    const reply = await slot.grade(task, listener, stuck).catch((error: unknown) => error as WorkerDied);
    signal.throwIfAborted();
    if (!(reply instanceof Error)) {
      if (reply.kind === "graded") return outcome({ ...reply });
      if (reply.kind === "same") return outcome({ ...reply, graded: have! });
    } else if (!(reply instanceof WorkerDied)) throw reply;
    else if (wasBroken(reply)) {
      blame(reply);
      continue;
    }
    const pause = backOff[failures++];
    if (pause === undefined) return outcome({ kind: "not graded", reason: reasonOf(reply) });
    await sleep(pause, undefined, { signal });
  }

  function blame({ stage, signal: by }: WorkerDied): void {
    const id = typeof stage === "object" ? stage.test : "";
    deaths.set(id, (deaths.get(id) ?? 0) + 1);
    const busy = by === TOO_BUSY;
    if (!busy && deaths.get(id)! < AGAIN) return;
    if (id === "") refused = UNREADABLE;
    const total = [...deaths.values()].reduce((sum, count) => sum + count, 0);
    for (const test of kit.tests)
      if (test.id === id || (total >= DEATHS && !known.has(test.id)))
        known.set(test.id, undecidable(test, busy ? BUSY : BROKEN));
  }
}

type Kind = Outcome extends infer O ? (O extends Outcome ? Omit<O, "candidate" | "ms"> : never) : never;

/**
 * By what it was reading or playing back. Whoever was killed from outside, or never heard of again, may have died of anything; so
 * may one that was only reading, unless its memory or its time was at an end.
 */
function wasBroken({ stage, signal }: WorkerDied): boolean {
  if (stage === "starting" || signal === "SIGKILL" || signal === "SIGTERM") return false;
  return stage !== "reading" || signal !== undefined;
}

const reasonOf = (reply: Reply | Error) => (reply instanceof Error ? reply.message : reasonIn(reply));
const reasonIn = (reply: Reply) => (reply.kind === "infrastructure" ? reply.reason : "");

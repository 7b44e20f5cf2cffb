/**
 * `take`: opens a candidate in a thread of its own, which is ended when it takes too long. That is no luxury: TypeScript's
 * parser needs half a minute for "async(" twenty-four times in a row, and twice that for each one more.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { patience } from "../patience.ts";
import { bytes } from "./caps.ts";
import type { TakeOptions } from "./read-candidate.ts";
import { type Candidate, Refusal, type Submission } from "./submission.ts";
import type { Answer, Question } from "./thread.ts";

/** What one submission may cost here. Usual ones take milliseconds. */
const MILLISECONDS = 10_000;
const MEGABYTES = 512;

/** Threads run what was built, also when the tests run the sources. */
const THREAD = import.meta.url.endsWith(".ts")
  ? new URL("../../dist/grader/intake/thread.js", import.meta.url)
  : new URL("./thread.js", import.meta.url);

let thread: Worker | undefined;
let turn: Promise<unknown> = Promise.resolve();

/**
 * One after the other, whoever calls.
 * @throws Refusal for whatever is wrong with the submission; another error when this machine cannot read it
 */
export function take(candidate: Candidate, options: TakeOptions): Promise<Submission> {
  const taken = turn.then(() => ask({ candidate, options }));
  turn = taken.catch(() => {});
  return taken;
}

async function ask(question: Question): Promise<Submission> {
  thread ??= await start();
  const asked = thread;
  asked.ref();
  try {
    const answer = await answerOf(asked, question);
    if ("taken" in answer) return answer.taken;
    throw answer.refused === undefined ? new Error(answer.failed) : new Refusal(answer.refused);
  } finally {
    asked.unref();
  }
}

/** Loading the parser is not the submission's time. */
async function start(): Promise<Worker> {
  const worker = new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: MEGABYTES }, env: {} });
  await once(worker, "message");
  return worker;
}

async function answerOf(worker: Worker, question: Question): Promise<Answer> {
  const { milliseconds = MILLISECONDS } = question.options;
  const late = new AbortController();
  const calm = patience(milliseconds, () => late.abort());
  worker.postMessage(question);
  try {
    const [answer] = await once(worker, "message", { signal: late.signal });
    return answer;
  } catch (error) {
    thread = undefined;
    worker.on("error", () => {});
    void worker.terminate();
    if (late.signal.aborted)
      return {
        refused: `Reading it took longer than ${milliseconds / 1000} seconds. Write it more simply.`,
      };
    if ((error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY")
      return {
        refused: `Reading it took more than ${bytes(MEGABYTES * 2 ** 20)} of memory. Write it more simply.`,
      };
    throw error;
  } finally {
    calm();
  }
}

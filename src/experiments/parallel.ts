/** Running the jobs of an experiment on several threads. The rows are those of `run`, in its order. */
import { Worker } from "node:worker_threads";
import type { Row } from "./experiment.ts";
import type { Job } from "./grid.ts";

export interface Parallel {
  /** Number of threads. */
  workers: number;
  /** URL of the module whose EXPERIMENTS hold the experiment; the project's own by default. */
  module?: string;
  /** Stops all threads; the iteration throws its reason. */
  signal?: AbortSignal;
  /** Called after each job, in the order in which they end. */
  onDone?: () => void;
}

/** What a thread is told at its start, then for each job, and what it answers to it. */
export interface Task {
  module: string;
  name: string;
}
export interface Question {
  index: number;
  job: Job;
}
export interface Answer {
  index: number;
  outcome: { rows: Row[] } | { error: unknown };
}

/**
 * Yields the rows of each job in the order of the jobs, as soon as they and all before them are there. A job that fails
 * throws in its turn, as it would in `run`, whichever thread was the first to see a failure.
 * @param name of the experiment
 */
export async function* runParallel(
  name: string,
  jobs: readonly Job[],
  { workers, module = new URL("./index.js", import.meta.url).href, signal, onDone }: Parallel,
): AsyncGenerator<Row[]> {
  signal?.throwIfAborted();
  const outcomes = new Map<number, Answer["outcome"]>();
  let crash: { reason: unknown } | undefined;
  let wake = () => {};
  const stop = (reason: unknown) => {
    crash ??= { reason };
    wake();
  };
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener("abort", onAbort);

  let next = 0;
  const ask = (thread: Worker) => {
    const index = next++;
    if (index < jobs.length) thread.postMessage({ index, job: jobs[index]! } satisfies Question);
  };
  const threads = Array.from({ length: Math.min(workers, jobs.length) }, () => {
    const thread = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: { module, name } satisfies Task,
    });
    thread.on("error", stop);
    thread.on("exit", (code) =>
      stop(new Error(`a worker thread ended with code ${code} before its job was done`)),
    );
    thread.on("message", ({ index, outcome }: Answer) => {
      outcomes.set(index, outcome);
      onDone?.();
      ask(thread);
      wake();
    });
    ask(thread);
    return thread;
  });

  try {
    for (let index = 0; index < jobs.length; index++) {
      while (!outcomes.has(index) && !crash)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (crash) throw crash.reason;
      const outcome = outcomes.get(index)!;
      outcomes.delete(index);
      if ("error" in outcome) throw outcome.error;
      yield outcome.rows;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

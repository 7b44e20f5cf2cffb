/** A worker's side of its watchdog. */
import { Worker } from "node:worker_threads";

export interface Watched {
  /** A step begins that may take so many seconds of processor time. */
  step(seconds: number): void;
  rest(): void;
}

/** @param parent the process that this one must not outlive */
export function watched(parent: number): Watched {
  const beat = new Int32Array(new SharedArrayBuffer(8));
  const thread = new Worker(new URL("./watchdog.js", import.meta.url), { workerData: { beat, parent } });
  thread.unref();
  const set = (seconds: number) => {
    Atomics.store(beat, 1, Math.ceil(seconds * 1000));
    Atomics.add(beat, 0, 1);
  };
  return { step: set, rest: () => set(0) };
}

/** Ctrl+C and its like as an AbortSignal; asked twice, the process ends at once. */
import { constants } from "node:os";

export class Interrupted extends Error {
  override name = "Interrupted";
  /** As a shell reports it. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param last what must be done in any case, at once */
export function interruptible(last: () => void): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      last();
      process.exit(128 + constants.signals[signal]);
    }
    controller.abort(new Interrupted(signal));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  return { signal: controller.signal, release };
}

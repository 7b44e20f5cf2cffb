/** A session with a program whose own standard input and output are the job's. */
import { createInterface } from "node:readline";
import { Child, type StartOptions } from "../ground/child.ts";
import { commandLine } from "../ground/quote.ts";
import type { Session } from "./engine.ts";

/**
 * @param remove removes what the program leaves behind; runs once, after it has ended
 * @throws CannotCompare when there is no such program
 */
export async function pipe(
  argv: readonly string[],
  { remove, ...options }: StartOptions & { remove?: (child: Child) => Promise<unknown> } = {},
): Promise<Session & { child: Child }> {
  const began = performance.now();
  const child = await Child.start(argv, options);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    // An engine's client that is stopped may leave its container running: `remove` comes first and last.
    if (child.isRunning) await remove?.(child);
    await child.stop();
    await remove?.(child);
  };
  return {
    child,
    began,
    ended: child.ended,
    command: commandLine(argv),
    lines: createInterface({ input: child.process.stdout, crlfDelay: Number.POSITIVE_INFINITY }),
    send: (line) => void child.process.stdin.write(`${line}\n`),
    noise: async () => child.stderr,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

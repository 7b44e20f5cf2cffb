/** Ctrl+C, a closed terminal, an ordinary kill: what was started is ended, what was changed is undone, then we end. */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Cancelled, CannotCompare } from "../../compare/index.ts";
import { cacheFolder } from "../../kernel/own/checker/snapshot.ts";
import { UserError } from "../errors.ts";

/** What a disk refuses: it is full, over its quota, read-only, or not ours. */
const DISK = ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "ENOTDIR"];

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `task` with a signal that those of the system abort. A second Ctrl+C changes nothing: cleaning up goes on.
 *
 * @param folders that it writes to, for the error that a disk is full
 */
export async function cancellable(
  task: (signal: AbortSignal, cache: string) => Promise<void>,
  ...folders: string[]
): Promise<void> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    console.error(
      controller.signal.aborted ? "(still cleaning up)" : `${name}: ending what runs, cleaning up …`,
    );
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    const cache = cacheFolder();
    await mkdir(cache, { recursive: true });
    await task(controller.signal, cache);
  } catch (error) {
    if (error instanceof Cancelled) throw new UserError("cancelled; the same command continues it", 130);
    if (error instanceof CannotCompare) throw new UserError(error.message);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && DISK.includes(code))
      throw new UserError(
        `${message}. See that there is room, and that you may write, in ${[...folders, `${tmpdir()} (TMPDIR)`].join(", ")} and ${cacheFolder()} (RINGLAB_CACHE). What is recorded stays, and the same command goes on`,
      );
    throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

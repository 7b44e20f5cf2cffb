/** The ground that engines stand on: folders, the signal that ends everything, and what must be undone. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARK } from "./processes.ts";
import { remember, restore, stateOf } from "./state.ts";
import { Undo } from "./undo.ts";

export interface Ground {
  /** Unique on this machine: names of containers and cgroups begin with it. */
  name: string;
  /** For this run only; removed with everything in it. */
  scratch: string;
  /** Kept between runs: the root file system, disk images. */
  cache: string;
  signal: AbortSignal;
  undo: Undo;
  /** A command that undoes what isn't below `scratch`, should this process be killed before it can. */
  ifKilled(command: string[]): Promise<void>;
}

/**
 * Sets this process's variable MARK until everything is undone: every program that is started inherits it.
 *
 * @param cache an existing folder
 */
export async function openGround(cache: string, signal: AbortSignal): Promise<Ground> {
  const undo = new Undo();
  const name = `ringlab-compare-${randomBytes(4).toString("hex")}`;
  const scratch = join(tmpdir(), name);
  const state = await stateOf(name, scratch);
  await remember(cache, state);
  await mkdir(scratch, { mode: 0o700 });
  process.env[MARK] = name;
  undo.later("restore the machine", () => {
    delete process.env[MARK];
    return restore(cache, state);
  });
  const ifKilled = (command: string[]) => {
    state.commands.push(command);
    return remember(cache, state);
  };
  return { name, scratch, cache, signal, undo, ifKilled };
}

/** The ground that engines stand on: folders, the signal that ends everything, and what must be undone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { removeCgroups } from "./cgroups.ts";
import { unmountBelow } from "./mounts.ts";
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
}

/** @param cache an existing folder */
export async function openGround(cache: string, signal: AbortSignal): Promise<Ground> {
  const undo = new Undo();
  const scratch = await mkdtemp(join(tmpdir(), "ringlab-compare-"));
  const name = basename(scratch).toLowerCase();
  undo.later(`remove ${scratch}`, async () => {
    await unmountBelow(scratch);
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  });
  undo.later("remove the cgroups of this run", () => removeCgroups(name));
  return { name, scratch, cache, signal, undo };
}

/**
 * What a run would leave if it were killed (SIGKILL, the power): a file in the cache's folder `running` for as long as it
 * lives, from which the next run clears away what the dead one left.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { sentence } from "../errors.ts";
import { groupsOfEngines, removeCgroups, removeNewGroups } from "./cgroups.ts";
import { must } from "./child.ts";
import { unmountBelow } from "./mounts.ts";
import { killAll, startOf } from "./processes.ts";
import { removeNewTraces, traces } from "./traces.ts";

export interface State {
  /** Of the run; its processes, cgroups and containers are found by it. */
  name: string;
  /** Its folder for everything that doesn't stay. */
  scratch: string;
  /** Of the process that runs it. */
  pid: number;
  started: string;
  /** As it was before: cgroups with names that engines give, files that engines make. */
  before: { groups: string[]; traces: string[] };
  /** Command lines that undo what none of the above tells: what an engine of the user's holds for us. */
  commands: string[][];
}

const fileOf = (cache: string, name: string) => join(cache, "running", `${name}.json`);

export async function stateOf(name: string, scratch: string): Promise<State> {
  const before = { groups: await groupsOfEngines(), traces: await traces() };
  return {
    name,
    scratch,
    pid: process.pid,
    started: (await startOf(process.pid)) ?? "",
    before,
    commands: [],
  };
}

export async function remember(cache: string, state: State): Promise<void> {
  await mkdir(join(cache, "running"), { recursive: true });
  await writeFileAtomic(fileOf(cache, state.name), `${JSON.stringify(state)}\n`);
}

/**
 * Ends the run's processes, unmounts what is mounted in its scratch folder, removes that and its cgroups, and forgets the
 * run. What fails is tried again by the next run: the file stays.
 */
export async function restore(cache: string, { name, scratch, before, commands }: State): Promise<void> {
  await killAll(name);
  for (const command of commands) await must(command, { timeout: 60_000 });
  await unmountBelow(scratch);
  await removeCgroups(name);
  await removeNewGroups(before.groups);
  await removeNewTraces(before.traces);
  await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  await rm(fileOf(cache, name), { force: true });
}

/**
 * Clears away what runs left that were killed.
 *
 * @returns a sentence for each
 */
export async function sweep(cache: string): Promise<string[]> {
  const said: string[] = [];
  for (const file of await readdir(join(cache, "running")).catch(() => [])) {
    const path = join(cache, "running", file);
    const state = await stateIn(path);
    if (state && (await startOf(state.pid)) === state.started) continue;
    try {
      if (state) {
        await restore(cache, state);
        said.push(`a run was killed before (process ${state.pid}): what it left has been removed`);
      } else if (file.endsWith(".json")) await rm(path, { force: true });
    } catch (error) {
      said.push(`could not remove everything that a killed run left (${path}): ${sentence(error)}`);
    }
  }
  return [...said, ...(await removeHalves(cache))];
}

/** A file that was cut off is no reason to end processes, or to remove a folder. */
async function stateIn(file: string): Promise<State | undefined> {
  try {
    const state = JSON.parse(await readFile(file, "utf8")) as State;
    const isOurs = /^ringlab-compare-[0-9a-f]{8}$/.test(state.name) && basename(state.scratch) === state.name;
    return isOurs ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Things of the cache that were being made by a process which is gone: see rootfs/made.ts. */
async function removeHalves(cache: string): Promise<string[]> {
  const said: string[] = [];
  for (const name of await readdir(cache)) {
    const pid = /\.(\d+)\.half(\.\w+)?$/.exec(name)?.[1];
    if (pid === undefined || (await startOf(Number(pid))) !== undefined) continue;
    await unmountBelow(join(cache, name));
    await rm(join(cache, name), { recursive: true, force: true });
    said.push(`${name} in the cache was left half made: removed`);
  }
  return said;
}

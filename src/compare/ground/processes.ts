/**
 * Processes of a run, found without knowing their ids: programs that we start inherit a variable with the run's name,
 * the first process of a container is in a cgroup whose path has it, and engines' helpers, which inherit nothing, have it
 * in their command lines.
 */
import { readdir, readFile } from "node:fs/promises";

/** In the environment of everything that a run starts; its value is the run's name. */
export const MARK = "RINGLAB_COMPARE_RUN";

/** As the kernel cuts them off. A user's own `tail` of a file in our folder is none of ours. */
const HELPERS = ["conmon", "containerd", "containerd-shim", "dockerd", "runc"];

const file = (pid: number, what: string): Promise<string> =>
  readFile(`/proc/${pid}/${what}`, "utf8").catch(() => "");

/** The fields of proc(5)'s stat from the third on: names of programs may hold spaces. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await file(pid, "stat");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** What tells a process from a later one that got its id: clock ticks after boot, field 22. */
export const startOf = async (pid: number): Promise<string | undefined> => (await statOf(pid))[19];

/** Ids of the living processes of the run `name`, but for this one. */
export async function processesOf(name: string): Promise<number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found: number[] = [];
  for (const pid of pids) if (pid !== process.pid && (await belongs(pid, name))) found.push(pid);
  return found;
}

async function belongs(pid: number, name: string): Promise<boolean> {
  if ((await statOf(pid))[0] === "Z") return false;
  if ((await file(pid, "environ")).split("\0").includes(`${MARK}=${name}`)) return true;
  if ((await file(pid, "cgroup")).includes(name)) return true;
  return HELPERS.includes((await file(pid, "comm")).trim()) && (await file(pid, "cmdline")).includes(name);
}

/** Kills what is left of the run `name`, until nothing of it lives. */
export async function killAll(name: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const pids = await processesOf(name);
    if (pids.length === 0) return;
    if (attempt === 50) throw new Error(`processes ${pids.join(", ")} don't end`);
    for (const pid of pids)
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

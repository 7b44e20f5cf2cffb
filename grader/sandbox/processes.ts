/** Processes of this machine by id, told apart from later ones with the same id by their start time (proc(5), /proc/PID/stat). */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Process {
  pid: number;
  /** Clock ticks after boot. */
  startTime: string;
  /** Its process group. */
  group: number;
  /** As whom it runs. */
  user: number;
}

/** Undefined when there is no such process, or only what its parent has not fetched yet. */
export function findProcess(pid: number): Process | undefined {
  let stat: string;
  let user: number;
  try {
    // The owner of the folder would not do: that is root for who may not be looked into.
    user = Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is a name in parentheses that may hold anything, parentheses too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === "Z" || state === "X"
    ? undefined
    : { pid, startTime: fields[19]!, group: Number(fields[2]), user };
}

export const isAlive = (process: Process): boolean =>
  findProcess(process.pid)?.startTime === process.startTime;

export function kill(target: Process | undefined): void {
  if (target && isAlive(target)) signal(target.pid);
}

/** SIGKILL to a process, or to a process group when negative. That it is gone already is fine. */
export function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {}
}

const PATIENCE = 10_000;

/** Settles when `left` is empty; throws when that takes unreasonably long. */
export async function until(empty: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (let pause = 1; !empty(); pause = Math.min(2 * pause, 50)) {
    if (performance.now() > deadline) throw new Error("some of its processes could not be ended");
    await sleep(pause);
  }
}

/** Whether a process group has nobody left who runs. */
export function groupIsEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return true;
  }
  // A corpse that nobody fetched still counts for kill(2).
  return process.platform === "linux" && !runningProcesses().some((one) => one.group === group);
}

export function runningProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => findProcess(Number(name)))
    .filter((found) => found !== undefined);
}

/** Operations on what control groups divide: processor time, memory, a disk. */
import * as disk from "../calls/disk.ts";
import { open } from "../calls/files.ts";
import { release, touch } from "../calls/memory.ts";
import { rest, spin } from "../calls/work.ts";
import { refuse } from "../errno.ts";
import { READ } from "../fs/permission.ts";
import { DISK } from "../kernel.ts";
import type { Task } from "../task.ts";
import { decode, type Marked, type Named, quoted, yes } from "./operation.ts";

/** Of a file of lines "KEY NUMBER", or of its only number, "-". */
function numberIn(task: Task, path: string, key: string): number {
  const text = decode(open(task, path, { access: READ }).inode.read(0, 4096, task));
  const line = key === "-" ? text : text.split("\n").find((one) => one.startsWith(`${key} `));
  return Number((line ?? refuse("ENODATA")).split(" ").at(-1));
}
const within = (value: number, low: string, high: string) =>
  yes(value >= Number(low) && value <= Number(high));

const mebibytes = (text: string) => Number(text) * 2 ** 20;

type Operation = (task: Task, args: readonly string[], world: Named & Marked) => unknown;

export const RESOURCES: Record<string, Operation> = {
  cgroup: (t, [name], world) => {
    const { cgroup, state } = world.task(name!);
    return state.kind === "gone" ? refuse("ENOENT") : quoted(t.namespaces.cgroup.pathOf(cgroup));
  },
  spin: (t) => spin(t),
  rest: (t) => rest(t),
  touch: (t, [size]) => touch(t, mebibytes(size!)),
  untouch: (t) => release(t),
  pull: (t, [first, size]) => disk.read(t, DISK, mebibytes(first!), mebibytes(size!)),
  direct: (t, [, size]) => disk.readDirect(t, DISK, mebibytes(size!)),
  mark: (t, _, world) => {
    world.marked = t.cgroup.kernel.scheduler.now;
  },
  since: (t, [low, high], world) =>
    within((t.cgroup.kernel.scheduler.now - world.marked) / 1000, low!, high!),
  sleep: (t, [milliseconds]) => t.cgroup.kernel.scheduler.run(Number(milliseconds) * 1000),
  between: (t, [path, key, low, high]) => within(numberIn(t, path!, key!), low!, high!),
  ratio: (t, [path, over, key, low, high]) =>
    within(numberIn(t, path!, key!) / numberIn(t, over!, key!), low!, high!),
};

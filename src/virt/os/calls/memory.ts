/** Memory of processes, and files in the page cache: charged to the control group of whoever touches a page first. Sizes are bytes. */
import { type Owner, PAGE } from "../cgroup/controllers/pages.ts";
import type { Inode } from "../fs/inode.ts";
import type { Task } from "../task.ts";

const owners = new WeakMap<Task, Owner>();
/** A process as the memory controller knows it. */
function ownerOf(task: Task): Owner {
  const known = owners.get(task) ?? {
    get memory() {
      return task.cgroup.effective("memory")!;
    },
    kill() {
      task.cgroup.kernel.kill(task);
    },
  };
  owners.set(task, known);
  return known;
}

/** So much more of its own. Whoever is beyond a limit is ended here, or somebody else. */
export function touch(task: Task, size: number): void {
  task.cgroup.kernel.pages.touch(ownerOf(task), Math.ceil(size / PAGE));
}
/** All that is its own. */
export function release(task: Task): void {
  const owner = owners.get(task);
  if (owner) task.cgroup.kernel.pages.free(owner);
}

/** Reads a page of a file. True: it was not in the page cache yet. */
export function readPage(task: Task, file: object, index: number): boolean {
  return (task.cgroup.kernel.pages.read(ownerOf(task), file, index, 1) ?? 0) > 0;
}

/** Pages that hold these bytes of a file come into the page cache. */
function bring(task: Task, file: Inode, offset: number, length: number): void {
  const first = Math.floor(offset / PAGE);
  const count = length > 0 ? Math.ceil((offset + length) / PAGE) - first : 0;
  task.cgroup.kernel.pages.read(ownerOf(task), file, first, count);
}

/**
 * Bytes of a file, by way of the page cache (Linux, mm/filemap.c). A union has no pages of its own: what is read through it are those of the
 * layer's inode, so that containers of one image share them.
 */
export function readFile(task: Task, inode: Inode, offset: number, length: number): Uint8Array {
  const bytes = inode.read(offset, length, task);
  bring(task, inode.backing, offset, bytes.length);
  return bytes;
}

/** A file's data may be another inode's now: a copy-up has read all of the lower one, and filled as many pages of the upper one. */
export function copiedUp(task: Task, before: Inode, after: Inode): void {
  if (after === before) return;
  for (const one of [before, after]) bring(task, one, 0, one.size);
}

export function writeFile(task: Task, inode: Inode, offset: number, bytes: Uint8Array): void {
  const before = inode.backing;
  inode.write(offset, bytes, task);
  copiedUp(task, before, inode.backing);
  bring(task, inode.backing, offset, bytes.length);
}

/** Pages of a file that are in memory. */
export const cachedPages = (task: Task, inode: Inode): number =>
  task.cgroup.kernel.pages.cached(inode.backing);

/** Pages of all files that are in memory, whoever was charged. */
export function filePages(task: Task): number {
  const { current, anon } = task.cgroup.effective("memory")!.upwards.at(-1)!;
  return current - anon;
}

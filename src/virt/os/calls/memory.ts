/** Memory of processes, and files in the page cache: charged to the control group of whoever touches a page first. Sizes are bytes. */
import { type Owner, PAGE } from "../cgroup/controllers/pages.ts";
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

/** Time on a processor: what a process wants of it, and its control group lets it have. Times are microseconds. */
import type { Runner } from "../cgroup/controllers/scheduler.ts";
import { refuse } from "../errno.ts";
import type { Task } from "../task.ts";
import { clone, end, wait } from "./processes.ts";

/** A process as the scheduler knows it. */
const runnerOf = (task: Task): Runner => ({
  get group() {
    return task.cgroup.effective("cpu")!;
  },
  get waiting() {
    return task.cgroup.frozen || task.state.kind !== "running";
  },
});

const spinning = new WeakMap<Task, Task[]>();
/** A child that only works, until its parent has it rest. */
export function spin(parent: Task): void {
  const child = clone(parent, []);
  spinning.set(parent, [...(spinning.get(parent) ?? []), child]);
  child.cgroup.kernel.scheduler.start(runnerOf(child));
}
export function rest(parent: Task): void {
  const child = spinning.get(parent)?.pop() ?? refuse("ECHILD");
  end(child, { signal: 9 });
  wait(parent, parent.pidNamespace.pidOf(child));
}

/** The clocks of a time namespace: clock_gettime(2), time_namespaces(7). */
import { refuse } from "../errno.ts";
import type { ClockName, TimeSpan } from "../namespaces/time.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { mayWriteFile } from "./trace.ts";

export const clock = (task: Task, name: ClockName): TimeSpan => task.namespaces.time.now(name);

/** A write to /proc/PID/timens_offsets: the offsets of where the children of `target` will live. */
export function setOffsets(task: Task, target: Task, offsets: ReadonlyMap<ClockName, TimeSpan>): void {
  if (!mayWriteFile(task, target, 0o644)) refuse("EACCES");
  const { timeForChildren } = target.namespaces;
  if (!capable(task.credentials, timeForChildren.userNamespace, "SYS_TIME")) refuse("EPERM");
  timeForChildren.setOffsets(offsets);
}

/** Who may look into another process, and so use what /proc shows of it: ptrace(2), "Ptrace access mode checking". */
import { refuse } from "../errno.ts";
import { mayAccess, WRITE } from "../fs/permission.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

/** PTRACE_MODE_READ_FSCREDS: the links of /proc/PID/ns. */
export function mayRead(task: Task, other: Task): boolean {
  if (task === other) return true;
  const [who, whom] = [task.credentials, other.credentials];
  const may = () => capable(who, whom.userNamespace, "SYS_PTRACE");
  const same =
    [whom.uid, whom.euid, whom.suid].every((id) => id === who.euid) &&
    [whom.gid, whom.egid, whom.sgid].every((id) => id === who.egid);
  if (!same && !may()) return false;
  const stronger =
    who.userNamespace === whom.userNamespace && [...whom.permitted].every((one) => who.effective.has(one));
  return stronger || may();
}
/** Whether the links of /proc/PID/ns can be followed. */
export function mustSee(task: Task, other: Task): void {
  if (other.state.kind === "gone") refuse("ENOENT");
  if (!mayRead(task, other)) refuse("EACCES");
}
/** Whoever has ended is in few of the namespaces any more: those that its credentials and its number are of. */
export function mustBeIn(other: Task, link: string): void {
  if (other.state.kind !== "running" && link !== "user" && link !== "pid") refuse("ENOENT");
}

/** proc(5): the files of /proc/PID belong to the effective user and group of the process. */
export function mayWriteFile(task: Task, other: Task, mode: number): boolean {
  const { euid: uid, egid: gid } = other.credentials;
  return mayAccess(task.credentials, { type: "file", attributes: { mode, uid, gid } }, WRITE);
}

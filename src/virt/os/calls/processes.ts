/** Processes begin, end and are waited for: clone(2), _exit(2), wait(2), kill(2), pid_namespaces(7). */
import { exit, fork, release } from "../cgroup/cgroup.ts";
import { refuse } from "../errno.ts";
import { capable } from "../namespaces/user.ts";
import type { ExitStatus, Task } from "../task.ts";
import { release as releaseMemory } from "./memory.ts";
import { type Kind, liveInTime, renew } from "./namespaces.ts";

/** A child with new namespaces of the kinds named, and the rest shared. */
export function clone(parent: Task, kinds: readonly Kind[]): Task {
  const { credentials, namespaces, root, cwd } = renew(parent, kinds);
  const pidNamespace = namespaces.pidForChildren;
  if (pidNamespace.closed) refuse("ENOMEM");
  const { cgroup } = parent;
  if (!fork(cgroup)) {
    pidNamespace.skip();
    refuse("EAGAIN");
  }
  const child: Task = {
    parent,
    children: new Set(),
    policies: parent.policies,
    pidNamespace,
    credentials,
    namespaces: liveInTime(namespaces),
    root,
    cwd,
    cgroup,
    umask: parent.umask,
    subreaper: false,
    noNewPrivileges: parent.noNewPrivileges,
    filters: parent.filters,
    state: { kind: "running" },
  };
  pidNamespace.enter(child);
  cgroup.members.add(child);
  namespaces.net.hold();
  parent.children.add(child);
  return child;
}

export const getpid = (task: Task): number => task.pidNamespace.pidOf(task);
/** 0: the parent lives in a namespace above. */
export const getppid = (task: Task): number => task.pidNamespace.pidOf(task.parent);

/** Its children go to the nearest subreaper above, or to the init of its PID namespace. */
function newParent(task: Task): Task | undefined {
  const { init } = task.pidNamespace;
  for (let at = task.parent; at?.pidNamespace.isWithin(task.pidNamespace); at = at.parent)
    if (at.subreaper && at.state.kind === "running") return at;
  return init === task ? undefined : init;
}

export function end(task: Task, status: ExitStatus): void {
  if (task.state.kind !== "running") return;
  task.state = { kind: "zombie", status };
  exit(task);
  releaseMemory(task);
  task.namespaces.net.release();
  // pid_namespaces(7): the end of an init ends everybody there; the namespace takes nobody in again.
  if (task.pidNamespace.init === task) {
    task.pidNamespace.closed = true;
    for (const other of task.pidNamespace.all()) {
      end(other, { signal: 9 });
      if (other !== task) reap(other);
    }
  }
  const heir = newParent(task);
  for (const child of [...task.children]) {
    task.children.delete(child);
    child.parent = heir;
    heir?.children.add(child);
    if (!heir && child.state.kind === "zombie") reap(child);
  }
}

function reap(task: Task): void {
  if (task.state.kind === "gone") return;
  task.state = { kind: "gone" };
  task.parent?.children.delete(task);
  task.pidNamespace.leave(task);
  release(task);
}

/** waitpid(2) for one child that has ended. */
export function wait(task: Task, pid: number): ExitStatus {
  const child = task.pidNamespace.find(pid);
  if (!child || child.parent !== task) refuse("ECHILD");
  if (child.state.kind !== "zombie") refuse("EAGAIN");
  const { status } = child.state;
  reap(child);
  return status;
}

/** pid_namespaces(7): an init gets only what it has handlers for, but from above KILL and STOP. */
export const shielded = (target: Task, by: Task): boolean =>
  target.pidNamespace.init === target && target.pidNamespace.pidOf(by) !== 0;

/** kill(2). Signal 0 only asks; of the others only those that end a process matter here, since none has a handler. */
export function kill(task: Task, pid: number, signal: number): void {
  const target = task.pidNamespace.find(pid) ?? refuse("ESRCH");
  const { euid, uid } = task.credentials;
  const { credentials } = target;
  const own = [euid, uid].some((id) => id === credentials.uid || id === credentials.suid);
  if (!own && !capable(task.credentials, credentials.userNamespace, "KILL")) refuse("EPERM");
  if (signal === 0 || target.state.kind !== "running") return;
  if (target.pidNamespace.init === target && (signal !== 9 || shielded(target, task))) return;
  end(target, { signal });
}

/** A process: credentials(7), pid_namespaces(7), namespaces(7). One thread each. */
import type { Cgroup } from "./cgroup/cgroup.ts";
import type { Credentials } from "./credentials.ts";
import type { MountNamespace, Place } from "./fs/mount.ts";
import type { CgroupNamespace } from "./namespaces/cgroup.ts";
import type { IpcNamespace } from "./namespaces/ipc.ts";
import type { NetNamespace } from "./namespaces/net.ts";
import type { PidNamespace } from "./namespaces/pid.ts";
import type { TimeNamespace } from "./namespaces/time.ts";
import type { UtsNamespace } from "./namespaces/uts.ts";
import type { Policies } from "./policies.ts";
import type { SeccompFilter } from "./seccomp/filter.ts";

/** All but the user namespace, which goes with the credentials, and the PID namespace of a task itself, which never changes. */
export interface Namespaces {
  readonly mnt: MountNamespace;
  readonly uts: UtsNamespace;
  readonly ipc: IpcNamespace;
  readonly net: NetNamespace;
  readonly cgroup: CgroupNamespace;
  readonly time: TimeNamespace;
  /** Where children will live: unshare changes this one. */
  readonly timeForChildren: TimeNamespace;
  /** Where children will live: unshare and setns change this one. */
  readonly pidForChildren: PidNamespace<Task>;
}

export type TaskState =
  | { readonly kind: "running" }
  | { readonly kind: "zombie"; readonly status: ExitStatus }
  | { readonly kind: "gone" };
export type ExitStatus = { readonly exit: number } | { readonly signal: number };

export interface Task {
  parent: Task | undefined;
  readonly children: Set<Task>;
  /** The kernel's. */
  readonly policies: Policies;
  readonly pidNamespace: PidNamespace<Task>;
  credentials: Credentials;
  namespaces: Namespaces;
  root: Place;
  cwd: Place;
  cgroup: Cgroup;
  umask: number;
  /** Orphans below it become its children: PR_SET_CHILD_SUBREAPER. */
  subreaper: boolean;
  /** No program that it executes gives it more than it has: PR_SET_NO_NEW_PRIVS. Never taken back. */
  noNewPrivileges: boolean;
  /** The newest first: seccomp(2). */
  filters: readonly SeccompFilter[];
  state: TaskState;
}

/** All processes of the kernel that a task lives in. */
export function everybody(task: Task): readonly Task[] {
  let top = task.pidNamespace;
  while (top.parent) top = top.parent;
  return top.all();
}

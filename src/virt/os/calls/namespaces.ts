/** Leaving and entering namespaces: clone(2), unshare(2), setns(2), namespaces(7). */
import { ALL } from "../capabilities.ts";
import { type Credentials, inNewUserNamespace } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { copyNamespace } from "../fs/copy.ts";
import { type Place, same } from "../fs/mount.ts";
import { PidNamespace } from "../namespaces/pid.ts";
import { capable } from "../namespaces/user.ts";
import { UtsNamespace } from "../namespaces/uts.ts";
import type { Namespaces, Task } from "../task.ts";

/** The flags CLONE_NEWNS, CLONE_NEWUTS, … by the names that /proc/PID/ns gives them. */
export const KINDS = ["mnt", "uts", "pid", "user"] as const;
export type Kind = (typeof KINDS)[number];

/** What changes with new namespaces; the caller decides whose it becomes. A user namespace is made first and owns the others. */
export function renew(
  task: Task,
  kinds: readonly Kind[],
): { credentials: Credentials; namespaces: Namespaces; root: Place; cwd: Place } {
  let { credentials, namespaces, root, cwd } = task;
  if (kinds.includes("user")) credentials = makeUser(task);
  const here = credentials.userNamespace;
  if (kinds.some((kind) => kind !== "user") && !capable(credentials, here, "SYS_ADMIN")) refuse("EPERM");
  if (kinds.includes("mnt")) {
    const { namespace, moved } = copyNamespace(namespaces.mnt, here);
    namespaces = { ...namespaces, mnt: namespace };
    [root, cwd] = [moved(root), moved(cwd)];
  }
  if (kinds.includes("uts"))
    namespaces = { ...namespaces, uts: new UtsNamespace(here, namespaces.uts.hostname) };
  if (kinds.includes("pid"))
    namespaces = { ...namespaces, pidForChildren: new PidNamespace(here, namespaces.pidForChildren) };
  return { credentials, namespaces, root, cwd };
}

function makeUser(task: Task): Credentials {
  const { credentials } = task;
  const here = credentials.userNamespace;
  // Whoever has no name in the own namespace cannot be the owner of another; nor who is in a changed root: user_namespaces(7).
  if (here.ownId(here.uids, credentials.euid) === undefined) refuse("EPERM");
  if (here.ownId(here.gids, credentials.egid) === undefined) refuse("EPERM");
  const { mnt } = task.namespaces;
  if (!same(task.root, mnt.top)) refuse("EPERM");
  return inNewUserNamespace(credentials);
}

export function unshare(task: Task, kinds: readonly Kind[]): void {
  // A PID namespace is unshared once; children are born there.
  Object.assign(task, renew(task, kinds));
}

/** Enters the namespaces of another process: setns(2) with a PID file descriptor. */
export function setns(task: Task, other: Task, kinds: readonly Kind[]): void {
  const target = { ...other.namespaces, user: other.credentials.userNamespace };
  let { credentials } = task;
  if (kinds.includes("user")) {
    if (target.user === credentials.userNamespace) refuse("EINVAL");
    if (!capable(credentials, target.user, "SYS_ADMIN")) refuse("EPERM");
    credentials = {
      ...credentials,
      userNamespace: target.user,
      permitted: ALL,
      effective: ALL,
      bounding: ALL,
    };
  }
  const may = (owner: typeof target.user) =>
    capable(credentials, owner, "SYS_ADMIN") && capable(credentials, credentials.userNamespace, "SYS_ADMIN");
  let { namespaces, root, cwd } = task;
  if (kinds.includes("mnt")) {
    if (!may(target.mnt.userNamespace) || !capable(credentials, credentials.userNamespace, "SYS_CHROOT"))
      refuse("EPERM");
    namespaces = { ...namespaces, mnt: target.mnt };
    root = cwd = target.mnt.top;
  }
  if (kinds.includes("uts")) {
    if (!may(target.uts.userNamespace)) refuse("EPERM");
    namespaces = { ...namespaces, uts: target.uts };
  }
  if (kinds.includes("pid")) {
    // The PID namespace of the process named, not that of its children.
    if (!may(other.pidNamespace.userNamespace)) refuse("EPERM");
    if (!other.pidNamespace.isWithin(task.pidNamespace)) refuse("EINVAL");
    namespaces = { ...namespaces, pidForChildren: other.pidNamespace };
  }
  Object.assign(task, { credentials, namespaces, root, cwd });
}

export const hostname = (task: Task): string => task.namespaces.uts.hostname;
export function setHostname(task: Task, name: string): void {
  const { uts } = task.namespaces;
  if (!capable(task.credentials, uts.userNamespace, "SYS_ADMIN")) refuse("EPERM");
  if (name.length > 64) refuse("EINVAL");
  uts.hostname = name;
}

/** Leaving and entering namespaces: clone(2), unshare(2), setns(2), namespaces(7). */
import { within } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { copyNamespace } from "../fs/copy.ts";
import { type Place, same } from "../fs/mount.ts";
import { CgroupNamespace } from "../namespaces/cgroup.ts";
import { IpcNamespace } from "../namespaces/ipc.ts";
import { NetNamespace } from "../namespaces/net.ts";
import { PidNamespace } from "../namespaces/pid.ts";
import { TimeNamespace } from "../namespaces/time.ts";
import { capable, UserNamespace } from "../namespaces/user.ts";
import { UtsNamespace } from "../namespaces/uts.ts";
import type { Namespaces, Task } from "../task.ts";
import { mustBeIn, mustSee } from "./trace.ts";

/** The flags CLONE_NEWNS, CLONE_NEWUTS, … by the names that /proc/PID/ns gives them, in the order in which one enters several. */
export const KINDS = ["user", "uts", "ipc", "net", "cgroup", "pid", "time", "mnt"] as const;
export type Kind = (typeof KINDS)[number];

type Renewed = Pick<Task, "credentials" | "namespaces" | "root" | "cwd">;
/** What changes with a new namespace of each kind; `owner` is the user namespace that it belongs to. */
const MAKERS: Record<
  Exclude<Kind, "user" | "mnt">,
  (task: Task, owner: UserNamespace) => Partial<Namespaces>
> = {
  uts: ({ namespaces }, owner) => ({ uts: new UtsNamespace(owner, namespaces.uts.hostname) }),
  ipc: (_, owner) => ({ ipc: new IpcNamespace(owner) }),
  net: (_, owner) => ({ net: new NetNamespace(owner) }),
  cgroup: ({ cgroup }, owner) => ({ cgroup: new CgroupNamespace(owner, cgroup) }),
  pid: ({ namespaces, pidNamespace }, owner) => {
    // Once: whose children are to live elsewhere already may not change that again.
    if (namespaces.pidForChildren !== pidNamespace) refuse("EINVAL");
    return { pidForChildren: new PidNamespace(owner, pidNamespace) };
  },
  time: ({ namespaces }, owner) => ({
    timeForChildren: new TimeNamespace(owner, namespaces.timeForChildren),
  }),
};

/** What changes with new namespaces; the caller decides whose it becomes. A user namespace is made first and owns the others. */
export function renew(task: Task, kinds: readonly Kind[]): Renewed {
  let { credentials, namespaces, root, cwd } = task;
  if (kinds.includes("user")) credentials = makeUser(task);
  const here = credentials.userNamespace;
  if (kinds.some((kind) => kind !== "user") && !capable(credentials, here, "SYS_ADMIN")) refuse("EPERM");
  for (const kind of kinds) {
    if (kind === "user") continue;
    if (kind !== "mnt") {
      namespaces = { ...namespaces, ...MAKERS[kind](task, here) };
      continue;
    }
    const { namespace, moved } = copyNamespace(namespaces.mnt, here);
    namespaces = { ...namespaces, mnt: namespace };
    [root, cwd] = [moved(root), moved(cwd)] as [Place, Place];
  }
  return { credentials, namespaces, root, cwd };
}

function makeUser({ credentials, root, namespaces: { mnt } }: Task) {
  const here = credentials.userNamespace;
  const made = new UserNamespace(here, credentials);
  // Whoever has no name in the own namespace cannot be the owner of another; nor who is in a changed root: user_namespaces(7).
  if (!same(root, mnt.top)) refuse("EPERM");
  if (here.ownId(here.uids, credentials.euid) === undefined) refuse("EPERM");
  if (here.ownId(here.gids, credentials.egid) === undefined) refuse("EPERM");
  return within(credentials, made);
}

export function unshare(task: Task, kinds: readonly Kind[]): void {
  const { namespaces, ...rest } = renew(task, kinds);
  Object.assign(task, rest);
  live(task, namespaces);
}

/** A network namespace lasts as long as somebody lives in it. */
function live(task: Task, namespaces: Namespaces): void {
  const old = task.namespaces.net;
  task.namespaces = namespaces;
  if (namespaces.net === old) return;
  namespaces.net.hold();
  old.release();
}

/** A new process lives where its parent's children do, and from then on that namespace's offsets stay. */
export function liveInTime(namespaces: Namespaces): Namespaces {
  const { timeForChildren } = namespaces;
  timeForChildren.frozen = true;
  return { ...namespaces, time: timeForChildren };
}

/** Enters the namespaces of another process, one file of /proc/PID/ns after the other: setns(2). What was entered before a refusal stays so. */
export function setns(task: Task, other: Task, kinds: readonly Kind[]): void {
  if (kinds.length > 0) mustSee(task, other);
  const target = { ...other.namespaces, pid: other.pidNamespace, user: other.credentials.userNamespace };
  for (const kind of KINDS) {
    if (!kinds.includes(kind)) continue;
    mustBeIn(other, kind);
    if (kind === "user") enterUser(task, target.user);
    else enter(task, target, kind);
  }
}

function enterUser(task: Task, there: UserNamespace): void {
  const { credentials } = task;
  if (there === credentials.userNamespace) refuse("EINVAL");
  if (!capable(credentials, there, "SYS_ADMIN")) refuse("EPERM");
  task.credentials = within(credentials, there);
}

type Target = Namespaces & { readonly pid: PidNamespace<Task> };

/** It takes power where the namespace was made, and at home. */
function enter(task: Task, target: Target, kind: Exclude<Kind, "user">): void {
  const { credentials, namespaces } = task;
  const here = credentials.userNamespace;
  if (!capable(credentials, target[kind].userNamespace, "SYS_ADMIN")) refuse("EPERM");
  if (!capable(credentials, here, "SYS_ADMIN")) refuse("EPERM");
  if (kind === "pid") {
    if (!target.pid.isWithin(task.pidNamespace)) refuse("EINVAL");
    task.namespaces = { ...namespaces, pidForChildren: target.pid };
    return;
  }
  if (kind === "mnt") {
    if (!capable(credentials, here, "SYS_CHROOT")) refuse("EPERM");
    task.root = task.cwd = target.mnt.top;
  }
  live(task, { ...namespaces, [kind]: target[kind] });
  if (kind === "time") task.namespaces = liveInTime({ ...task.namespaces, timeForChildren: target.time });
}

export const hostname = (task: Task): string => task.namespaces.uts.hostname;
export function setHostname(task: Task, name: string): void {
  const { uts } = task.namespaces;
  if (!capable(task.credentials, uts.userNamespace, "SYS_ADMIN")) refuse("EPERM");
  if (name.length > 64) refuse("EINVAL");
  uts.hostname = name;
}

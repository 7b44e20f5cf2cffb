/** User and group ids: credentials(7). */
import { NONE } from "../capabilities.ts";
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { capable, type UserNamespace } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

/** capabilities(7), "Effect of user ID changes on capabilities": leaving root behind leaves its power behind. */
function afterChange(old: Credentials, next: Credentials): Credentials {
  const root = (ns: UserNamespace) => ns.kernelId(ns.uids, 0);
  const zero = root(next.userNamespace);
  const isRoot = (...ids: number[]) => ids.includes(zero ?? -1);
  let { permitted, effective, ambient } = next;
  if (isRoot(old.uid, old.euid, old.suid) && !isRoot(next.uid, next.euid, next.suid))
    [permitted, effective, ambient] = [NONE, NONE, NONE];
  if (isRoot(old.euid) && !isRoot(next.euid)) effective = NONE;
  if (!isRoot(old.euid) && isRoot(next.euid)) effective = permitted;
  return { ...next, permitted, effective, ambient };
}

const kernelUid = ({ userNamespace: ns }: Credentials, id: number) =>
  ns.kernelId(ns.uids, id) ?? refuse("EINVAL");
const kernelGid = ({ userNamespace: ns }: Credentials, id: number) =>
  ns.kernelId(ns.gids, id) ?? refuse("EINVAL");

export function setuid(task: Task, id: number): void {
  const old = task.credentials;
  const uid = kernelUid(old, id);
  if (capable(old, old.userNamespace, "SETUID"))
    task.credentials = afterChange(old, { ...old, uid, euid: uid, suid: uid });
  else if (uid === old.uid || uid === old.suid) task.credentials = afterChange(old, { ...old, euid: uid });
  else refuse("EPERM");
}

/** setresuid(−1, id, −1) */
export function seteuid(task: Task, id: number): void {
  const old = task.credentials;
  const euid = kernelUid(old, id);
  if (![old.uid, old.euid, old.suid].includes(euid) && !capable(old, old.userNamespace, "SETUID"))
    refuse("EPERM");
  task.credentials = afterChange(old, { ...old, euid });
}

export function setgid(task: Task, id: number): void {
  const old = task.credentials;
  const gid = kernelGid(old, id);
  if (capable(old, old.userNamespace, "SETGID")) task.credentials = { ...old, gid, egid: gid, sgid: gid };
  else if (gid === old.gid || gid === old.sgid) task.credentials = { ...old, egid: gid };
  else refuse("EPERM");
}

export function setgroups(task: Task, ids: readonly number[]): void {
  const old = task.credentials;
  const { userNamespace } = old;
  if (
    !capable(old, userNamespace, "SETGID") ||
    !userNamespace.setgroupsAllowed ||
    userNamespace.gids.length === 0
  )
    refuse("EPERM");
  task.credentials = { ...old, groups: ids.map((id) => kernelGid(old, id)) };
}

export const getuid = ({ credentials }: Task): number => credentials.userNamespace.shownUid(credentials.uid);
export const geteuid = ({ credentials }: Task): number =>
  credentials.userNamespace.shownUid(credentials.euid);
export const getgid = ({ credentials }: Task): number => credentials.userNamespace.shownGid(credentials.gid);

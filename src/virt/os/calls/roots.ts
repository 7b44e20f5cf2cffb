/** Where a process' paths begin: chroot(2), chdir(2), getcwd(2), pivot_root(2). */
import { refuse } from "../errno.ts";
import { landing } from "../fs/graft.ts";
import { type Place, reaches, same } from "../fs/mount.ts";
import { pathOf, resolve } from "../fs/path.ts";
import { EXECUTE, mustAccess } from "../fs/permission.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { isTop, mustMount } from "./mounts.ts";

function directory(task: Task, path: string): Place {
  const place = resolve(task, path);
  if (place.inode.type !== "directory") refuse("ENOTDIR");
  return place;
}

export function chroot(task: Task, path: string): void {
  const place = directory(task, path);
  mustAccess(task.credentials, place.inode, EXECUTE);
  if (!capable(task.credentials, task.credentials.userNamespace, "SYS_CHROOT")) refuse("EPERM");
  task.root = place;
}

export function chdir(task: Task, path: string): void {
  const place = directory(task, path);
  mustAccess(task.credentials, place.inode, EXECUTE);
  task.cwd = place;
}

/** As the system call: a path that begins with "(unreachable)" where the root is not above it. */
export function getcwd(task: Task): string {
  if (task.cwd.inode.deleted) refuse("ENOENT");
  return pathOf(task.cwd, task.root);
}

/** The root mount goes to `putOld`, which lies below `newRoot`, and the mount at `newRoot` becomes the root of all who had the old one. */
export function pivotRoot(task: Task, newRoot: string, putOld: string, tasks: Iterable<Task>): void {
  mustMount(task);
  const { mnt } = task.namespaces;
  const next = directory(task, newRoot);
  const old = landing(directory(task, putOld));
  const { root } = task;
  const isShared = ({ mount }: Place) => (mount.at?.mount ?? mount).group !== undefined;
  if (old.mount.group || isShared(next) || isShared(root)) refuse("EINVAL");
  if (!mnt.has(next.mount) || !mnt.has(root.mount) || next.mount.locked) refuse("EINVAL");
  if (next.inode.deleted) refuse("ENOENT");
  if (next.mount === root.mount || old.mount === root.mount) refuse("EBUSY");
  if (!isTop(root) || !root.mount.at || !isTop(next) || !next.mount.at) refuse("EINVAL");
  if (!reaches(old, next) || !reaches(next, root)) refuse("EINVAL");
  const place = root.mount.at;
  next.mount.detach();
  root.mount.detach();
  [next.mount.locked, root.mount.locked] = [root.mount.locked, false];
  root.mount.attach(old);
  next.mount.attach(place);
  const moved = (one: Place): Place => (same(one, root) ? next : one);
  for (const one of tasks) [one.root, one.cwd] = [moved(one.root), moved(one.cwd)];
}

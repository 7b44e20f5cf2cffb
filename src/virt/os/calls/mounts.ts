/** Mounting: mount(2), umount(2), pivot_root(2), chroot(2). */
import { CgroupFs } from "../cgroup/cgroupfs.ts";
import { refuse } from "../errno.ts";
import { copyTree } from "../fs/copy.ts";
import type { FileSystem, Inode } from "../fs/inode.ts";
import { Mount, type MountFlags, type Place } from "../fs/mount.ts";
import { Overlay } from "../fs/overlay/overlay.ts";
import { pathOf, resolve } from "../fs/path.ts";
import { EXECUTE, mustAccess } from "../fs/permission.ts";
import { Tmpfs } from "../fs/tmpfs.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

export function mustMount(task: Task): void {
  if (!capable(task.credentials, task.namespaces.mnt.userNamespace, "SYS_ADMIN")) refuse("EPERM");
}

const isDirectory = ({ inode }: Place): boolean => inode.type === "directory";

type Make = (task: Task, data: string) => FileSystem;
/** What mount(2) can make anew. */
const TYPES: Record<string, Make> = {
  tmpfs: ({ credentials: { userNamespace, euid, egid } }) =>
    new Tmpfs(userNamespace, { mode: 0o1777, uid: euid, gid: egid }),
  cgroup2: ({ credentials: { userNamespace }, cgroup }) => new CgroupFs(userNamespace, cgroup.world),
  overlay: (task, data) => {
    const options = new Map(data.split(",").map((option) => option.split("=", 2) as [string, string]));
    const directory = (name: string): { [key in string]: Inode } => {
      const path = options.get(`${name}dir`);
      return path === undefined ? {} : { [name]: resolve(task, path).inode };
    };
    const lower = (options.get("lowerdir") ?? refuse("EINVAL"))
      .split(":")
      .map((path) => resolve(task, path).inode);
    return new Overlay(task.credentials.userNamespace, {
      lower,
      ...directory("upper"),
      ...directory("work"),
    });
  },
};

/** A new file system at a place. */
export function mount(task: Task, type: string, target: string, flags: MountFlags, data = ""): void {
  const place = resolve(task, target);
  mustMount(task);
  const make = TYPES[type] ?? refuse("ENODEV");
  const fs = make(task, data);
  attach(task, new Mount(fs, fs.root, flags), place);
}

/** What is seen at one place, at another too; with `rec` also what is mounted below it. */
export function bind(task: Task, source: string, target: string, rec: boolean): void {
  const place = resolve(task, target);
  mustMount(task);
  const from = resolve(task, source);
  if (!task.namespaces.mnt.has(from.mount)) refuse("EINVAL");
  const copy = new Mount(from.mount.fs, from.inode, from.mount.flags);
  if (rec)
    for (const child of from.mount.children)
      if (child.at!.inode.type !== "directory" || isBelow(child.at!, from))
        copyTree(child).attach({ mount: copy, inode: child.at!.inode });
  attach(task, copy, place);
}

function isBelow(place: Place, top: Place): boolean {
  for (let at = place.inode; ; at = at.parent) {
    if (at === top.inode) return true;
    if (at === place.mount.root) return false;
  }
}

function attach(task: Task, mount: Mount, place: Place): void {
  if (!task.namespaces.mnt.has(place.mount)) refuse("EINVAL");
  if (isDirectory(mount.top) !== isDirectory(place)) refuse("ENOTDIR");
  mount.attach(place);
}

/** umount(2); `detach`: even if it is in use, it goes out of sight at once. */
export function umount(task: Task, target: string, detach: boolean, tasks: Iterable<Task>): void {
  const place = resolve(task, target);
  if (!capable(task.credentials, task.namespaces.mnt.userNamespace, "SYS_ADMIN")) refuse("EPERM");
  const { mount } = place;
  if (place.inode !== mount.root || !task.namespaces.mnt.has(mount)) refuse("EINVAL");
  // One's own root does not go, but nobody writes to it any more.
  if (mount === task.root.mount && !detach) {
    mount.fs.readOnly = true;
    return;
  }
  if (!mount.at) refuse("EINVAL");
  const used = [...tasks].some((one) => one.root.mount === mount || one.cwd.mount === mount);
  if (!detach && (used || mount.children.length > 0)) refuse("EBUSY");
  mount.detach();
}

/** pivot_root(2): the root mount goes to `putOld`, which lies below `newRoot`, and the mount at `newRoot` becomes the root. */
export function pivotRoot(task: Task, newRoot: string, putOld: string, tasks: Iterable<Task>): void {
  mustMount(task);
  const { mnt } = task.namespaces;
  const target = resolve(task, newRoot);
  const old = resolve(task, putOld);
  if (!isDirectory(target) || !isDirectory(old)) refuse("ENOTDIR");
  const current = task.root;
  if (!mnt.has(target.mount) || !mnt.has(current.mount)) refuse("EINVAL");
  if (target.mount === current.mount || old.mount === current.mount) refuse("EBUSY");
  if (current.inode !== current.mount.root || target.inode !== target.mount.root) refuse("EINVAL");
  if (!target.mount.at || !reaches(old, target)) refuse("EINVAL");
  target.mount.detach();
  const above = current.mount.at;
  if (above) {
    current.mount.detach();
    target.mount.attach(above);
  } else mnt.root = target.mount;
  current.mount.attach(old);
  const moved = (place: Place): Place =>
    place.mount === current.mount && place.inode === current.inode ? target.mount.top : place;
  for (const one of tasks) [one.root, one.cwd] = [moved(one.root), moved(one.cwd)];
}

function reaches(place: Place, top: Place): boolean {
  for (let at = place; ; at = at.mount.at) {
    if (at.mount === top.mount) return isBelow(at, top);
    if (!at.mount.at) return false;
  }
}

export function chroot(task: Task, path: string): void {
  const place = resolve(task, path);
  if (!isDirectory(place)) refuse("ENOTDIR");
  mustAccess(task.credentials, place.inode, EXECUTE);
  if (!capable(task.credentials, task.credentials.userNamespace, "SYS_CHROOT")) refuse("EPERM");
  task.root = place;
}

export function chdir(task: Task, path: string): void {
  const place = resolve(task, path);
  if (!isDirectory(place)) refuse("ENOTDIR");
  mustAccess(task.credentials, place.inode, EXECUTE);
  task.cwd = place;
}

/** As the system call: a path that begins with "(unreachable)" where the root is not above it. */
export function getcwd(task: Task): string {
  return pathOf(task.cwd, task.root) ?? refuse("ENOENT");
}

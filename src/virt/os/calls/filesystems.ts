/** What mount(2) can make anew: filesystems(5). */
import { refuse } from "../errno.ts";
import type { FileSystem, Inode } from "../fs/inode.ts";
import { Overlay } from "../fs/overlay/overlay.ts";
import { resolve } from "../fs/path.ts";
import { Tmpfs } from "../fs/tmpfs.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

/** Options are read before anybody asks who wants it; `make` comes after. */
type Prepare = (task: Task, data: string) => () => FileSystem;

const TYPES: Record<string, Prepare> = {
  tmpfs:
    ({ credentials: { userNamespace, euid, egid } }) =>
    () =>
      new Tmpfs(userNamespace, { mode: 0o1777, uid: euid, gid: egid }),
  overlay: (task, data) => {
    const options = new Map(data.split(",").map((option) => option.split("=", 2) as [string, string]));
    const directory = (name: string): { [key in string]: Inode } => {
      const path = options.get(`${name}dir`);
      return path === undefined ? {} : { [name]: resolve(task, path).inode };
    };
    const lower = (options.get("lowerdir") ?? refuse("EINVAL"))
      .split(":")
      .map((path) => resolve(task, path).inode);
    const layers = { lower, ...directory("upper"), ...directory("work") };
    return () => new Overlay(task.credentials.userNamespace, layers);
  },
};

/** All of these may be mounted by whoever is root in a user namespace of its own: FS_USERNS_MOUNT. */
export function makeFileSystem(task: Task, type: string, data: string, readOnly: boolean): FileSystem {
  const make = (TYPES[type] ?? refuse("ENODEV"))(task, data);
  if (!capable(task.credentials, task.credentials.userNamespace, "SYS_ADMIN")) refuse("EPERM");
  const fs = make();
  if (readOnly) fs.remount(true);
  return fs;
}

/** What mount(2) can make anew: filesystems(5). */
import { refuse } from "../errno.ts";
import { mustBeCopyable } from "../fs/copy.ts";
import type { FileSystem } from "../fs/inode.ts";
import type { Place } from "../fs/mount.ts";
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
    const place = (name: string): Place | undefined => {
      const path = options.get(name);
      return path === undefined ? undefined : resolve(task, path);
    };
    const paths = options.get("lowerdir") ?? refuse("EINVAL");
    const lower = paths.split(":").map((path) => resolve(task, path));
    const [upper, work] = [place("upperdir"), place("workdir")];
    return () => {
      if (upper?.mount.readOnly || (upper && work && work.mount !== upper.mount)) refuse("EINVAL");
      // The layers are mounts of their own that nobody sees.
      for (const layer of [upper, ...lower]) if (layer) mustBeCopyable(task.namespaces.mnt, layer, false);
      return new Overlay(task.credentials.userNamespace, {
        lower: lower.map(({ inode }) => inode),
        ...(upper ? { upper: upper.inode } : {}),
        ...(work ? { work: work.inode } : {}),
      });
    };
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

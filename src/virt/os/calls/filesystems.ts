/** What mount(2) can make anew: filesystems(5). */
import { CgroupFs } from "../cgroup/cgroupfs.ts";
import { refuse } from "../errno.ts";
import { mustBeCopyable } from "../fs/copy.ts";
import type { Inode } from "../fs/inode.ts";
import type { Place } from "../fs/mount.ts";
import { Overlay } from "../fs/overlay/overlay.ts";
import { resolve } from "../fs/path.ts";
import { Tmpfs } from "../fs/tmpfs.ts";
import { capable, type UserNamespace } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { tmpfsOptions } from "./tmpfs-options.ts";

/** Options are read before anybody asks who wants it; what is made comes after, and is a mount's top. */
type Prepare = (task: Task, data: string) => () => Inode;

const TYPES: Record<string, Prepare> = {
  tmpfs: ({ credentials }, data) => {
    const { room, ...attributes } = tmpfsOptions(credentials, data);
    return () => new Tmpfs(credentials.userNamespace, attributes, room).root;
  },
  cgroup2: (task) => () => {
    const { root } = task.namespaces.cgroup;
    const fs = CgroupFs.of(root, task.credentials.userNamespace);
    // It is looked up by its name: another may have it by now.
    const [top, ...below] = [...root.upwards].reverse();
    const names = below.map(({ name }) => name);
    const group = names.reduce((at, name) => at.children.get(name) ?? refuse("ENOENT"), top!);
    return fs.inode(group, "");
  },
  overlay: (task, data) => {
    const places = new Map<string, Place[]>();
    // In their order: the first that is wrong is what the caller hears of.
    for (const option of data.split(",")) {
      if (option === "userxattr") continue;
      const [name, paths] = option.split("=", 2) as [string, string | undefined];
      const found = (paths ?? "").split(":").map((path) => resolve(task, path));
      if (found.some(({ inode }) => inode.type !== "directory")) refuse("EINVAL");
      const [{ mount, inode }] = found as [Place];
      // What is written to is no union itself.
      if (name !== "lowerdir" && (mount.readOnly || inode.fs.depth > 0)) refuse("EINVAL");
      places.set(name, found);
    }
    const lower = places.get("lowerdir") ?? refuse("EINVAL");
    const [upper, work] = [places.get("upperdir")?.[0], places.get("workdir")?.[0]];
    const userMarks = data.split(",").includes("userxattr");
    return () => {
      if (upper && work && work.mount !== upper.mount) refuse("EINVAL");
      // The layers are mounts of their own that nobody sees.
      const { mnt } = task.namespaces;
      if (upper) mustBeCopyable(mnt, upper, false);
      return new Overlay(task.credentials, {
        lower: lower.map(({ inode }) => inode),
        admit: (i) => mustBeCopyable(mnt, lower[i]!, false),
        ...(upper ? { upper: upper.inode } : {}),
        ...(work ? { work: work.inode } : {}),
        userMarks,
        rules: task.policies.union,
      }).root;
    };
  },
};

/** What it shows must be one's own: the ids of a new one, the root of a namespace of control groups. */
const ownerOf = (task: Task, type: string): UserNamespace =>
  type === "cgroup2" ? task.namespaces.cgroup.userNamespace : task.credentials.userNamespace;

/** The top of a file system. All of these may be mounted by whoever is root in a user namespace of its own: FS_USERNS_MOUNT. */
export function makeFileSystem(task: Task, type: string, data: string, readOnly: boolean): Inode {
  const make = (TYPES[type] ?? refuse("ENODEV"))(task, data);
  if (!capable(task.credentials, ownerOf(task, type), "SYS_ADMIN")) refuse("EPERM");
  const top = make();
  // What is there already, and is only mounted once more, stays as it is.
  if (readOnly && type !== "cgroup2") top.fs.remount(true);
  return top;
}

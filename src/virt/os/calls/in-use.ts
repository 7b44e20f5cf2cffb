/** What of mounts and file systems processes hold: their roots, their working directories, and the trees of their namespaces. */
import { refuse } from "../errno.ts";
import type { FileSystem, Inode } from "../fs/inode.ts";
import type { Mount, Place } from "../fs/mount.ts";
import type { Task } from "../task.ts";

const held = (tasks: readonly Task[]): Place[] =>
  tasks.filter(({ state }) => state.kind === "running").flatMap(({ root, cwd }) => [root, cwd]);

export const isUsed = (mount: Mount, tasks: readonly Task[]): boolean =>
  held(tasks).some((place) => place.mount === mount);

/** For all its mounts. Nobody writes to it any more only when nothing waits to be removed: a file without a name that is still in use. */
export function remountFileSystem(fs: FileSystem, readOnly: boolean, tasks: readonly Task[]): void {
  const orphan = (inode: Inode) => inode.deleted && inode.fs === fs;
  if (readOnly && !fs.readOnly) {
    const places = held(tasks);
    const tops = new Set(
      tasks.filter(({ state }) => state.kind === "running").map((task) => task.namespaces.mnt.root),
    );
    for (const { mount } of places) tops.add(mount);
    if (places.some(({ inode }) => orphan(inode))) refuse("EBUSY");
    for (const top of tops) for (const mount of top.all()) if (orphan(mount.root)) refuse("EBUSY");
  }
  fs.remount(readOnly);
}

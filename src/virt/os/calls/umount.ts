/** umount2(2) */
import { refuse } from "../errno.ts";
import { enterMounts } from "../fs/mount.ts";
import { resolve } from "../fs/path.ts";
import { mustBeIdle, unmount } from "../fs/unmount.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { isUsed, remountFileSystem } from "./in-use.ts";
import { isTop, mustMount } from "./mounts.ts";

/** `detach`: even if it is in use, it goes out of sight at once, with all below it. */
export function umount(task: Task, target: string, detach: boolean, tasks: readonly Task[]): void {
  const place = enterMounts(resolve(task, target));
  mustMount(task);
  const { mount } = place;
  if (!isTop(place) || !task.namespaces.mnt.has(mount) || mount.locked) refuse("EINVAL");
  // One's own root does not go, but nobody writes to it any more.
  if (mount === task.root.mount && !detach) {
    if (!capable(task.credentials, mount.fs.userNamespace, "SYS_ADMIN")) refuse("EPERM");
    remountFileSystem(mount.fs, true, tasks);
    return;
  }
  if (!mount.at) refuse("EINVAL");
  if (!detach) mustBeIdle(mount, (one) => isUsed(one, tasks));
  unmount(mount, { sync: !detach });
}

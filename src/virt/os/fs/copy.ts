/** Mounts from mounts: bind mounts, what is told to others, and the tree that a new namespace begins with. mount_namespaces(7). */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import type { Inode } from "./inode.ts";
import { liesBelow, Mount, MountNamespace, type Place } from "./mount.ts";
import { follow, share } from "./peers.ts";

/** `slave`: of what is shared a copy only hears; else it is another peer. */
export function copyMount(old: Mount, root: Inode, slave = false): Mount {
  const copy = new Mount(old.fs, root, old.flags);
  [copy.locked, copy.lockedFlags] = [old.locked, old.lockedFlags];
  if (slave && old.group) follow(copy, old.group);
  else {
    if (old.group) share(copy, old.group);
    follow(copy, old.master);
  }
  return copy;
}

/** It may be shown elsewhere, and without what is mounted below it (not `rec`) if nothing is hidden by that. */
export function mustBeCopyable(namespace: MountNamespace, { mount, inode }: Place, rec: boolean): void {
  if (mount.unbindable || !namespace.has(mount)) refuse("EINVAL");
  if (!rec && mount.children.some((child) => child.locked && liesBelow(child.at!.inode, inode)))
    refuse("EINVAL");
}

interface How {
  readonly slave?: boolean;
  /** For a namespace: unbindable ones too, which the copies are not (since Linux 6.17). */
  readonly all?: boolean;
  /** Filled with what became of which. */
  readonly copies?: Map<Mount, Mount>;
}

/** A mount from one of its inodes on, and all that is mounted below that. */
export function copyTree(top: Mount, root: Inode, how: How = {}): Mount {
  if (top.unbindable && !how.all) refuse("EINVAL");
  const copy = copyMount(top, root, how.slave);
  how.copies?.set(top, copy);
  for (const child of top.children) {
    const { inode } = child.at!;
    if (!liesBelow(inode, root)) continue;
    if (child.unbindable && !how.all) {
      // Without it what it hides would come to light.
      if (child.locked) refuse("EPERM");
      continue;
    }
    copyTree(child, child.root, how).attach({ mount: copy, inode });
  }
  return copy;
}

/** What comes from a more privileged namespace stays together, with the flags that it has: "Restrictions on mount namespaces". */
export function lockTree(top: Mount): void {
  for (const mount of top.all()) [mount.locked, mount.lockedFlags] = [true, mount.flags];
}

export function copyNamespace(old: MountNamespace, owner: UserNamespace) {
  const copies = new Map<Mount, Mount>();
  const lesser = owner !== old.userNamespace;
  const root = copyTree(old.root, old.root.root, { slave: lesser, all: true, copies });
  if (lesser) lockTree(root);
  const namespace = new MountNamespace(owner, root);
  /** Where a root or working directory of the old namespace is in the new one. */
  const moved = ({ mount, inode }: Place): Place => ({ mount: copies.get(mount) ?? mount, inode });
  return { namespace, moved };
}

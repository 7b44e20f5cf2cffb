/** A mount namespace of one's own begins as a copy of the tree: mount_namespaces(7). */
import type { UserNamespace } from "../namespaces/user.ts";
import { Mount, MountNamespace, type Place } from "./mount.ts";

/** Copies a mount and all below it; `copies` says what became of which. */
export function copyTree(top: Mount, copies = new Map<Mount, Mount>()): Mount {
  const copy = new Mount(top.fs, top.root, top.flags);
  copies.set(top, copy);
  for (const child of top.children) copyTree(child, copies).attach({ mount: copy, inode: child.at!.inode });
  return copy;
}

export function copyNamespace(old: MountNamespace, owner: UserNamespace) {
  const copies = new Map<Mount, Mount>();
  const namespace = new MountNamespace(owner, copyTree(old.root, copies));
  /** Where a root or working directory of the old namespace is in the new one. */
  const moved = ({ mount, inode }: Place): Place => ({ mount: copies.get(mount) ?? mount, inode });
  return { namespace, moved };
}

/** Giving a program capabilities, and what of them another user namespace is shown: capabilities(7), "Namespaced file capabilities". */
import { refuse } from "../errno.ts";
import { decode, encode } from "../fs/file-capabilities.ts";
import type { Inode } from "../fs/inode.ts";
import { capableOver } from "../fs/permission.ts";
import { capable, type UserNamespace } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

/** Whether a kernel id is root here, or in a namespace above. */
export function isRootAbove(here: UserNamespace, id: number): boolean {
  for (let at: UserNamespace | undefined = here; at; at = at.parent)
    if (at.ownId(at.uids, id) === 0) return true;
  return false;
}

/** What a write of the attribute keeps: without power over the whole file system it counts only where the writer's root is root. */
export function forStorage(task: Task, inode: Inode, bytes: Uint8Array): Uint8Array {
  const file = decode(bytes) ?? refuse("EINVAL");
  const who = task.credentials;
  const there = inode.fs.userNamespace;
  if (!capableOver(who, inode, "SETFCAP")) refuse("EPERM");
  if (file.root === undefined && capable(who, there, "SETFCAP")) return bytes;
  const here = who.userNamespace;
  const id = here.kernelId(here.uids, file.root ?? 0) ?? refuse("EINVAL");
  return encode({ ...file, root: there.ownId(there.uids, id) ?? refuse("EINVAL") });
}

/** What a reader is shown: with the root's id as the reader's namespace names it, or as version 2, if that root is its own or one above. */
export function shown(task: Task, inode: Inode, bytes: Uint8Array): Uint8Array {
  const file = decode(bytes) ?? refuse("EINVAL");
  const there = inode.fs.userNamespace;
  const here = task.credentials.userNamespace;
  const id = there.kernelId(there.uids, file.root ?? 0) ?? -1;
  const root = here.ownId(here.uids, id);
  if (root !== undefined && root !== 0) return encode({ ...file, root });
  if (!isRootAbove(here, id)) refuse("EOVERFLOW");
  return encode({ ...file, root: undefined });
}

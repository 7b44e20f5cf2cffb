/** Extended attributes: xattr(7), setxattr(2) and the like, on a name itself and not on what a symbolic link points to. */
import { refuse } from "../errno.ts";
import { NAME as CAPABILITY } from "../fs/file-capabilities.ts";
import type { Inode } from "../fs/inode.ts";
import { mustBeWritable, type Place } from "../fs/mount.ts";
import { resolve } from "../fs/path.ts";
import { capableOver, isOwner, mustAccess, READ, WRITE } from "../fs/permission.ts";
import { capable, type UserNamespace } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { forStorage, shown } from "./file-capabilities.ts";

const initial = (ns: UserNamespace): UserNamespace => (ns.parent ? initial(ns.parent) : ns);

/** xattr(7): the first word of a name says who may. */
function mustUse(task: Task, inode: Inode, name: string, wanted: number): void {
  const who = task.credentials;
  const reading = wanted === READ;
  if (name.startsWith("trusted.")) {
    if (!capable(who, initial(who.userNamespace), "SYS_ADMIN")) refuse(reading ? "ENODATA" : "EPERM");
    return;
  }
  if (name === CAPABILITY) return;
  if (!name.startsWith("user.")) refuse("EOPNOTSUPP");
  const { type, attributes } = inode;
  if (type !== "file" && type !== "directory") refuse(reading ? "ENODATA" : "EPERM");
  const sticky = type === "directory" && attributes.mode & 0o1000 && !reading;
  if (sticky && !isOwner(who, inode)) refuse("EPERM");
  mustAccess(who, inode, wanted);
}

function writable(task: Task, path: string, name: string): Place {
  const place = resolve(task, path, false);
  mustBeWritable(place);
  mustUse(task, place.inode, name, WRITE);
  return place;
}

export function setxattr(task: Task, path: string, name: string, value: Uint8Array): void {
  const { inode } = writable(task, path, name);
  inode.setXattr(name, name === CAPABILITY ? forStorage(task, inode, value) : value);
}

export function removexattr(task: Task, path: string, name: string): void {
  const { inode } = writable(task, path, name);
  if (name === CAPABILITY && !capableOver(task.credentials, inode, "SETFCAP")) refuse("EPERM");
  inode.removeXattr(name);
}

export function getxattr(task: Task, path: string, name: string): Uint8Array {
  const { inode } = resolve(task, path, false);
  mustUse(task, inode, name, READ);
  const value = inode.getXattr(name) ?? refuse("ENODATA");
  return name === CAPABILITY ? shown(task, inode, value) : value;
}

/** Those of the names that the caller may know of. */
export function listxattr(task: Task, path: string): readonly string[] {
  const who = task.credentials;
  const trusted = capable(who, initial(who.userNamespace), "SYS_ADMIN");
  return resolve(task, path, false)
    .inode.listXattrs()
    .filter((name) => trusted || !name.startsWith("trusted."));
}

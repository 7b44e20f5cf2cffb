/** Extended attributes: xattr(7), setxattr(2) and the like, on a name itself and not on what a symbolic link points to. */
import { refuse } from "../errno.ts";
import type { Inode } from "../fs/inode.ts";
import { mustBeWritable, type Place } from "../fs/mount.ts";
import { resolve } from "../fs/path.ts";
import { capableOver, mustAccess, READ, WRITE } from "../fs/permission.ts";
import { capable, type UserNamespace } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

const initial = (ns: UserNamespace): UserNamespace => (ns.parent ? initial(ns.parent) : ns);

/** xattr(7): the first word of a name says who may. */
function mustUse(task: Task, inode: Inode, name: string, wanted: number): void {
  const who = task.credentials;
  const reading = wanted === READ;
  if (name.startsWith("trusted.")) {
    if (!capable(who, initial(who.userNamespace), "SYS_ADMIN")) refuse(reading ? "ENODATA" : "EPERM");
    return;
  }
  if (!name.startsWith("user.")) refuse("EOPNOTSUPP");
  const { type, attributes } = inode;
  if (type !== "file" && type !== "directory") refuse(reading ? "ENODATA" : "EPERM");
  const sticky = type === "directory" && attributes.mode & 0o1000 && !reading;
  if (sticky && who.euid !== attributes.uid && !capableOver(who, inode, "FOWNER")) refuse("EPERM");
  mustAccess(who, inode, wanted);
}

function writable(task: Task, path: string, name: string): Place {
  const place = resolve(task, path, false);
  mustBeWritable(place);
  mustUse(task, place.inode, name, WRITE);
  return place;
}

export const setxattr = (task: Task, path: string, name: string, value: Uint8Array): void =>
  writable(task, path, name).inode.setXattr(name, value);

export const removexattr = (task: Task, path: string, name: string): void =>
  writable(task, path, name).inode.removeXattr(name);

export function getxattr(task: Task, path: string, name: string): Uint8Array {
  const { inode } = resolve(task, path, false);
  mustUse(task, inode, name, READ);
  return inode.getXattr(name) ?? refuse("ENODATA");
}

/** Those of the names that the caller may know of. */
export function listxattr(task: Task, path: string): readonly string[] {
  const who = task.credentials;
  const trusted = capable(who, initial(who.userNamespace), "SYS_ADMIN");
  return resolve(task, path, false)
    .inode.listXattrs()
    .filter((name) => trusted || !name.startsWith("trusted."));
}

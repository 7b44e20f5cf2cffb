/** The system calls on names and files, each as its manual page of section 2 orders the refusals. */
import { refuse } from "../errno.ts";
import type { FileType, Inode, NewInode } from "../fs/inode.ts";
import { liesBelow, mustBeWritable, type Place } from "../fs/mount.ts";
import { MOST_LINKS, type Parent, resolve, resolveParent } from "../fs/path.ts";
import {
  EXECUTE,
  isOwner,
  mayAccess,
  mustAccess,
  mustHaveNames,
  mustRemove,
  READ,
  WRITE,
} from "../fs/permission.ts";
import { loseName, mustBeBare } from "../fs/unmount.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { dropPrivileges, SET_GID, SET_UID } from "./attributes.ts";
import { copiedUp } from "./memory.ts";

/** Where a new name goes: it must be free, and the directory writable. */
function vacancy(task: Task, path: string, type: FileType): Parent & { name: string } {
  const parent = resolveParent(task, path);
  const { directory, name, slash } = parent;
  if (name === undefined || name === "." || name === "..") refuse("EEXIST");
  if (directory.inode.lookup(name)) refuse("EEXIST");
  if (slash && type !== "directory") refuse("ENOENT");
  if (directory.inode.deleted) refuse("ENOENT");
  mustBeWritable(directory);
  return { ...parent, name };
}

/** The same, and its directory may be written to. */
function permitted(task: Task, path: string, type: FileType): Parent & { name: string } {
  const parent = vacancy(task, path, type);
  mustHaveNames(task.credentials, parent.directory.inode);
  mustAccess(task.credentials, parent.directory.inode, WRITE | EXECUTE);
  return parent;
}

/** The new inode belongs to whoever makes it; below a set-group-ID directory, to that one's group. inode(7). */
function fresh(task: Task, directory: Inode, type: FileType, mode: number): NewInode {
  const inherit = (directory.attributes.mode & SET_GID) !== 0;
  return {
    type,
    mode: (mode & ~task.umask) | (inherit && type === "directory" ? SET_GID : 0),
    uid: task.credentials.euid,
    gid: inherit ? directory.attributes.gid : task.credentials.egid,
  };
}

export function mkdir(task: Task, path: string, mode: number): void {
  const { directory, name } = permitted(task, path, "directory");
  directory.inode.make(name, fresh(task, directory.inode, "directory", mode & 0o1777));
}

export function symlink(task: Task, target: string, path: string): void {
  if (target === "") refuse("ENOENT");
  const { directory, name } = permitted(task, path, "symlink");
  directory.inode.make(name, { ...fresh(task, directory.inode, "symlink", 0o777), mode: 0o777, target });
}

export function mknod(
  task: Task,
  path: string,
  type: FileType,
  mode: number,
  device: [number, number],
): void {
  const { directory, name } = permitted(task, path, type);
  const special = type === "character" || type === "block";
  // A whiteout, character device 0:0, needs no capability: mknod(2).
  const whiteout = type === "character" && device[0] === 0 && device[1] === 0;
  if (special && !whiteout && !capable(task.credentials, initial(task), "MKNOD")) refuse("EPERM");
  directory.inode.make(name, { ...fresh(task, directory.inode, type, mode), ...(special ? { device } : {}) });
}

function initial(task: Task) {
  let at = task.credentials.userNamespace;
  while (at.parent) at = at.parent;
  return at;
}

export function link(task: Task, from: string, to: string): void {
  const old = resolve(task, from, false);
  const { directory, name } = vacancy(task, to, "file");
  if (old.mount !== directory.mount) refuse("EXDEV");
  if (!mayLink(task, old.inode)) refuse("EPERM");
  mustHaveNames(task.credentials, directory.inode);
  mustAccess(task.credentials, directory.inode, WRITE | EXECUTE);
  if (old.inode.type === "directory") refuse("EPERM");
  directory.inode.link(name, old.inode);
}

/** proc(5), protected_hardlinks: others' files only if they could be written to, and are not dangerous to keep. */
function mayLink(task: Task, inode: Inode): boolean {
  const who = task.credentials;
  if (isOwner(who, inode)) return true;
  const { mode } = inode.attributes;
  if (inode.type !== "file" || mode & SET_UID || (mode & (SET_GID | 0o010)) === (SET_GID | 0o010))
    return false;
  return mayAccess(who, inode, READ | WRITE);
}

/** A name that is there, and is to go. */
function occupied(task: Task, path: string): Parent & { name: string; inode: Inode } {
  const parent = resolveParent(task, path);
  const name = parent.name ?? refuse("EBUSY");
  mustBeWritable(parent.directory);
  const inode = parent.directory.inode.lookup(name) ?? refuse("ENOENT");
  return { ...parent, name, inode };
}

export function unlink(task: Task, path: string): void {
  const parent = resolveParent(task, path);
  if (parent.name === undefined || parent.name === "." || parent.name === "..") refuse("EISDIR");
  const { directory, name, inode, slash } = occupied(task, path);
  if (slash) refuse(inode.type === "directory" ? "EISDIR" : "ENOTDIR");
  mustRemove(task.credentials, directory.inode, inode);
  if (inode.type === "directory") refuse("EISDIR");
  mustBeBare(task.namespaces.mnt, inode);
  directory.inode.remove(name);
  loseName(inode);
}

export function rmdir(task: Task, path: string): void {
  const parent = resolveParent(task, path);
  if (parent.name === undefined) refuse("EBUSY");
  if (parent.name === ".") refuse("EINVAL");
  if (parent.name === "..") refuse("ENOTEMPTY");
  const { directory, name, inode } = occupied(task, path);
  mustRemove(task.credentials, directory.inode, inode);
  if (inode.type !== "directory") refuse("ENOTDIR");
  mustBeBare(task.namespaces.mnt, inode);
  if (!inode.empty) refuse("ENOTEMPTY");
  directory.inode.remove(name);
  loseName(inode);
}

/** rename(2), and renameat2(2) with RENAME_EXCHANGE. */
export function rename(task: Task, from: string, to: string, exchange = false): void {
  const a = resolveParent(task, from);
  const b = resolveParent(task, to);
  if (a.directory.mount !== b.directory.mount) refuse("EXDEV");
  for (const { name } of [a, b]) if (name === undefined || name === "." || name === "..") refuse("EBUSY");
  mustBeWritable(a.directory);
  const [fromDirectory, toDirectory] = [a.directory.inode, b.directory.inode];
  const moved = fromDirectory.lookup(a.name!) ?? refuse("ENOENT");
  if (toDirectory.deleted) refuse("ENOENT");
  const other = toDirectory.lookup(b.name!);
  if (exchange && !other) refuse("ENOENT");
  if (moved.type !== "directory" && (a.slash || (b.slash && !exchange))) refuse("ENOTDIR");
  if (exchange && other!.type !== "directory" && b.slash) refuse("ENOTDIR");
  if (moved.type === "directory" && liesBelow(toDirectory, moved)) refuse("EINVAL");
  if (other?.type === "directory" && liesBelow(fromDirectory, other))
    refuse(exchange ? "EINVAL" : "ENOTEMPTY");
  if (moved === other) return;
  mustRemove(task.credentials, fromDirectory, moved);
  if (!other) {
    mustHaveNames(task.credentials, toDirectory);
    mustAccess(task.credentials, toDirectory, WRITE | EXECUTE);
  } else {
    mustRemove(task.credentials, toDirectory, other);
    if (!exchange && moved.type === "directory" && other.type !== "directory") refuse("ENOTDIR");
    if (!exchange && moved.type !== "directory" && other.type === "directory") refuse("EISDIR");
  }
  // A directory's ".." changes, which is a write to it.
  if (moved.type === "directory" && fromDirectory !== toDirectory) mustAccess(task.credentials, moved, WRITE);
  mustBeBare(task.namespaces.mnt, moved);
  if (other) mustBeBare(task.namespaces.mnt, other);
  fromDirectory.rename(a.name!, toDirectory, b.name!, exchange);
  if (other && !exchange) loseName(other);
}

export const readlink = (task: Task, path: string): string => resolve(task, path, false).inode.target;

export function readdir(task: Task, path: string): readonly string[] {
  const { inode } = resolve(task, path);
  if (inode.type !== "directory") refuse("ENOTDIR");
  mustAccess(task.credentials, inode, READ);
  // getdents(2) answers ENOENT, which readdir(3) takes for the end.
  return inode.deleted ? [] : inode.names();
}

export interface OpenOptions {
  readonly access: number;
  readonly create?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
  readonly mode?: number;
}

/** open(2) */
export function open(
  task: Task,
  path: string,
  { access, create, exclusive, truncate, mode }: OpenOptions,
): Place {
  const made = create ? creation(task, path, exclusive ?? false, mode ?? 0o644) : undefined;
  if (made) return made;
  const place = resolve(task, path);
  const { inode, mount } = place;
  if (inode.type === "directory" && (create || access & WRITE)) refuse("EISDIR");
  // A file system of a less privileged namespace may say that it holds any device: user_namespaces(7).
  const noDevices = mount.flags.noDev || inode.fs.userNamespace.parent !== undefined;
  if ((inode.type === "character" || inode.type === "block") && noDevices) refuse("EACCES");
  const writes = access & WRITE && inode.type === "file";
  if (writes && (truncate || inode.fs.readOnly)) mustBeWritable(place);
  mustAccess(task.credentials, inode, access);
  if (writes) mustBeWritable(place);
  // No driver stands behind the numbers of a device here.
  if (inode.type === "character" || inode.type === "block") refuse("ENXIO");
  // Nobody waits here: a FIFO that nobody reads has no end to write to (O_NONBLOCK).
  if (inode.type === "fifo" && access & WRITE) refuse("ENXIO");
  if (truncate && inode.type === "file") resize(task, inode, 0);
  else if (writes) {
    const before = inode.backing;
    inode.openToWrite();
    copiedUp(task, before, inode.backing);
  }
  return place;
}

function resize(task: Task, inode: Inode, size: number): void {
  dropPrivileges(task, inode);
  inode.truncate(size);
}

/** write(2) */
export function write(task: Task, { inode }: Place, offset: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  dropPrivileges(task, inode);
  inode.write(offset, bytes, task);
}

/** O_CREAT: the file that was made, or undefined if it was there. A dangling link's target is made. */
function creation(task: Task, path: string, exclusive: boolean, mode: number, links = 0): Place | undefined {
  const { directory, name, slash } = resolveParent(task, path);
  if (name === undefined || name === "." || name === "..") refuse(exclusive ? "EEXIST" : "EISDIR");
  if (slash) refuse("EISDIR");
  const there = directory.inode.lookup(name);
  if (there && exclusive) refuse("EEXIST");
  if (there?.type === "symlink") {
    const from = { ...task, root: task.root, cwd: directory };
    if (links === MOST_LINKS) refuse("ELOOP");
    return creation(from, there.target, false, mode, links + 1);
  }
  if (there) return undefined;
  if (directory.inode.deleted) refuse("ENOENT");
  mustBeWritable(directory);
  mustHaveNames(task.credentials, directory.inode);
  mustAccess(task.credentials, directory.inode, WRITE | EXECUTE);
  const inode = directory.inode.make(name, fresh(task, directory.inode, "file", mode & 0o7777));
  return { mount: directory.mount, inode };
}

export function truncate(task: Task, path: string, size: number): void {
  const place = resolve(task, path);
  if (place.inode.type === "directory") refuse("EISDIR");
  if (place.inode.type !== "file") refuse("EINVAL");
  mustBeWritable(place);
  mustAccess(task.credentials, place.inode, WRITE);
  resize(task, place.inode, size);
}

/** access(2), with the effective ids. */
export const access = (task: Task, path: string, wanted: number): void => {
  if (!mayAccess(task.credentials, resolve(task, path).inode, wanted)) refuse("EACCES");
};

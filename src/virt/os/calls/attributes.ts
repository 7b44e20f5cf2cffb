/** Whose a file is, and who may do what with it: chmod(2), chown(2), and what goes when its data change. */
import { refuse } from "../errno.ts";
import { NAME as CAPABILITY } from "../fs/file-capabilities.ts";
import type { Inode } from "../fs/inode.ts";
import { mustBeWritable } from "../fs/mount.ts";
import { resolve } from "../fs/path.ts";
import { capableOver, inGroup, mustOwn } from "../fs/permission.ts";
import type { Task } from "../task.ts";

export const SET_UID = 0o4000;
export const SET_GID = 0o2000;

export function chmod(task: Task, path: string, mode: number): void {
  const place = resolve(task, path);
  mustBeWritable(place);
  mustOwn(task.credentials, place.inode);
  const { gid } = place.inode.attributes;
  const kept = inGroup(task.credentials, gid) || capableOver(task.credentials, place.inode, "FSETID");
  place.inode.change({ mode: mode & 0o7777 & (kept ? ~0 : ~SET_GID) });
}

/** lchown(2); −1 leaves an id as it is. The ids are those of the caller's user namespace. */
export function chown(task: Task, path: string, uid: number, gid: number): void {
  const place = resolve(task, path, false);
  mustBeWritable(place);
  const here = task.credentials.userNamespace;
  const owner = uid === -1 ? undefined : (here.kernelId(here.uids, uid) ?? refuse("EINVAL"));
  const group = gid === -1 ? undefined : (here.kernelId(here.gids, gid) ?? refuse("EINVAL"));
  const { inode } = place;
  const old = inode.attributes;
  const may = capableOver(task.credentials, inode, "CHOWN");
  const own = task.credentials.euid === old.uid;
  if (owner !== undefined && !may && !(own && owner === old.uid)) refuse("EPERM");
  if (group !== undefined && !may && !(own && (group === old.gid || inGroup(task.credentials, group))))
    refuse("EPERM");
  const mode = inode.type === "directory" ? old.mode : clearSetIds(old.mode);
  if (mode !== old.mode) mustOwn(task.credentials, inode);
  dropCapabilities(inode);
  inode.change({ uid: owner ?? old.uid, gid: group ?? old.gid, mode });
}

/** A change of a file's data takes its set-id bits and capabilities away: inode(7), capabilities(7). */
export function dropPrivileges(task: Task, inode: Inode): void {
  dropCapabilities(inode);
  const { mode } = inode.attributes;
  const kept = clearSetIds(mode);
  if (kept !== mode && !capableOver(task.credentials, inode, "FSETID")) inode.change({ mode: kept });
}
function dropCapabilities(inode: Inode): void {
  if (inode.type === "file" && inode.getXattr(CAPABILITY)) inode.removeXattr(CAPABILITY);
}
/** Set-group-ID without the group's execution is not one. */
const clearSetIds = (mode: number): number => mode & ~SET_UID & (mode & 0o010 ? ~SET_GID : ~0);

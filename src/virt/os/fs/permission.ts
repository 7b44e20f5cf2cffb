/** Who may do what with an inode: inode(7), path_resolution(7) "Permissions", capabilities(7). */
import type { Capability } from "../capabilities.ts";
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { capable } from "../namespaces/user.ts";
import type { Inode } from "./inode.ts";

/** What of an inode decides. */
type Subject = Pick<Inode, "type" | "attributes">;

export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

/** A capability counts for an inode only where the inode's owner and group have names in one's user namespace. */
export function capableOver(who: Credentials, inode: Subject, capability: Capability): boolean {
  const { uid, gid } = inode.attributes;
  const here = who.userNamespace;
  return (
    capable(who, here, capability) &&
    here.ownId(here.uids, uid) !== undefined &&
    here.ownId(here.gids, gid) !== undefined
  );
}

export const inGroup = (who: Credentials, gid: number): boolean =>
  who.egid === gid || who.groups.includes(gid);

/** `wanted`: READ, WRITE and EXECUTE added up. */
export function mayAccess(who: Credentials, inode: Subject, wanted: number): boolean {
  const { mode, uid, gid } = inode.attributes;
  const bits = who.euid === uid ? mode >> 6 : inGroup(who, gid) ? mode >> 3 : mode;
  if ((bits & wanted) === wanted) return true;
  const directory = inode.type === "directory";
  if ((directory ? !(wanted & WRITE) : wanted === READ) && capableOver(who, inode, "DAC_READ_SEARCH"))
    return true;
  if (!directory && wanted & EXECUTE && !(mode & 0o111)) return false;
  return capableOver(who, inode, "DAC_OVERRIDE");
}

export function mustAccess(who: Credentials, inode: Subject, wanted: number): void {
  if (!mayAccess(who, inode, wanted)) refuse("EACCES");
}

/** The owner, or one who may act as every owner that has a name in the own user namespace; the group does not matter. */
export function isOwner(who: Credentials, { attributes: { uid } }: Subject): boolean {
  const here = who.userNamespace;
  return who.euid === uid || (here.ownId(here.uids, uid) !== undefined && capable(who, here, "FOWNER"));
}

/** In a file system of a user namespace nobody makes a file whose owner has no name there: user_namespaces(7). */
export function mustHaveNames({ euid, egid }: Credentials, { fs: { userNamespace: there } }: Inode): void {
  if (there.ownId(there.uids, euid) === undefined || there.ownId(there.gids, egid) === undefined)
    refuse("EOVERFLOW");
}

/** chmod(2) and the like: the owner's own affair. */
export function mustOwn(who: Credentials, inode: Subject): void {
  if (!isOwner(who, inode)) refuse("EPERM");
}

/** Whether a name may be taken out of a directory: write and search, and in a sticky one only by an owner. unlink(2). */
export function mustRemove(who: Credentials, directory: Inode, victim: Inode): void {
  mustAccess(who, directory, WRITE | EXECUTE);
  if (!(directory.attributes.mode & 0o1000)) return;
  if (who.euid === victim.attributes.uid || who.euid === directory.attributes.uid) return;
  if (!capableOver(who, victim, "FOWNER")) refuse("EPERM");
}

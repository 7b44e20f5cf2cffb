/**
 * The mounts that a process sees, as a tree: mount_namespaces(7). A mount shows a file system, from one of its directories (or files: a
 * bind mount) on, at a place of its parent.
 *
 *     mount 1 "/" ── inode /proc ──▶ mount 2 (proc)
 *                 └─ inode /mnt  ──▶ mount 3 (tmpfs) ── inode /mnt/x ──▶ mount 4 …
 */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import type { FileSystem, Inode } from "./inode.ts";

export interface MountFlags {
  readonly readOnly: boolean;
  readonly noSuid: boolean;
  readonly noDev: boolean;
  readonly noExec: boolean;
}
export const NO_FLAGS: MountFlags = { readOnly: false, noSuid: false, noDev: false, noExec: false };

/** A place in the tree: the same inode may be seen through several mounts. */
export interface Place {
  readonly mount: Mount;
  readonly inode: Inode;
}

export class Mount {
  readonly fs: FileSystem;
  /** What its top shows. */
  readonly root: Inode;
  flags: MountFlags;
  /** Where it is: none for the root of a namespace, and for what was taken away. */
  at: Place | undefined;
  readonly children: Mount[] = [];

  constructor(fs: FileSystem, root: Inode, flags: MountFlags) {
    this.fs = fs;
    this.root = root;
    this.flags = flags;
  }

  get top(): Place {
    return { mount: this, inode: this.root };
  }
  /** What is mounted here on this inode; the newest, if one lies over the other. */
  on(inode: Inode): Mount | undefined {
    return this.children.findLast((child) => child.at!.inode === inode);
  }
  attach(place: Place): void {
    this.at = place;
    place.mount.children.push(this);
  }
  detach(): void {
    const siblings = this.at!.mount.children;
    siblings.splice(siblings.indexOf(this), 1);
    this.at = undefined;
  }
  /** This one and all below it, parents first. */
  *all(): Generator<Mount> {
    yield this;
    for (const child of this.children) yield* child.all();
  }
  get readOnly(): boolean {
    return this.flags.readOnly || this.fs.readOnly;
  }
}

export class MountNamespace {
  readonly kind = "mnt";
  readonly userNamespace: UserNamespace;
  root: Mount;

  constructor(userNamespace: UserNamespace, root: Mount) {
    this.userNamespace = userNamespace;
    this.root = root;
  }
  has(mount: Mount): boolean {
    for (const one of this.root.all()) if (one === mount) return true;
    return false;
  }
}

/** Into whatever is mounted there, as often as something is. */
export function enterMounts(place: Place): Place {
  let at = place;
  for (let over = at.mount.on(at.inode); over; over = at.mount.on(at.inode)) at = over.top;
  return at;
}

/** The way up: out of a mount at its top. A task's own root is where the caller stops. */
export function above({ mount, inode }: Place): Place {
  if (inode !== mount.root) return { mount, inode: inode.parent };
  return mount.at ? above(mount.at) : { mount, inode };
}

export function mustBeWritable({ mount }: Place): void {
  if (mount.readOnly) refuse("EROFS");
}

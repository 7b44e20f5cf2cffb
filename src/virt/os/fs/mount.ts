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
import type { PeerGroup, Propagating } from "./peers.ts";

export interface MountFlags {
  readonly readOnly: boolean;
  readonly noSuid: boolean;
  readonly noDev: boolean;
  readonly noExec: boolean;
}
export const NO_FLAGS: MountFlags = { readOnly: false, noSuid: false, noDev: false, noExec: false };

/** As mount(2) takes them. */
export const mountWords = (flags: MountFlags): string[] => [
  ...(flags.readOnly ? ["ro"] : []),
  ...(flags.noSuid ? ["nosuid"] : []),
  ...(flags.noDev ? ["nodev"] : []),
  ...(flags.noExec ? ["noexec"] : []),
];

/** A place in the tree: the same inode may be seen through several mounts. */
export interface Place {
  readonly mount: Mount;
  readonly inode: Inode;
}
export const same = (a: Place, b: Place): boolean => a.mount === b.mount && a.inode === b.inode;

/** What lies on an inode, wherever it is seen: a name that goes takes these along. */
const mountedOn = new WeakMap<Inode, Set<Mount>>();
export const mountsOn = (inode: Inode): readonly Mount[] => [...(mountedOn.get(inode) ?? [])];

export class Mount implements Propagating<Mount> {
  readonly fs: FileSystem;
  /** What its top shows. */
  readonly root: Inode;
  flags: MountFlags;
  /** Whose it is: none for what is not mounted yet, or no more. */
  namespace: MountNamespace | undefined;
  /** Where it is: none for the root of a namespace, and for what was taken away. */
  at: Place | undefined;
  readonly children: Mount[] = [];
  group: PeerGroup<Mount> | undefined;
  master: PeerGroup<Mount> | undefined;
  unbindable = false;
  /** It came as one with its parent from a more privileged namespace, and hides what lies below it: MNT_LOCKED. */
  locked = false;
  /** Those flags cannot be taken off either. */
  lockedFlags: MountFlags = NO_FLAGS;

  constructor(fs: FileSystem, root: Inode, flags: MountFlags) {
    this.fs = fs;
    this.root = root;
    this.flags = flags;
  }

  get top(): Place {
    return { mount: this, inode: this.root };
  }
  /** What is mounted here on this inode. */
  on(inode: Inode): Mount | undefined {
    return this.children.find((child) => child.at!.inode === inode);
  }
  /** What covers it wholly. */
  get over(): Mount | undefined {
    return this.on(this.root);
  }
  attach(place: Place): void {
    this.at = place;
    place.mount.children.push(this);
    const there = mountedOn.get(place.inode) ?? new Set();
    mountedOn.set(place.inode, there.add(this));
  }
  detach(): void {
    const { mount, inode } = this.at!;
    mount.children.splice(mount.children.indexOf(this), 1);
    mountedOn.get(inode)!.delete(this);
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
  /** The lowest of all; what processes take for their root lies on it. */
  readonly root: Mount;

  constructor(userNamespace: UserNamespace, root: Mount) {
    this.userNamespace = userNamespace;
    this.root = root;
    for (const mount of root.all()) mount.namespace = this;
  }
  has(mount: Mount): boolean {
    return mount.namespace === this;
  }
  get top(): Place {
    return enterMounts(this.root.top);
  }
}

/** Into whatever is mounted there, as often as something is. */
export function enterMounts(place: Place): Place {
  let at = place;
  for (let over = at.mount.on(at.inode); over; over = at.mount.on(at.inode)) at = over.top;
  return at;
}

/** The way up, out of as many mounts as one is at the top of; none above a root. */
export function above({ mount, inode }: Place, root: Place): Place | undefined {
  if (inode !== mount.root) return { mount, inode: inode.parent };
  for (let at = mount.at; at && !same(at, root); at = at.mount.at)
    if (at.inode !== at.mount.root) return { mount: at.mount, inode: at.inode.parent };
  return undefined;
}

export function liesBelow(inode: Inode, top: Inode): boolean {
  for (let at = inode; ; at = at.parent) {
    if (at === top) return true;
    if (at.parent === at) return false;
  }
}

/** Whether a place is below another, through all mounts between them. */
export function reaches(place: Place, top: Place): boolean {
  let at = place;
  while (at.mount !== top.mount && at.mount.at) at = at.mount.at;
  return at.mount === top.mount && liesBelow(at.inode, top.inode);
}

export function mustBeWritable({ mount }: Place): void {
  if (mount.readOnly) refuse("EROFS");
}

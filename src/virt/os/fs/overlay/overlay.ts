/**
 * A union of directory trees: overlayfs, Documentation/filesystems/overlayfs.rst. What is read comes from the topmost layer that has it;
 * what is written is copied up first; what is removed below is covered by a whiteout.
 *
 *     merged    a   b   -   d          a: from upper, hides lower's
 *     upper     a   -   c*  d/         c*: whiteout (character device 0:0)
 *     lower     a'  b   c   d/         d: directories of all layers merged, unless one is opaque
 */

import type { Credentials } from "../../credentials.ts";
import { refuse } from "../../errno.ts";
import type { UserNamespace } from "../../namespaces/user.ts";
import type { Inode } from "../inode.ts";
import { EXECUTE, mustAccess, WRITE } from "../permission.ts";
import { type Marks, WHITEOUT } from "./layer.ts";
import { OverlayInode, type Union } from "./overlay-inode.ts";
import { UNION, type UnionRules } from "./rules.ts";

export interface Layers {
  /** The topmost first. */
  readonly lower: readonly Inode[];
  /** Refuses one that may not be shown elsewhere; asked of each as it is taken. */
  readonly admit: (lower: number) => void;
  readonly upper?: Inode;
  /** An empty directory of upper's file system, where changes are prepared. */
  readonly work?: Inode;
  /** The option "userxattr". */
  readonly userMarks?: boolean;
  readonly rules?: UnionRules;
}

/** Linux, FILESYSTEM_MAX_STACK_DEPTH. */
const DEEPEST = 2;

export class Overlay implements Union {
  readonly type = "overlay";
  readonly userNamespace: UserNamespace;
  readonly marks: Marks;
  readonly rules: UnionRules;
  readonly depth: number;
  /** Inodes that have a meaning of their own here, and must not be come across as a name. */
  private readonly layers: ReadonlySet<Inode | undefined>;
  readonly root: OverlayInode;
  readOnly: boolean;
  private numbers = 0;
  private readonly prepared: Inode | undefined;
  private whiteout: Inode | undefined;
  /** One inode here for one below, so that it keeps its identity through other names and a copy-up. */
  private readonly inodes = new Map<Inode, OverlayInode>();

  constructor(mounter: Credentials, layers: Layers) {
    const { lower, admit, upper, work, userMarks = false, rules = UNION } = layers;
    if (lower.length < (upper ? 1 : 2)) refuse("EINVAL");
    if (upper && (!work || work.fs !== upper.fs || lies(work, upper) || lies(upper, work))) refuse("EINVAL");
    for (const layer of [...lower, upper, work]) if (layer && layer.type !== "directory") refuse("EINVAL");
    this.userNamespace = mounter.userNamespace;
    this.marks = {
      prefix: userMarks ? "user.overlay." : "trusted.overlay.",
      reachable: userMarks || mounter.userNamespace.parent === undefined,
    };
    this.rules = rules;
    this.readOnly = upper === undefined;
    if (work) {
      this.prepared =
        work.lookup("work") ??
        work.make("work", { type: "directory", mode: 0, uid: mounter.euid, gid: mounter.egid });
      // Only a capability over its owner opens it.
      mustAccess(mounter, this.prepared, WRITE | EXECUTE);
    }
    this.depth = 1 + Math.max(...[...lower, upper].map((layer) => layer?.fs.depth ?? 0));
    if (this.depth > DEEPEST) refuse("EINVAL");
    // What is below one layer cannot be a layer of its own: changes here would show there.
    const taken = new Set([upper, work, this.prepared]);
    for (const [i, layer] of lower.entries()) {
      if (taken.has(layer)) refuse("ELOOP");
      admit(i);
      taken.add(layer);
    }
    for (const layer of lower)
      for (let at = layer; at.parent !== at; at = at.parent) if (taken.has(at.parent)) refuse("ELOOP");
    this.layers = taken;
    this.root = new OverlayInode(this, undefined, upper, lower);
  }

  remount(readOnly: boolean): void {
    if (!readOnly && !this.prepared) refuse("EROFS");
    this.readOnly = readOnly;
  }
  nextNumber(): number {
    return ++this.numbers;
  }

  /** All whiteouts are names of one inode, as long as they are made where nothing moves. */
  putWhiteout(directory: Inode, name: string): void {
    if (directory.lookup(name)) directory.remove(name);
    this.whiteout ??= this.prepared!.make("#whiteout", WHITEOUT);
    directory.link(name, this.whiteout);
  }

  /** The inode of a name in `parent`: upper's, and the directories below it that it is merged with. */
  inode(parent: OverlayInode, upper: Inode | undefined, lower: readonly Inode[]): OverlayInode {
    if ([upper, ...lower].some((inode) => inode && this.layers.has(inode))) refuse("ELOOP");
    const key = upper ?? lower[0]!;
    // A lower file of several names becomes several files: without an index its copies would not know each other.
    if (!upper && key.type !== "directory" && key.links > 1)
      return new OverlayInode(this, parent, upper, lower);
    const inode = this.inodes.get(key) ?? new OverlayInode(this, parent, upper, lower);
    this.inodes.set(key, inode);
    return inode;
  }
  copiedUp(inode: OverlayInode, upper: Inode): void {
    this.inodes.set(upper, inode);
  }
}

function lies(inode: Inode, below: Inode): boolean {
  for (let at = inode; ; at = at.parent) {
    if (at === below) return true;
    if (at.parent === at) return false;
  }
}

/** An inode of a union: what is on top of it, and what a change does to the upper layer. */
import { refuse } from "../../errno.ts";
import { type Attributes, type FileSystem, type FileType, Inode, type NewInode } from "../inode.ts";
import { copyUp } from "./copy-up.ts";
import { inLayer, inUnion, isOpaque, isWhiteout, type Marks, makeOpaque, WHITEOUT } from "./layer.ts";

/** What an inode asks of the file system that it is of. */
export interface Union extends FileSystem {
  readonly marks: Marks;
  nextNumber(): number;
  inode(parent: OverlayInode, upper: Inode | undefined, lower: readonly Inode[]): OverlayInode;
  copiedUp(inode: OverlayInode, upper: Inode): void;
  putWhiteout(directory: Inode, name: string): void;
}

export class OverlayInode extends Inode {
  readonly fs: Union;
  readonly number: number;
  parent: OverlayInode;
  upper: Inode | undefined;
  /** Of a directory all that it merges, the topmost first; of another the one that is seen. */
  readonly lower: readonly Inode[];
  /** Where upper's copy is to be made: the name that it was last found by. */
  name = "";
  /** Lower files of several names, each name a file of its own. */
  private readonly apart = new Map<string, OverlayInode>();

  constructor(
    fs: Union,
    parent: OverlayInode | undefined,
    upper: Inode | undefined,
    lower: readonly Inode[],
  ) {
    super();
    this.fs = fs;
    this.number = fs.nextNumber();
    this.parent = parent ?? this;
    this.upper = upper;
    this.lower = lower;
  }

  private get real(): Inode {
    return this.upper ?? this.lower[0]!;
  }
  get type(): FileType {
    return this.real.type;
  }
  get attributes(): Attributes {
    return this.real.attributes;
  }
  get links(): number {
    return this.real.links;
  }
  get size(): number {
    return this.real.size;
  }
  override get device(): readonly [number, number] | undefined {
    return this.real.device;
  }
  override get target(): string {
    return this.real.target;
  }

  /** What upper has under a name, and what shows from below. */
  private find(name: string): { above: Inode | undefined; below: Inode[] } | undefined {
    const above = this.upper?.lookup(name);
    if (above && isWhiteout(above)) return undefined;
    const below =
      above && (above.type !== "directory" || isOpaque(this.fs.marks, above)) ? [] : this.below(name, above);
    return above || below.length > 0 ? { above, below } : undefined;
  }

  override lookup(name: string): Inode | undefined {
    if (this.type !== "directory") refuse("ENOTDIR");
    const found = this.find(name);
    if (!found) return undefined;
    const { above, below } = found;
    const inode = this.apart.get(name) ?? this.fs.inode(this, above, below);
    if (!above && below[0]!.type !== "directory" && below[0]!.links > 1) this.apart.set(name, inode);
    [inode.parent, inode.name] = [this, name];
    return inode;
  }

  /** What the lower layers show under a name: one file, or directories as far down as they go. */
  private below(name: string, above?: Inode): Inode[] {
    const found: Inode[] = [];
    for (const layer of this.lower) {
      const inode = layer.lookup(name);
      if (!inode) continue;
      if (isWhiteout(inode)) break;
      if (inode.type !== "directory") {
        if (!above && found.length === 0) found.push(inode);
        break;
      }
      found.push(inode);
      if (isOpaque(this.fs.marks, inode)) break;
    }
    return found;
  }
  /** Whether the layers below have something under this name that must stay hidden. */
  private covers(name: string): boolean {
    return this.below(name).length > 0;
  }

  override names(): readonly string[] {
    if (this.type !== "directory") refuse("ENOTDIR");
    const layers = this.upper ? [this.upper, ...this.lower] : this.lower;
    // A directory that is not merged is listed as it is, with whiteouts that somebody put into it by hand.
    if (layers.length === 1) return layers[0]!.names();
    return this.visible(layers);
  }
  override get empty(): boolean {
    return this.visible([...(this.upper ? [this.upper] : []), ...this.lower]).length === 0;
  }
  private visible(layers: readonly Inode[]): readonly string[] {
    return [...new Set(layers.flatMap((layer) => layer.names()))].filter((name) => this.find(name));
  }

  override make(name: string, node: NewInode): Inode {
    // A whiteout made here would be taken for one of ours.
    if (node.type === "character" && node.device!.every((number) => number === 0)) refuse("EPERM");
    const upper = copyUp(this);
    // What a whiteout hid must not show through the directory in its place.
    const opaque = node.type === "directory" && upper.lookup(name) !== undefined;
    if (opaque && !this.fs.marks.reachable) refuse("EIO");
    this.uncover(name);
    const made = upper.make(name, node);
    if (opaque) makeOpaque(this.fs.marks, made);
    return this.lookup(name)!;
  }
  override link(name: string, inode: Inode): void {
    const linked = copyUp(inode as OverlayInode);
    const upper = copyUp(this);
    this.uncover(name);
    upper.link(name, linked);
  }
  /** A whiteout gives way to what is made in its place. */
  private uncover(name: string): void {
    this.apart.delete(name);
    if (this.upper?.lookup(name)) this.upper.remove(name);
  }

  override remove(name: string): void {
    const upper = copyUp(this);
    this.apart.delete(name);
    const gone = upper.lookup(name);
    // It looked empty, so what is left in it are whiteouts.
    if (gone?.type === "directory") for (const one of [...gone.names()]) gone.remove(one);
    if (this.covers(name)) this.fs.putWhiteout(upper, name);
    else upper.remove(name);
  }

  /** A directory that lies in lower layers would have to be copied with all below it: EXDEV, and the caller copies (overlayfs.rst). */
  private get movable(): boolean {
    return this.type !== "directory" || this.lower.length === 0;
  }

  override rename(name: string, to: Inode, newName: string, exchange: boolean): void {
    const target = to as OverlayInode;
    const moved = this.lookup(name) as OverlayInode;
    const other = target.lookup(newName) as OverlayInode | undefined;
    if (!moved.movable || (exchange && !other!.movable)) refuse("EXDEV");
    const full = !exchange && other?.type === "directory" && !other.empty;
    if (full && other.lower.length > 0) refuse("ENOTEMPTY");
    copyUp(moved);
    if (exchange) copyUp(other!);
    const [from, into] = [copyUp(this), copyUp(target)];
    if (target.lower.length > 0) this.hideBelow(moved);
    if (exchange && this.lower.length > 0) this.hideBelow(other!);
    // Who finds this out is the upper layer's own rename, after the mark was set.
    if (full) refuse("ENOTEMPTY");
    for (const each of [name, newName]) for (const one of [this, target]) one.apart.delete(each);
    if (exchange) from.rename(name, into, newName, true);
    else this.replace(from, name, into, newName, moved.type === "directory");
  }

  private hideBelow({ type, upper }: OverlayInode): void {
    if (type !== "directory") return;
    if (!this.fs.marks.reachable) refuse("EXDEV");
    makeOpaque(this.fs.marks, upper!);
  }

  /** Over whatever is there, and with a whiteout left where something below would come to light. */
  private replace(from: Inode, name: string, into: Inode, newName: string, directory: boolean): void {
    const covers = this.covers(name);
    const there = into.lookup(newName);
    const whiteout = there !== undefined && isWhiteout(there);
    if (there?.type === "directory") for (const one of [...there.names()]) there.remove(one);
    if (whiteout && (covers || directory)) {
      from.rename(name, into, newName, true);
      if (!covers) from.remove(name);
      return;
    }
    from.rename(name, into, newName, false);
    if (covers) from.make(name, WHITEOUT);
  }

  change(attributes: Partial<Attributes>): void {
    copyUp(this).change(attributes);
  }
  override read(offset: number, length: number): Uint8Array {
    return this.real.read(offset, length);
  }
  override write(offset: number, bytes: Uint8Array): void {
    copyUp(this).write(offset, bytes);
  }
  override truncate(size: number): void {
    copyUp(this).truncate(size);
  }

  getXattr(name: string): Uint8Array | undefined {
    return this.real.getXattr(inLayer(this.fs.marks, name));
  }
  setXattr(name: string, value: Uint8Array): void {
    copyUp(this).setXattr(inLayer(this.fs.marks, name), value);
  }
  removeXattr(name: string): void {
    if (!this.getXattr(name)) refuse("ENODATA");
    copyUp(this).removeXattr(inLayer(this.fs.marks, name));
  }
  listXattrs(): readonly string[] {
    return this.real
      .listXattrs()
      .map((name) => inUnion(this.fs.marks, name))
      .filter((name) => name !== undefined);
  }
}

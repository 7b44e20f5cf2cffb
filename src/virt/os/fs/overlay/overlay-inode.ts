/** An inode of a union: what is on top of it, and what a change does to the upper layer. */
import { refuse } from "../../errno.ts";
import { type Attributes, type FileSystem, type FileType, Inode, type NewInode } from "../inode.ts";
import { copyUp, wayTo } from "./copy-up.ts";
import { inLayer, inUnion, isOpaque, isWhiteout, type Marks, makeOpaque, WHITEOUT } from "./layer.ts";
import type { Consequence, Found, Intent, UnionRules } from "./rules.ts";

/** What an inode asks of the file system that it is of. */
export interface Union extends FileSystem {
  readonly marks: Marks;
  readonly rules: UnionRules;
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
  override get backing(): Inode {
    return this.real.backing;
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

  private asFound(inode: Inode): Found {
    if (inode.type === "directory") return { kind: "directory", opaque: isOpaque(this.fs.marks, inode) };
    return { kind: isWhiteout(inode) ? "whiteout" : "other", opaque: false };
  }
  /** Of what the layers have under a name, what is seen. */
  private resolve(layers: readonly (Inode | undefined)[], name: string): Inode[] {
    const found = layers.map((layer) => layer?.lookup(name));
    const seen = this.fs.rules.resolve(found.map((inode) => (inode ? this.asFound(inode) : null)));
    return seen.map((layer) => found[layer] ?? refuse("EIO"));
  }

  /** What upper has under a name, and what shows from below. */
  private find(name: string): { above: Inode | undefined; below: Inode[] } | undefined {
    const top = this.upper?.lookup(name);
    const seen = this.resolve([this.upper, ...this.lower], name);
    if (seen.length === 0) return undefined;
    const above = seen.find((inode) => inode === top);
    return { above, below: seen.filter((inode) => inode !== top) };
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

  /** Whether the layers below have something under this name that must stay hidden. */
  private covers(name: string): boolean {
    return this.resolve(this.lower, name).length > 0;
  }

  /** What the rules say to `intent`; what they want in the upper layer is there afterwards. `name`: in this directory; else it is this inode. */
  private ask(intent: Intent, name?: string): Consequence["leave"] {
    const way = wayTo(this as OverlayInode);
    const directory = name === undefined ? this.parent : this;
    const last = name ?? this.name;
    const top = directory.upper?.lookup(last);
    const whiteout = top !== undefined && isWhiteout(top);
    const inUpper = way.map(({ upper }) => upper !== undefined);
    if (name !== undefined) inUpper.push(top !== undefined && !whiteout);
    const under = { whiteout, below: directory.covers(last) };
    const { copy, leave } = this.fs.rules.change(intent, inUpper, under);
    for (const at of copy) copyUp(way[at] ?? refuse("EIO"));
    return leave;
  }
  private changed(): Inode {
    if (!this.upper) this.ask("change");
    return this.real;
  }
  /** The same for what cannot be done in another layer. */
  private moving(): Inode {
    this.changed();
    return this.upper ?? refuse("EIO");
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
    const listed = (layer: Inode) =>
      layer.names().map((name) => ({ name, ...this.asFound(layer.lookup(name)!) }));
    return this.fs.rules.list(layers.map(listed));
  }

  override make(name: string, node: NewInode): Inode {
    // A whiteout made here would be taken for one of ours.
    if (node.type === "character" && node.device!.every((number) => number === 0)) refuse("EPERM");
    const directory = node.type === "directory";
    // What a whiteout hid must not show through the directory in its place.
    const opaque = this.ask(directory ? "make-directory" : "make", name) === "opaque" && directory;
    if (opaque && !this.fs.marks.reachable) refuse("EIO");
    this.uncover(name);
    const made = this.real.make(name, node);
    if (opaque) makeOpaque(this.fs.marks, made);
    return this.lookup(name) ?? refuse("EIO");
  }
  override link(name: string, inode: Inode): void {
    const linked = (inode as OverlayInode).moving();
    const upper = this.moving();
    this.uncover(name);
    upper.link(name, linked);
  }
  /** A whiteout gives way to what is made in its place. */
  private uncover(name: string): void {
    this.apart.delete(name);
    if (this.upper?.lookup(name)) this.upper.remove(name);
  }

  override remove(name: string): void {
    const leave = this.ask("remove", name);
    const { real } = this;
    this.apart.delete(name);
    const gone = real.lookup(name);
    // It looked empty, so what is left in it are whiteouts.
    if (gone?.type === "directory") for (const one of [...gone.names()]) gone.remove(one);
    if (leave === "whiteout") this.fs.putWhiteout(real, name);
    else if (gone) real.remove(name);
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
    moved.moving();
    if (exchange) other!.moving();
    const [from, into] = [this.moving(), target.moving()];
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
    this.changed().change(attributes);
  }
  override read(offset: number, length: number): Uint8Array {
    if (!this.upper) this.ask("read");
    return this.real.read(offset, length);
  }
  /** Copied up at once, whether anything is ever written or not (Linux, fs/overlayfs/copy_up.c, ovl_maybe_copy_up). */
  override openToWrite(): void {
    this.changed();
  }
  override write(offset: number, bytes: Uint8Array): void {
    this.changed().write(offset, bytes);
  }
  override truncate(size: number): void {
    this.changed().truncate(size);
  }

  getXattr(name: string): Uint8Array | undefined {
    return this.real.getXattr(inLayer(this.fs.marks, name));
  }
  setXattr(name: string, value: Uint8Array): void {
    this.changed().setXattr(inLayer(this.fs.marks, name), value);
  }
  removeXattr(name: string): void {
    if (!this.getXattr(name)) refuse("ENODATA");
    this.changed().removeXattr(inLayer(this.fs.marks, name));
  }
  listXattrs(): readonly string[] {
    return this.real
      .listXattrs()
      .map((name) => inUnion(this.fs.marks, name))
      .filter((name) => name !== undefined);
  }
}

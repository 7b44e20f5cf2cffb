/** A file system that is nothing but memory: tmpfs(5). Also what layers are unpacked into. */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import { type Attributes, type FileSystem, type FileType, Inode, type NewInode } from "./inode.ts";

const PAGE = 4096;
/** Targets that are no longer are kept in the inode: SHORT_SYMLINK_LEN. */
const SHORT_TARGET = 128;

/** What it may hold; more is answered with ENOSPC. */
export interface Room {
  /** Bytes, in whole pages. */
  readonly size: number;
  /** Files and directories with their names, the top counted. */
  readonly inodes: number;
}
/** Of a machine with 4 GiB. */
export const HALF_OF_MEMORY: Room = { size: 2 ** 31, inodes: Number.POSITIVE_INFINITY };

export class Tmpfs implements FileSystem {
  readonly type = "tmpfs";
  readonly depth = 0;
  readonly userNamespace: UserNamespace;
  readonly root: Inode;
  readOnly = false;
  private readonly room: Room;
  private readonly used = { size: 0, inodes: 0 };
  private numbers = 0;

  constructor(userNamespace: UserNamespace, root: Attributes, room = HALF_OF_MEMORY) {
    this.userNamespace = userNamespace;
    this.room = room;
    this.take({ inodes: 1 });
    this.root = new TmpfsInode(this, { ...root, type: "directory" });
  }

  remount(readOnly: boolean): void {
    this.readOnly = readOnly;
  }
  nextNumber(): number {
    return ++this.numbers;
  }
  take({ pages = 0, inodes = 0 }: { pages?: number; inodes?: number }): void {
    const { used, room } = this;
    if (pages > 0 && used.size + pages * PAGE > room.size) refuse("ENOSPC");
    if (inodes > 0 && used.inodes + inodes > room.inodes) refuse("ENOSPC");
    used.size += pages * PAGE;
    used.inodes += inodes;
  }
  give(back: { pages: number; inodes: number }): void {
    this.take({ pages: -back.pages, inodes: -back.inodes });
  }
}

class TmpfsInode extends Inode {
  readonly fs: Tmpfs;
  readonly number: number;
  readonly type: FileType;
  attributes: Attributes;
  links = 0;
  parent: TmpfsInode = this;
  private readonly made: NewInode;
  private readonly children = new Map<string, TmpfsInode>();
  private readonly xattrs = new Map<string, Uint8Array>();
  private bytes = new Uint8Array(0);
  /** Those that something was written to; the others are holes. */
  private readonly pages = new Set<number>();

  constructor(fs: Tmpfs, made: NewInode) {
    super();
    this.fs = fs;
    this.number = fs.nextNumber();
    this.type = made.type;
    this.made = made;
    this.attributes = { mode: made.mode, uid: made.uid, gid: made.gid };
  }

  get size(): number {
    return this.type === "symlink" ? new TextEncoder().encode(this.target).length : this.bytes.length;
  }
  override get device(): readonly [number, number] | undefined {
    return this.made.device;
  }
  override get target(): string {
    return this.made.target ?? refuse("EINVAL");
  }
  change(attributes: Partial<Attributes>): void {
    this.attributes = { ...this.attributes, ...attributes };
  }

  override lookup(name: string): Inode | undefined {
    return this.directory.get(name);
  }
  override names(): readonly string[] {
    return [...this.directory.keys()];
  }
  override make(name: string, node: NewInode): Inode {
    const long = (node.target?.length ?? 0) >= SHORT_TARGET;
    this.fs.take({ inodes: 1, pages: long ? 1 : 0 });
    const inode = new TmpfsInode(this.fs, node);
    if (long) inode.pages.add(0);
    this.enter(name, inode);
    return inode;
  }
  override link(name: string, inode: Inode): void {
    // A name is kept in memory as much as a file.
    this.fs.take({ inodes: 1 });
    this.enter(name, inode as TmpfsInode);
  }
  override remove(name: string): void {
    const gone = this.directory.get(name)!;
    this.directory.delete(name);
    gone.links--;
    gone.forget();
  }
  override rename(name: string, to: Inode, newName: string, exchange: boolean): void {
    const target = to as TmpfsInode;
    const moved = this.directory.get(name)!;
    const other = target.directory.get(newName);
    if (moved === other) return;
    if (other && !exchange) {
      if (other.children.size > 0) refuse("ENOTEMPTY");
      target.remove(newName);
    }
    this.directory.delete(name);
    target.directory.set(newName, moved);
    moved.parent = target;
    if (!exchange || !other) return;
    this.directory.set(name, other);
    other.parent = this;
  }
  private enter(name: string, inode: TmpfsInode): void {
    this.directory.set(name, inode);
    inode.links++;
    inode.parent = this;
  }
  private get directory(): Map<string, TmpfsInode> {
    return this.type === "directory" ? this.children : refuse("ENOTDIR");
  }

  override read(offset: number, length: number): Uint8Array {
    if (this.type !== "file") return super.read(offset, length);
    return this.bytes.slice(offset, offset + length);
  }
  override write(offset: number, bytes: Uint8Array): void {
    if (this.type !== "file") super.write(offset, bytes);
    if (bytes.length === 0) return;
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((offset + bytes.length - 1) / PAGE);
    const fresh: number[] = [];
    for (let page = first; page <= last; page++) if (!this.pages.has(page)) fresh.push(page);
    this.fs.take({ pages: fresh.length });
    for (const page of fresh) this.pages.add(page);
    if (offset + bytes.length > this.bytes.length) this.resize(offset + bytes.length);
    this.bytes.set(bytes, offset);
  }
  override truncate(size: number): void {
    if (this.type !== "file") super.truncate(size);
    this.release(Math.ceil(size / PAGE));
    this.resize(size);
  }
  private resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }
  private release(from: number): void {
    const gone = [...this.pages].filter((page) => page >= from);
    for (const page of gone) this.pages.delete(page);
    this.fs.give({ pages: gone.length, inodes: 0 });
  }
  /** A name is gone; with the last of them its memory, though who has it open or mounted may still read it. */
  private forget(): void {
    this.fs.give({ pages: 0, inodes: 1 });
    if (this.links === 0) this.release(0);
  }

  getXattr(name: string): Uint8Array | undefined {
    return this.xattrs.get(name);
  }
  setXattr(name: string, value: Uint8Array): void {
    this.xattrs.set(name, value.slice());
  }
  removeXattr(name: string): void {
    if (!this.xattrs.delete(name)) refuse("ENODATA");
  }
  listXattrs(): readonly string[] {
    return [...this.xattrs.keys()];
  }
}

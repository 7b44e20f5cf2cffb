/** A file system that is nothing but memory: tmpfs(5). Also what layers are unpacked into. */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import { type Attributes, type FileSystem, type FileType, Inode, type NewInode } from "./inode.ts";

export class Tmpfs implements FileSystem {
  readonly type = "tmpfs";
  readonly depth = 0;
  readonly userNamespace: UserNamespace;
  readonly root: Inode;
  readOnly = false;
  /** Bytes that files may hold together; more answers ENOSPC. */
  readonly capacity: number;
  used = 0;
  private numbers = 0;

  constructor(userNamespace: UserNamespace, root: Attributes, capacity = 2 ** 31) {
    this.userNamespace = userNamespace;
    this.capacity = capacity;
    this.root = new TmpfsInode(this, { ...root, type: "directory" });
  }

  remount(readOnly: boolean): void {
    this.readOnly = readOnly;
  }
  nextNumber(): number {
    return ++this.numbers;
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
    const inode = new TmpfsInode(this.fs, node);
    this.enter(name, inode);
    return inode;
  }
  override link(name: string, inode: Inode): void {
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
    if (offset + bytes.length > this.bytes.length) this.truncate(offset + bytes.length);
    this.bytes.set(bytes, offset);
  }
  override truncate(size: number): void {
    if (this.type !== "file") super.truncate(size);
    const more = this.links > 0 ? size - this.bytes.length : 0;
    if (this.fs.used + more > this.fs.capacity) refuse("ENOSPC");
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
    this.fs.used += more;
  }
  /** The last name is gone: its memory counts no more, though who has it open or mounted may still read it. */
  private forget(): void {
    if (this.links === 0 && this.type === "file") this.fs.used -= this.bytes.length;
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

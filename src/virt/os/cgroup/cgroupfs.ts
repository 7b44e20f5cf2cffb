/** The tree of control groups as a file system: mount(2) of type cgroup2. Directories are groups; nobody makes files but the kernel. */
import { refuse } from "../errno.ts";
import { type Attributes, type FileSystem, type FileType, Inode, type NewInode } from "../fs/inode.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import { Cgroup, type Process } from "./cgroup.ts";
import { mustHaveRoom } from "./control.ts";
import { controlFile, populate } from "./files.ts";

/** One for each tree, however often it is mounted: mounts differ in the group that they show. */
export class CgroupFs implements FileSystem {
  readonly type = "cgroup2";
  readonly depth = 0;
  /** The first of all, whoever mounts it. */
  readonly userNamespace: UserNamespace;
  readonly root: Inode;
  readOnly = false;
  private numbers = 0;
  private readonly inodes = new WeakMap<Cgroup, Map<string, Inode>>();
  private static readonly made = new WeakMap<Cgroup, CgroupFs>();

  static of(cgroup: Cgroup, userNamespace: UserNamespace): CgroupFs {
    const known = CgroupFs.made.get(cgroup.top) ?? new CgroupFs(cgroup.top, userNamespace.initial);
    CgroupFs.made.set(cgroup.top, known);
    return known;
  }
  private constructor(top: Cgroup, userNamespace: UserNamespace) {
    this.userNamespace = userNamespace;
    this.root = this.inode(top, "");
  }
  remount(readOnly: boolean): void {
    this.readOnly = readOnly;
  }
  /** Of the directory under "", or of one of its files; one for each, however often it is looked up. */
  inode(cgroup: Cgroup, name: string): Inode {
    const known = this.inodes.get(cgroup) ?? new Map<string, Inode>();
    this.inodes.set(cgroup, known);
    const made =
      known.get(name) ??
      (name === ""
        ? new GroupInode(this, cgroup, ++this.numbers)
        : new FileInode(this, cgroup, name, ++this.numbers));
    known.set(name, made);
    return made;
  }
}

abstract class Node extends Inode {
  readonly fs: CgroupFs;
  readonly cgroup: Cgroup;
  readonly number: number;
  readonly size = 0;
  readonly links = 1;
  protected abstract readonly name: string;
  private readonly xattrs = new Map<string, Uint8Array>();

  constructor(fs: CgroupFs, cgroup: Cgroup, number: number) {
    super();
    this.fs = fs;
    this.cgroup = cgroup;
    this.number = number;
  }
  /** The kernel keeps them with the group: they are the same through every mount. */
  get attributes(): Attributes {
    return this.cgroup.nodes.get(this.name) ?? refuse("ENODEV");
  }
  change(attributes: Partial<Attributes>): void {
    this.cgroup.nodes.set(this.name, { ...this.attributes, ...attributes });
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

class GroupInode extends Node {
  readonly type: FileType = "directory";
  protected readonly name = "";

  get parent(): Inode {
    const { parent } = this.cgroup;
    return parent ? this.fs.inode(parent, "") : this;
  }
  override lookup(name: string): Inode | undefined {
    const child = this.cgroup.children.get(name);
    if (child) return this.fs.inode(child, "");
    // Its files went with it.
    if (name === "" || this.cgroup.dead || !this.cgroup.nodes.has(name)) return undefined;
    return this.fs.inode(this.cgroup, name);
  }
  override names(): readonly string[] {
    if (this.cgroup.dead) return [];
    return [...this.cgroup.nodes.keys(), ...this.cgroup.children.keys()].filter((name) => name !== "");
  }
  /** Its files go with it; what keeps a group is refused by `remove`. */
  override get empty(): boolean {
    return true;
  }
  override make(name: string, { type, mode, uid, gid }: NewInode): Inode {
    if (type !== "directory") refuse(type === "file" ? "EACCES" : "EPERM");
    if (this.cgroup.dead) refuse("ENODEV");
    if (name.includes("\n")) refuse("EINVAL");
    mustHaveRoom(this.cgroup);
    const child = new Cgroup(name, this.cgroup);
    this.cgroup.children.set(name, child);
    populate(child, { mode: mode & 0o1777, uid, gid });
    return this.fs.inode(child, "");
  }
  override link(): void {
    refuse("EPERM");
  }
  override remove(name: string): void {
    const child = this.cgroup.children.get(name) ?? refuse("EPERM");
    if (child.populated || child.children.size > 0) refuse("EBUSY");
    child.dead = true;
    this.cgroup.children.delete(name);
    for (const one of child.nodes.keys()) this.fs.inode(child, one).deleted = true;
  }
  override rename(_name: string, _to: Inode, _newName: string, exchange: boolean): void {
    refuse(exchange ? "EINVAL" : "EPERM");
  }
}

class FileInode extends Node {
  readonly type: FileType = "file";
  protected readonly name: string;

  constructor(fs: CgroupFs, cgroup: Cgroup, name: string, number: number) {
    super(fs, cgroup, number);
    this.name = name;
  }
  get parent(): Inode {
    return this.fs.inode(this.cgroup, "");
  }
  override read(offset: number, length: number, by?: Process): Uint8Array {
    const text = controlFile(this.name).read?.(this.living, by ?? refuse("EIO")) ?? refuse("EINVAL");
    return new TextEncoder().encode(text).slice(offset, offset + length);
  }
  /** An order, wherever in the file it is written. */
  override write(_offset: number, bytes: Uint8Array, by?: Process): void {
    if (bytes.length > 4096) refuse("E2BIG");
    const { write, exact, delegated } = controlFile(this.name);
    if (!write || !by) refuse("EINVAL");
    const cgroup = this.living;
    if (cgroup.kernel.delegated && !delegated && by.namespaces.cgroup.root === cgroup) refuse("EPERM");
    const text = new TextDecoder().decode(bytes);
    write(cgroup, exact ? text : text.trim(), by);
  }
  /** Its length is not its own. */
  override truncate(): void {}

  private get living(): Cgroup {
    return this.cgroup.dead ? refuse("ENODEV") : this.cgroup;
  }
}

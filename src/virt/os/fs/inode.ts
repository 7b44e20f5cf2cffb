/**
 * The contract of file systems: what path resolution and the file calls ask of an inode. Who may ask is decided above it (permission.ts);
 * an inode answers, or refuses what it cannot hold. Ids are kernel ids, sizes are bytes.
 */

import type { Process } from "../cgroup/cgroup.ts";
import { type Errno, refuse } from "../errno.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import type { Attributes } from "./attributes.ts";

export type { Attributes };

export type FileType = "file" | "directory" | "symlink" | "character" | "block" | "fifo" | "socket";

export interface NewInode extends Attributes {
  readonly type: FileType;
  /** Of a symbolic link. */
  readonly target?: string;
  /** Of a device: major and minor number. */
  readonly device?: readonly [number, number];
}

export interface FileSystem {
  /** As mount(2) names it. */
  readonly type: string;
  /** Whoever mounted it: this namespace's ids and capabilities count in it. */
  readonly userNamespace: UserNamespace;
  readonly root: Inode;
  /** How many file systems lie below it. */
  readonly depth: number;
  readonly readOnly: boolean;
  /** For all its mounts at once. */
  remount(readOnly: boolean): void;
}

export abstract class Inode {
  abstract readonly fs: FileSystem;
  abstract readonly number: number;
  abstract readonly type: FileType;
  /** The directory that it lies in, by its latest name; the root lies in itself. */
  abstract readonly parent: Inode;
  /** Whose data it is in the end: itself, or of a union the layer's inode, until a copy-up puts another in its place. */
  get backing(): Inode {
    return this;
  }
  /** It has no name any more; who is in it or has it open keeps it. */
  deleted = false;
  abstract get attributes(): Attributes;
  /** How many names it has; a directory's is the file system's affair. */
  abstract get links(): number;
  abstract get size(): number;
  get device(): readonly [number, number] | undefined {
    return undefined;
  }
  get target(): string {
    return refuse("EINVAL");
  }

  abstract change(attributes: Partial<Attributes>): void;

  // Of directories.
  lookup(_name: string): Inode | undefined {
    return refuse("ENOTDIR");
  }
  names(): readonly string[] {
    return refuse("ENOTDIR");
  }
  get empty(): boolean {
    return this.names().length === 0;
  }
  /** The name is free. */
  make(_name: string, _node: NewInode): Inode {
    return refuse("ENOTDIR");
  }
  /** Another name of an inode of the same file system; the name is free. */
  link(_name: string, _inode: Inode): void {
    refuse("ENOTDIR");
  }
  /** The name is there; a directory under it is empty. */
  remove(_name: string): void {
    refuse("ENOTDIR");
  }
  /**
   * Both directories are of this file system; what is replaced may be, and is of the same kind; a directory that is not empty
   * refuses (ENOTEMPTY). With `exchange` both names are there and change places.
   */
  rename(_name: string, _to: Inode, _newName: string, _exchange: boolean): void {
    refuse("ENOTDIR");
  }

  // Of files. What the kernel writes itself depends on who asks (PIDs are those of a namespace) and on who orders.
  read(_offset: number, _length: number, _by?: Process): Uint8Array {
    return refuse(this.notData);
  }
  /** It has been opened for writing; nothing is written yet. */
  openToWrite(): void {}
  write(_offset: number, _bytes: Uint8Array, _by?: Process): void {
    refuse(this.notData);
  }
  truncate(_size: number): void {
    refuse(this.notData);
  }
  private get notData(): Errno {
    return this.type === "directory" ? "EISDIR" : "EINVAL";
  }

  // Extended attributes, by their full names.
  abstract getXattr(name: string): Uint8Array | undefined;
  abstract setXattr(name: string, value: Uint8Array): void;
  abstract removeXattr(name: string): void;
  abstract listXattrs(): readonly string[];
}

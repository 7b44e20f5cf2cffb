/** What a layer's archive says, one entry after the other, as far as a file system can hold it. */
import type { FileType } from "../../fs/inode.ts";

export interface Entry {
  /** From the layer's top, without "." and empty names; none for the top itself. */
  readonly names: readonly string[];
  readonly type: FileType | "hard link";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a symbolic link its text, of a hard link the path of the other name. */
  readonly target: string;
  readonly device: readonly [number, number] | undefined;
  readonly data: Uint8Array;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

export const shown = (names: readonly string[]): string => `/${names.join("/")}`;

/** layer.md, "Whiteouts": a name that begins so says that another is gone. */
export const WHITEOUT_PREFIX = ".wh.";
/** In a directory: nothing of what the layers below have in it is left. */
export const OPAQUE_NAME = ".wh..wh..opq";
/** star(1), and every implementation since. */
export const XATTR_KEY = "SCHILY.xattr.";

/** Before a change an inode of a lower layer is copied to the upper one, its directories first: overlayfs.rst, "Non-directories". */
import { refuse } from "../../errno.ts";
import type { Inode } from "../inode.ts";
import { inUnion, type Marks } from "./layer.ts";

/** What a copy-up asks of an inode of the union. */
export interface Copied extends Inode {
  readonly parent: Copied;
  readonly name: string;
  upper: Inode | undefined;
  readonly lower: readonly Inode[];
  readonly fs: Inode["fs"] & { readonly marks: Marks; copiedUp(inode: Copied, upper: Inode): void };
}

/** From the union's root to the inode. */
export function wayTo<T extends Copied>(inode: T): T[] {
  const way = [inode];
  while (way[0]!.parent !== way[0]) way.unshift(way[0]!.parent as T);
  return way;
}

/** Its directory is there already. */
export function copyUp(inode: Copied): void {
  if (inode.upper) return;
  if (inode.parent === inode) refuse("EROFS");
  const directory = inode.parent.upper ?? refuse("EIO");
  const from = inode.lower[0]!;
  const { type, attributes, device } = from;
  const target = type === "symlink" ? { target: from.target } : {};
  const copy = directory.make(inode.name, { type, ...attributes, ...target, ...(device ? { device } : {}) });
  try {
    if (type === "file") copy.write(0, from.read(0, from.size));
    for (const name of from.listXattrs())
      if (inUnion(inode.fs.marks, name)) copy.setXattr(name, from.getXattr(name)!);
  } catch (refusal) {
    // Half a copy would hide the whole one below.
    directory.remove(inode.name);
    throw refusal;
  }
  inode.upper = copy;
  inode.fs.copiedUp(inode, copy);
}

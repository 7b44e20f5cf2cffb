/** Before a change an inode of a lower layer is copied to the upper one, its directories first: overlayfs.rst, "Non-directories". */
import { refuse } from "../../errno.ts";
import type { Inode } from "../inode.ts";
import { inUnion, type Marks } from "./layer.ts";

/** What a copy-up asks of an inode of the union. */
interface Union extends Inode {
  readonly parent: Union;
  readonly name: string;
  upper: Inode | undefined;
  readonly lower: readonly Inode[];
  readonly fs: Inode["fs"] & { readonly marks: Marks; copiedUp(inode: Union, upper: Inode): void };
}

/** The inode's copy in the upper layer, made if there is none. */
export function copyUp(inode: Union): Inode {
  if (inode.upper) return inode.upper;
  if (inode.parent === inode) refuse("EROFS");
  const directory = copyUp(inode.parent);
  const from = inode.lower[0]!;
  const { type, attributes, device } = from;
  const target = type === "symlink" ? { target: from.target } : {};
  const copy = directory.make(inode.name, { type, ...attributes, ...target, ...(device ? { device } : {}) });
  if (type === "file") copy.write(0, from.read(0, from.size));
  for (const name of from.listXattrs())
    if (inUnion(inode.fs.marks, name)) copy.setXattr(name, from.getXattr(name)!);
  inode.upper = copy;
  inode.fs.copiedUp(inode, copy);
  return copy;
}

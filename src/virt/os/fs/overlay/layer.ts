/** The marks that an overlay leaves in its upper layer: overlayfs.rst, "whiteouts and opaque directories". */
import type { Inode, NewInode } from "../inode.ts";

/** A name that hides what the layers below have under it. */
export const isWhiteout = (inode: Inode): boolean =>
  inode.type === "character" && inode.device?.[0] === 0 && inode.device[1] === 0;

export const WHITEOUT: NewInode = { type: "character", mode: 0, uid: 0, gid: 0, device: [0, 0] };

/** Where a union keeps its other marks: extended attributes of one class (overlayfs.rst, "User xattr"). */
export interface Marks {
  readonly prefix: "trusted.overlay." | "user.overlay.";
  /** Those of "trusted." are out of reach for who mounts a union in a user namespace of its own. */
  readonly reachable: boolean;
}

/** The marks that images are unpacked with, by an engine that is root. */
export const TRUSTED: Marks = { prefix: "trusted.overlay.", reachable: true };

/**
 * An attribute of the union by its name in the layer: one that looks like a mark of ours is escaped, so that a union can lie in another
 * (overlayfs.rst, "Nesting overlayfs mounts").
 */
export const inLayer = ({ prefix }: Marks, name: string): string =>
  name.startsWith(prefix) ? `${prefix}overlay.${name.slice(prefix.length)}` : name;

/** The other way: undefined for a mark, which is nobody's business above. */
export function inUnion({ prefix }: Marks, name: string): string | undefined {
  if (!name.startsWith(prefix)) return name;
  const rest = name.slice(prefix.length);
  return rest.startsWith("overlay.") ? prefix + rest.slice("overlay.".length) : undefined;
}

/** A directory that hides all of what the layers below have under its name. */
export const isOpaque = ({ prefix, reachable }: Marks, directory: Inode): boolean =>
  reachable && directory.getXattr(`${prefix}opaque`)?.[0] === 0x79;

export const makeOpaque = ({ prefix }: Marks, directory: Inode): void =>
  directory.setXattr(`${prefix}opaque`, new Uint8Array([0x79]));

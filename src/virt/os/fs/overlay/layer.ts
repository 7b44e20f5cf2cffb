/** The marks that an overlay leaves in its upper layer: overlayfs.rst, "whiteouts and opaque directories". */
import type { Inode, NewInode } from "../inode.ts";

/** A name that hides what the layers below have under it. */
export const isWhiteout = (inode: Inode): boolean =>
  inode.type === "character" && inode.device?.[0] === 0 && inode.device[1] === 0;

export const WHITEOUT: NewInode = { type: "character", mode: 0, uid: 0, gid: 0, device: [0, 0] };

const PREFIX = "trusted.overlay.";
const OPAQUE = `${PREFIX}opaque`;

/**
 * An attribute of the union by its name in the layer: one that looks like a mark of ours is escaped, so that a union can lie in another
 * (overlayfs.rst, "Nesting overlayfs mounts").
 */
export const inLayer = (name: string): string =>
  name.startsWith(PREFIX) ? `${PREFIX}overlay.${name.slice(PREFIX.length)}` : name;

/** The other way: undefined for a mark, which is nobody's business above. */
export function inUnion(name: string): string | undefined {
  if (!name.startsWith(PREFIX)) return name;
  const rest = name.slice(PREFIX.length);
  return rest.startsWith("overlay.") ? PREFIX + rest.slice("overlay.".length) : undefined;
}

/** A directory that hides all of what the layers below have under its name. */
export const isOpaque = (directory: Inode): boolean => directory.getXattr(OPAQUE)?.[0] === 0x79;
export const makeOpaque = (directory: Inode): void => directory.setXattr(OPAQUE, new Uint8Array([0x79]));

/**
 * Capabilities of a program file, kept in security.capability: capabilities(7), "File capabilities"; struct vfs_ns_cap_data of
 * linux/capability.h. Five or six little-endian words:
 *
 *     magic: version in bits 31…24, bit 0 "effective" │ permitted 31…0 │ inheritable 31…0 │ permitted 63…32 │ inheritable 63…32 │ root's uid
 *                                                                                                            (version 3 only) ┘
 */
import { CAPABILITIES, type CapabilitySet } from "../capabilities.ts";

export const NAME = "security.capability";

export interface FileCapabilities {
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly effective: boolean;
  /** Version 3: they count where this id is root. Version 2, undefined: root of the file system's own user namespace. */
  readonly root: number | undefined;
}

const VERSION = 0xff000000;
const EFFECTIVE = 1;
/** Length in bytes of each version. */
const FORMATS: Record<number, number> = { 33554432: 20, 50331648: 24 };

/** Undefined for what is neither version 2 nor 3, or has not its length. */
export function decode(bytes: Uint8Array): FileCapabilities | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (index: number) => view.getUint32(4 * index, true);
  const magic = word(0);
  if (FORMATS[(magic & VERSION) >>> 0] !== bytes.length) return undefined;
  const set = (low: number): CapabilitySet =>
    new Set(CAPABILITIES.filter((_, i) => (word(low + (i < 32 ? 0 : 2)) >>> (i & 31)) & 1));
  return {
    permitted: set(1),
    inheritable: set(2),
    effective: (magic & EFFECTIVE) !== 0,
    root: bytes.length === 24 ? word(5) : undefined,
  };
}

export function encode({ permitted, inheritable, effective, root }: FileCapabilities): Uint8Array {
  const bytes = new Uint8Array(root === undefined ? 20 : 24);
  const view = new DataView(bytes.buffer);
  const version = root === undefined ? 0x02000000 : 0x03000000;
  view.setUint32(0, version | (effective ? EFFECTIVE : 0), true);
  for (const [set, low] of [
    [permitted, 1],
    [inheritable, 2],
  ] as const)
    for (const [i, name] of CAPABILITIES.entries()) {
      if (!set.has(name)) continue;
      const at = 4 * (low + (i < 32 ? 0 : 2));
      view.setUint32(at, view.getUint32(at, true) | (1 << (i & 31)), true);
    }
  if (root !== undefined) view.setUint32(20, root, true);
  return bytes;
}

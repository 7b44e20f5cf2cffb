/** Writing page tables of any of the processor's formats. */
import type { Hpa } from "../../machine/address.ts";
import type { Frames } from "../../machine/frames.ts";
import { A, P, RW, US, XD } from "../../machine/mmu/formats/bits.ts";
import type { EntryFormat } from "../../machine/mmu/formats/format.ts";
import type { TableMemory } from "../../machine/mmu/walk.ts";

const TWO32 = 4294967296;

/** Of an entry that points to a table: it grants everything, what counts stands in the leaves. */
export const TABLE = P | RW | US | A;
/** A bit that the processor ignores (SDM Vol. 3, tables 4-5 to 4-20), in a shadow's entry for a table: its leaves are pieces of one large page. */
export const PIECES = 1 << 9;

/** The way to the leaves of 4-KiB pages. */
export interface Way {
  readonly format: EntryFormat;
  readonly memory: TableMemory;
  readonly root: number;
  /** Level of the entry to be marked with PIECES, if any. */
  readonly pieces: number;
}

/**
 * Address of the level-1 entry for a linear address (int32 halves), tables being made on the way; undefined when frames ran out. Frames are
 * added to `taken`.
 */
export function leafEntry(
  { format, memory, root, pieces }: Way,
  low: number,
  high: number,
  frames: Frames,
  taken: Hpa[],
): number | undefined {
  let table = root;
  for (let level = format.depth; ; level--) {
    const at = table + indexOf(format, level, low, high) * format.entryBytes;
    if (level === 1) return at;
    const before = memory.readEntry(at);
    let entry = before;
    if ((entry & P) === 0) {
      const frame = frames.take();
      if (frame === undefined) return undefined;
      taken.push(frame);
      entry = frame | TABLE;
    }
    if (level === pieces) entry |= PIECES;
    if (entry !== before) memory.writeEntry(at, entry);
    table = (entry & -4096) >>> 0;
  }
}

export function indexOf(format: EntryFormat, level: number, low: number, high: number): number {
  const shift = format.shifts[level] as number;
  const bits = shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | (high << (32 - shift));
  return bits & format.indexMask;
}

/** Writes a leaf: `bits` are its low half without the frame. False when it was that already. */
export function writeLeaf(
  format: EntryFormat,
  memory: TableMemory,
  at: number,
  frame: number,
  bits: number,
  executable: boolean,
): boolean {
  const low = (frame % TWO32) | bits | 0;
  const high = Math.floor(frame / TWO32) | (executable ? 0 : XD);
  const wide = format.entryBytes === 8;
  if (memory.readEntry(at) === low && (!wide || memory.readEntry(at + 4) === high)) return false;
  memory.writeEntry(at, low);
  if (wide) memory.writeEntry(at + 4, high);
  return true;
}

/** Makes a hole. */
export function clearEntry(format: EntryFormat, memory: TableMemory, at: number): void {
  memory.writeEntry(at, 0);
  if (format.entryBytes === 8) memory.writeEntry(at + 4, 0);
}

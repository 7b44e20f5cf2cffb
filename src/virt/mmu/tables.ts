/** Writing page tables of any of the processor's formats: the way down is made as far as it is missing. */
import type { Hpa } from "../../machine/address.ts";
import type { Frames } from "../../machine/frames.ts";
import { A, P, RW, US } from "../../machine/mmu/formats/bits.ts";
import type { EntryFormat } from "../../machine/mmu/formats/format.ts";
import type { TableMemory } from "../../machine/mmu/walk.ts";

const TABLE = P | RW | US | A;

/** Address of the level-1 entry for a linear address (int32 halves), tables being made on the way; undefined when frames ran out. */
export function leafEntry(
  format: EntryFormat,
  memory: TableMemory,
  root: number,
  low: number,
  high: number,
  frames: Frames,
  taken: Hpa[],
): number | undefined {
  let table = root;
  for (let level = format.depth; ; level--) {
    const at = table + indexOf(format, level, low, high) * format.entryBytes;
    if (level === 1) return at;
    const entry = memory.readEntry(at);
    if ((entry & P) !== 0) {
      table = (entry & -4096) >>> 0;
      continue;
    }
    const frame = frames.take();
    if (frame === undefined) return undefined;
    taken.push(frame);
    memory.writeEntry(at, frame | TABLE);
    table = frame;
  }
}

/** Makes the entry at `level` of the way down point to a table. False when frames ran out. */
export function linkTable(
  format: EntryFormat,
  memory: TableMemory,
  root: number,
  low: number,
  high: number,
  table: Hpa,
  frames: Frames,
  taken: Hpa[],
): boolean {
  let upper = root;
  for (let level = format.depth; level > 2; level--) {
    const at = upper + indexOf(format, level, low, high) * format.entryBytes;
    let entry = memory.readEntry(at);
    if ((entry & P) === 0) {
      const frame = frames.take();
      if (frame === undefined) return false;
      taken.push(frame);
      entry = frame | TABLE;
      memory.writeEntry(at, entry);
    }
    upper = (entry & -4096) >>> 0;
  }
  memory.writeEntry(upper + indexOf(format, 2, low, high) * format.entryBytes, table | TABLE);
  return true;
}

export function indexOf(format: EntryFormat, level: number, low: number, high: number): number {
  const shift = format.shifts[level] as number;
  const bits = shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | (high << (32 - shift));
  return bits & format.indexMask;
}

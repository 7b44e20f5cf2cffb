/**
 * 32-bit paging: two levels of 1024 entries of four bytes (SDM Vol. 3, 4.3).
 *
 *     linear   31 ──────── 22 21 ──────── 12 11 ───────── 0
 *              directory     │ table        │ offset             4-KiB page
 *              directory     │ offset                            4-MiB page, with CR4.PSE
 *
 *     PDE      31 ─────────── 12 11 ─ 9 8 7 6 5 4 3 2 1 0
 *     table    frame of the table │ ign. │ · 0 · A · · U W P
 *     4 MiB    31 ── 22 21 20 ── 13 12  │ G 1 D A · · U W P      20 … 13: bits 39 … 32 of the frame (PSE-36)
 *              frame  │ 0 │ 39…32 │ PAT │
 */
import { A, D, type FormatOptions, leafFields, lowBits, P, PS, rightsOf, tableFields } from "./bits.ts";
import { EntryFormat, once } from "./format.ts";

/** PSE-36 reaches 40 bits; with fewer physical bits those above are reserved, as bit 21 always is (SDM Vol. 3, 4.3, M). */
export const ia32 = once<FormatOptions>(["physicalBits", "pse", "pge"], (options) => {
  const { physicalBits, pse, pge } = options;
  const reserved4M = lowBits(Math.min(40, physicalBits) - 19, 21);
  return new EntryFormat({
    name: "IA-32",
    entryBytes: 4,
    indexBits: 10,
    levels: [
      {
        ...{ name: "PTE", shift: 12, leaf: 0 },
        ...{ reservedTable: [0, 0], reservedLeaf: [0, 0] },
        ...{ tableFields: [], leafFields: leafFields(7, { name: "frame", from: 12, to: 31 }) },
      },
      {
        ...{ name: "PDE", shift: 22, leaf: pse ? PS : 0 },
        ...{ reservedTable: [0, 0], reservedLeaf: [reserved4M, 0] },
        tableFields: tableFields({ name: "frame", from: 12, to: 31 }),
        leafFields: leafFields(
          12,
          { name: "frame 39…32", from: 13, to: 20, at: 32 },
          { name: "frame", from: 22, to: 31 },
        ),
      },
    ],
    present: P,
    accessed: A,
    dirty: D,
    addressHigh: 0,
    rights: rightsOf(pge),
    leafHigh: (low, _high, level) => (level === 2 ? (low >>> 13) & 0xff : 0),
  });
});

/**
 * PAE paging: four PDPTE registers, then two levels of 512 entries of eight bytes (SDM Vol. 3, 4.4).
 *
 *     linear   31 30 29 ──────── 21 20 ──────── 12 11 ───────── 0
 *              PDPTE│ directory    │ table        │ offset       4-KiB page
 *              PDPTE│ directory    │ offset                      2-MiB page
 *
 *     PDPTE    63 ── M M−1 ────────────── 12 11 ─ 9 8 ─ 5 4   3   2 1 0
 *              0      │ frame of directory  │ ign. │ 0   │PCD│PWT│ 0 │ P
 *     PDE      XD │ 62 … M: 0 │ frame │ … as in IA-32e
 *
 * MOV CR3 reads all four PDPTEs into registers (4.4.1), so that a walk has two levels, and a PDPTE changed in memory has no
 * effect before the next MOV CR3.
 */
import {
  A,
  D,
  type FormatOptions,
  frameAndXd,
  highBits,
  leafFields,
  lowBits,
  P,
  PS,
  rightsOf,
  tableFields,
  XD,
} from "./bits.ts";
import { EntryFormat, once } from "./format.ts";

/** Bits that make MOV CR3 raise #GP(0) in a PDPTE that is present: low and high half. */
export function paePdpteReserved(physicalBits: number): readonly [low: number, high: number] {
  return [lowBits(1, 2) | lowBits(5, 8), highBits(physicalBits, 63)];
}

export const pae = once<FormatOptions>(["physicalBits", "pge", "nxe"], (options) => {
  const { physicalBits, pge, nxe } = options;
  const high = highBits(physicalBits, 62) | (nxe ? 0 : XD);
  return new EntryFormat({
    name: "PAE",
    entryBytes: 8,
    indexBits: 9,
    levels: [
      {
        ...{ name: "PTE", shift: 12, leaf: 0 },
        ...{ reservedTable: [0, high], reservedLeaf: [0, high] },
        ...{ tableFields: [], leafFields: leafFields(7, ...frameAndXd(12)) },
      },
      {
        ...{ name: "PDE", shift: 21, leaf: PS },
        ...{ reservedTable: [0, high], reservedLeaf: [lowBits(13, 20), high] },
        ...{ tableFields: tableFields(...frameAndXd(12)), leafFields: leafFields(12, ...frameAndXd(21)) },
      },
    ],
    present: P,
    accessed: A,
    dirty: D,
    addressHigh: highBits(32, 51),
    rights: rightsOf(pge),
    leafHigh: (_low, high) => high & 0xfffff,
  });
});

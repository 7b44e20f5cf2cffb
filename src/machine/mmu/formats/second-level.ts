/**
 * Second-level page tables of an IOMMU: I/O virtual to host-physical addresses (Intel VT-d 3.3, 3.7 and 9.8; 4.x calls them second-stage).
 *
 *     I/O virtual   47 ──── 39 38 ──── 30 29 ──────── 21 20 ──────── 12 11 ───────── 0
 *                   SL-PML4   │ SL-PDPT  │ SL directory │ SL table     │ offset          AGAW of 39 bits: without the first
 *
 *     entry    63 ──── 52 51 ── H H−1 ────── 12 11 ── 8 7 6 ─── 2  1 0
 *              ignored   │ 0     │ frame       │ ignored│L│ ignored│W│R
 *
 * An entry is present when R or W is set. A request needs its right in every entry of the way. L makes a leaf of 2 MiB or 1 GiB where the
 * unit has such pages (CAP.SLLPS), and is reserved elsewhere.
 */
import { RIGHT_DIRTY, RIGHT_READ, RIGHT_USER, RIGHT_WRITE } from "../rights.ts";
import { highBits, lowBits } from "./bits.ts";
import { EntryFormat, type Field, type LevelBits, once } from "./format.ts";

export const SL_READ = 1;
export const SL_WRITE = 2;
export const SL_LEAF = 1 << 7;

export interface SecondLevelOptions {
  /** Host address width: address bits from there on are reserved. */
  readonly physicalBits: number;
  /** 3 for an AGAW of 39 bits, 4 for one of 48. */
  readonly depth: 3 | 4;
  /** CAP.SLLPS: leaves of 2 MiB and 1 GiB. */
  readonly superpages: boolean;
}

const RIGHTS: readonly Field[] = [
  { name: "R", from: 0, to: 0 },
  { name: "W", from: 1, to: 1 },
];
const L: Field = { name: "L", from: 7, to: 7 };
const fields = (shift: number): readonly Field[] => [...RIGHTS, L, { name: "frame", from: shift, to: 51 }];

export const secondLevel = once<SecondLevelOptions>(["physicalBits", "depth", "superpages"], (options) => {
  const { physicalBits, depth, superpages } = options;
  const high = highBits(physicalBits, 51);
  /** Above level 1, where L must be zero in what is no leaf. */
  const level = (name: string, shift: number, hasLeaves: boolean): LevelBits => ({
    ...{ name, shift, leaf: hasLeaves ? SL_LEAF : 0 },
    ...{ reservedTable: [SL_LEAF, high], reservedLeaf: [lowBits(12, shift - 1), high] },
    ...{ tableFields: fields(12), leafFields: hasLeaves ? fields(shift) : [] },
  });
  return new EntryFormat({
    name: "second-level",
    entryBytes: 8,
    indexBits: 9,
    levels: [
      {
        ...{ name: "SL-PTE", shift: 12, leaf: 0 },
        ...{ reservedTable: [0, high], reservedLeaf: [0, high] },
        ...{ tableFields: [], leafFields: [...RIGHTS, { name: "frame", from: 12, to: 51 }] },
      },
      level("SL-PDE", 21, superpages),
      level("SL-PDPTE", 30, superpages),
      ...(depth === 4 ? [level("SL-PML4E", 39, false)] : []),
    ],
    present: SL_READ | SL_WRITE,
    accessed: 0,
    dirty: 0,
    addressHigh: highBits(32, 51),
    rights: (everyLow) =>
      RIGHT_USER |
      RIGHT_DIRTY |
      ((everyLow & SL_READ) !== 0 ? RIGHT_READ : 0) |
      ((everyLow & SL_WRITE) !== 0 ? RIGHT_WRITE : 0),
    leafHigh: (_low, high) => high & 0xfffff,
  });
});

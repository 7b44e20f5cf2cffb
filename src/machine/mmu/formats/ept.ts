/**
 * Extended page tables: guest-physical to host-physical addresses (SDM Vol. 3, 28.2.2).
 *
 *     guest-physical   47 ──── 39 38 ──── 30 29 ──────── 21 20 ──────── 12 11 ───────── 0
 *                      PML4      │ PDPT     │ directory    │ table        │ offset
 *
 *     entry    63 ─── 52 51 ── M M−1 ────── 12 11 10  9 8 7  6   5 4 3   2 1 0
 *              ignored  │ 0     │ frame       │ ign.│D│A│L│IPAT│ type  │X│W│R
 *
 * An entry is present when any of R, W and X is set; W without R is a misconfiguration, as is X alone on a processor that has no
 * execute-only translations. L makes a leaf of 2 MiB or 1 GiB. Entries that lead to tables have zeros in 7:3.
 */
import { RIGHT_DIRTY, RIGHT_EXECUTE, RIGHT_READ, RIGHT_USER, RIGHT_WRITE } from "../rights.ts";
import { highBits, lowBits } from "./bits.ts";
import { EntryFormat, type Field, type LevelBits, once } from "./format.ts";

export const EPT_READ = 1;
export const EPT_WRITE = 2;
export const EPT_EXECUTE = 4;
/** Memory type 6, write-back, in a leaf's bits 5:3. */
export const EPT_WRITE_BACK = 6 << 3;
export const EPT_LEAF = 1 << 7;
export const EPT_ACCESSED = 1 << 8;
export const EPT_DIRTY = 1 << 9;

export interface EptOptions {
  readonly physicalBits: number;
  /** Bit 6 of the EPTP: A and D are set as pages are used. */
  readonly marks: boolean;
  /** IA32_VMX_EPT_VPID_CAP bit 17. */
  readonly gigabytePages: boolean;
  /** 4 unless said (bits 5:3 of the EPTP, less one); 5 came with 5-level paging. */
  readonly depth?: 4 | 5;
}

const RIGHTS: readonly Field[] = [
  { name: "R", from: 0, to: 0 },
  { name: "W", from: 1, to: 1 },
  { name: "X", from: 2, to: 2 },
];
const ACCESSED: Field = { name: "A", from: 8, to: 8 };
const TABLE: readonly Field[] = [...RIGHTS, ACCESSED, { name: "frame", from: 12, to: 51 }];
const leaf = (shift: number): readonly Field[] => [
  ...RIGHTS,
  { name: "type", from: 3, to: 5 },
  { name: "IPAT", from: 6, to: 6 },
  { name: "L", from: 7, to: 7 },
  ACCESSED,
  { name: "D", from: 9, to: 9 },
  { name: "frame", from: shift, to: 51 },
];

export const ept = once<EptOptions>(["physicalBits", "marks", "gigabytePages", "depth"], (options) => {
  const { physicalBits, marks, gigabytePages, depth = 4 } = options;
  const high = highBits(physicalBits, 51);
  const table: [number, number] = [lowBits(3, 7), high];
  const above = (name: string, shift: number): LevelBits => ({
    ...{ name, shift, leaf: 0 },
    ...{ reservedTable: table, reservedLeaf: [0, high] },
    ...{ tableFields: TABLE, leafFields: [] },
  });
  return new EntryFormat({
    name: "EPT",
    entryBytes: 8,
    indexBits: 9,
    levels: [
      {
        ...{ name: "EPT PTE", shift: 12, leaf: 0 },
        ...{ reservedTable: [0, high], reservedLeaf: [0, high] },
        ...{ tableFields: [], leafFields: leaf(12) },
      },
      {
        ...{ name: "EPT PDE", shift: 21, leaf: EPT_LEAF },
        ...{ reservedTable: table, reservedLeaf: [lowBits(12, 20), high] },
        ...{ tableFields: TABLE, leafFields: leaf(21) },
      },
      {
        ...{ name: "EPT PDPTE", shift: 30, leaf: gigabytePages ? EPT_LEAF : 0 },
        ...{ reservedTable: table, reservedLeaf: [lowBits(12, 29), high] },
        ...{ tableFields: TABLE, leafFields: leaf(30) },
      },
      above("EPT PML4E", 39),
      ...(depth === 5 ? [above("EPT PML5E", 48)] : []),
    ],
    present: EPT_READ | EPT_WRITE | EPT_EXECUTE,
    accessed: marks ? EPT_ACCESSED : 0,
    dirty: marks ? EPT_DIRTY : 0,
    addressHigh: highBits(32, 51),
    rights: (everyLow, _someHigh, leafLow) =>
      RIGHT_USER |
      ((everyLow & EPT_READ) !== 0 ? RIGHT_READ : 0) |
      ((everyLow & EPT_WRITE) !== 0 ? RIGHT_WRITE : 0) |
      ((everyLow & EPT_EXECUTE) !== 0 ? RIGHT_EXECUTE : 0) |
      (!marks || (leafLow & EPT_DIRTY) !== 0 ? RIGHT_DIRTY : 0),
    leafHigh: (_low, high) => high & 0xfffff,
  });
});

/** What no masks of reserved bits can say: W without R, X alone, a memory type that does not exist (28.2.3.1). */
export function isMisconfigured(low: number, isLeaf: boolean, executeOnly: boolean): boolean {
  const rights = low & 7;
  if (rights === EPT_WRITE || rights === (EPT_WRITE | EPT_EXECUTE)) return true;
  if (rights === EPT_EXECUTE && !executeOnly) return true;
  const type = (low >> 3) & 7;
  return isLeaf && (type === 2 || type === 3 || type === 7);
}

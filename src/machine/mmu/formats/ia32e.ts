/**
 * 4-level paging of IA-32e mode: four levels of 512 entries of eight bytes (SDM Vol. 3, 4.5).
 *
 *     linear   47 ──── 39 38 ──── 30 29 ──────── 21 20 ──────── 12 11 ───────── 0
 *              PML4      │ PDPT     │ directory    │ table        │ offset       4-KiB page
 *              PML4      │ PDPT     │ directory    │ offset                      2-MiB page
 *              PML4      │ PDPT     │ offset                                     1-GiB page
 *
 *     entry    63 62 ── 52 51 ── M M−1 ────── 12 11 ─ 9 8 7  6 5 4   3   2   1   0
 *              XD│ ignored│ 0     │ frame       │ ign. │G│PS│D│A│PCD│PWT│U/S│R/W│P
 *     2 MiB    bits 20 … 13 are 0, bit 12 is PAT         1 GiB    bits 29 … 13 are 0
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
import { EntryFormat, type FormatParts, once } from "./format.ts";

const NAMED = ["physicalBits", "pge", "nxe", "gigabytePages"] as const;

export const ia32e = once<FormatOptions>(NAMED, (options) => new EntryFormat(ia32eParts(options)));

/** 5-level paging (4.5 with CR4.LA57): one level more above, whose entries are PML4's. */
export const la57 = once<FormatOptions>(NAMED, (options) => {
  const parts = ia32eParts(options);
  const [top] = parts.levels.slice(-1);
  if (top === undefined) throw new Error("invariant: IA-32e paging has levels");
  const pml5e = { ...top, name: "PML5E", shift: top.shift + parts.indexBits };
  return new EntryFormat({ ...parts, name: "IA-32e, 5 levels", levels: [...parts.levels, pml5e] });
});

function ia32eParts({ physicalBits, pge, nxe, gigabytePages }: FormatOptions): FormatParts {
  const high = highBits(physicalBits, 51) | (nxe ? 0 : XD);
  return {
    name: "IA-32e",
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
      {
        ...{ name: "PDPTE", shift: 30, leaf: gigabytePages ? PS : 0 },
        ...{ reservedTable: [gigabytePages ? 0 : PS, high], reservedLeaf: [lowBits(13, 29), high] },
        ...{ tableFields: tableFields(...frameAndXd(12)), leafFields: leafFields(12, ...frameAndXd(30)) },
      },
      {
        ...{ name: "PML4E", shift: 39, leaf: 0 },
        ...{ reservedTable: [PS, high], reservedLeaf: [0, high] },
        ...{ tableFields: tableFields(...frameAndXd(12)), leafFields: [] },
      },
    ],
    present: P,
    accessed: A,
    dirty: D,
    addressHigh: highBits(32, 51),
    rights: rightsOf(pge),
    leafHigh: (_low, high) => high & 0xfffff,
  };
}

/**
 * The page tables of the worlds with paging. Low linear addresses map the window one to one; around it lies every kind of
 * entry, so that an address picks its permissions (SDM Vol. 3, 4.3 … 4.6).
 */
import {
  CODE,
  DATA0,
  DATA1,
  EDGE,
  GDT,
  HARNESS,
  HARNESS_PML4,
  HARNESS_PT,
  PD,
  PDPT,
  PML4,
  PT,
  STACK,
} from "./layout.ts";
import type { Image } from "./memory.ts";

const P = 1n;
const RW = 2n;
const US = 4n;
const PWT = 8n;
const PCD = 0x10n;
const A = 0x20n;
const D = 0x40n;
const PS = 0x80n;
const GLOBAL = 0x100n;
const NX = 1n << 63n;
const RESERVED = 1n << 51n;
const USER = P | RW | US;

export interface Place {
  /** Linear address of a page (or large page's window). */
  readonly at: bigint;
  readonly name: string;
}

interface Page extends Place {
  readonly entry: bigint;
}

const small = (at: number, name: string, physical: number, bits: bigint): Page => ({
  at: BigInt(at),
  name,
  entry: BigInt(physical) | bits,
});

/** Pages of the first table. NX and reserved bits need 8-byte entries. */
function pages(wide: boolean): readonly Page[] {
  return [
    small(0x20000, "data", DATA0, USER),
    small(0x21000, "data", DATA1, USER),
    small(0x22000, "stack", STACK, USER),
    small(0x23000, "code", CODE, USER),
    small(0x24000, "tables", GDT, P | RW),
    small(0x30000, "read-only", DATA0, P | US),
    small(0x31000, "supervisor", DATA0, P | RW),
    small(0x32000, "supervisor read-only", DATA0, P),
    small(0x33000, "absent", 0, 0n),
    small(0x34000, "no-execute", DATA1, wide ? USER | NX : USER),
    small(0x35000, "reserved bit", DATA1, wide ? USER | RESERVED : USER),
    small(0x36000, "global", DATA0, USER | GLOBAL),
    small(0x37000, "uncached", DATA1, USER | PWT | PCD),
    small(0x38000, "code read-only", CODE, P | US),
    small(0x39000, "code no-execute", CODE, wide ? USER | NX : USER),
    small(0x3a000, "supervisor stack", STACK, P | RW),
    small(0x3b000, "supervisor code", CODE, P),
    small(0x3c000, "absent with bits", 0xfffff000, US | A),
    small(0x3d000, "dirty", DATA0, USER | A | D),
    small(0x3e000, "data again", DATA1, USER),
  ];
}

const PHYSICAL = new Map(
  pages(true).map(({ at, entry }) => [Number(at >> 12n), Number((entry >> 12n) & 0xfffffn)]),
);

/** Physical address behind a linear address of the window or of one of its variants, whatever table leads there. */
export function physicalOf(linear: number): number | undefined {
  const page = PHYSICAL.get((linear >>> 12) & 0x1ff);
  return page === undefined ? undefined : ((page << 12) | (linear & 0xfff)) >>> 0;
}

/** Entries of the page directory by index, and the name of what lies under them. */
type Directory = readonly (readonly [index: number, name: string, entry: bigint])[];

const DIRECTORY32: Directory = [
  [0, "", BigInt(PT) | USER],
  [1, "large", USER | PS],
  [2, "large supervisor", P | RW | PS],
  [3, "large read-only", P | US | PS],
  [5, "large reserved bit", USER | PS | (1n << 21n)],
  [6, "directory read-only", BigInt(PT) | P | US],
  [7, "harness", BigInt(HARNESS_PT) | P | RW],
  [8, "directory supervisor", BigInt(PT) | P | RW],
  [9, "large global", USER | PS | GLOBAL],
];

const DIRECTORY64: Directory = [
  [0, "", BigInt(PT) | USER],
  [2, "large", USER | PS],
  [3, "large supervisor", P | RW | PS],
  [4, "large read-only", P | US | PS],
  [5, "large no-execute", USER | PS | NX],
  [6, "large reserved bit", USER | PS | (1n << 13n)],
  [7, "directory reserved bit", BigInt(PT) | USER | RESERVED],
  [8, "directory read-only", BigInt(PT) | P | US],
  [9, "directory supervisor", BigInt(PT) | P | RW],
  [10, "directory no-execute", BigInt(PT) | USER | NX],
  [14, "harness", BigInt(HARNESS) | P | RW | PS],
  [15, "harness", BigInt(HARNESS + 0x200000) | P | RW | PS],
];

const POINTERS: Directory = [
  [0, "", BigInt(PD) | USER],
  [1, "huge", (1n << 30n) | USER | PS],
  [2, "huge no-execute", (1n << 30n) | USER | PS | NX],
  [3, "huge reserved bit", USER | PS | (1n << 13n)],
  [4, "pointer read-only", BigInt(PD) | P | US],
];

const TOP: Directory = [
  [0, "", BigInt(PDPT) | USER],
  [1, "top reserved bit", BigInt(PDPT) | USER | PS],
  [256, "upper half", BigInt(PDPT) | USER],
  [511, "top no-execute", BigInt(PDPT) | USER | NX],
];

/** Last canonical page of the lower half. */
export const EDGE_PAGE = 0x7ffffffff000n;

export type Paging = "none" | "legacy" | "pae" | "long";

export interface Tables {
  readonly cr3: number;
  /** Where the window's pages and their variants are to be seen. */
  readonly places: readonly Place[];
  /** What a walk may change: [address, bytes]. */
  readonly areas: readonly (readonly [number, number])[];
}

const canonical = (at: bigint) => BigInt.asIntN(48, at) & 0xffffffffffffffffn;

function put(image: Image, table: number, directory: Directory, wide: boolean): void {
  for (const [index, , entry] of directory)
    if (wide) image.u64(table + 8 * index, entry);
    else image.u32(table + 4 * index, Number(entry));
}

/** The variants of the window under every other entry of a table: its data, stack and code pages. */
function under(directory: Directory, shift: bigint): Place[] {
  return directory
    .filter(([index, name]) => index !== 0 && name !== "harness")
    .flatMap(([index, name]) =>
      [DATA0, STACK, CODE].map((page) => ({ at: canonical((BigInt(index) << shift) + BigInt(page)), name })),
    );
}

export function tables(image: Image, paging: Paging): Tables {
  if (paging === "none") return { cr3: 0, places: pages(false).slice(0, 5), areas: [] };
  const wide = paging !== "legacy";
  const first = pages(wide);
  put(
    image,
    PT,
    first.map(({ at, name, entry }) => [Number(at >> 12n), name, entry] as const),
    wide,
  );
  const absent = ["unmapped", "unmapped above"].map((name, i) => ({
    name,
    at: i === 0 ? 0x8000n : 0x50000n,
  }));
  if (paging === "legacy") {
    put(image, PD, DIRECTORY32, false);
    for (let page = 0; page < 1024; page++) image.u32(HARNESS_PT + 4 * page, HARNESS + 0x1000 * page + 3);
    return {
      cr3: PD,
      places: [...first, ...absent, ...under(DIRECTORY32, 22n)],
      areas: [
        [PT, 0x100],
        [PD, 0x28],
      ],
    };
  }
  put(image, PD, DIRECTORY64, true);
  if (paging === "pae") {
    image.u64(PDPT, BigInt(PD) | P);
    return {
      cr3: PDPT,
      places: [...first, ...absent, ...under(DIRECTORY64, 21n)],
      areas: [
        [PT, 0x200],
        [PD, 0x58],
      ],
    };
  }
  put(image, PDPT, POINTERS, true);
  put(image, PML4, TOP, true);
  image.u64(PML4 + 8 * 255, BigInt(EDGE) | USER);
  image.u64(EDGE + 8 * 511, BigInt(EDGE + 0x1000) | USER);
  image.u64(EDGE + 0x1000 + 8 * 511, BigInt(EDGE + 0x2000) | USER);
  image.u64(EDGE + 0x2000 + 8 * 511, BigInt(DATA1) | USER);
  supervisor(image);
  return {
    cr3: PML4,
    places: [
      ...first,
      ...absent,
      ...under(DIRECTORY64, 21n),
      ...under(POINTERS, 30n),
      ...under(TOP, 39n),
      { at: EDGE_PAGE, name: "edge" },
      { at: 0x800000000000n, name: "non-canonical" },
      { at: 0xffff7ffffffff000n, name: "non-canonical" },
      { at: 0x1234567800000000n, name: "non-canonical" },
    ],
    areas: [
      [PT, 0x200],
      [PD, 0x58],
      [PDPT, 0x28],
      [PML4, 0x10],
      [PML4 + 0x7f8, 0x10],
      [PML4 + 0xff8, 8],
    ],
  };
}

/** The tables of the 64-bit supervisor: 64 MiB one to one. */
function supervisor(image: Image): void {
  image.u64(HARNESS_PML4, BigInt(HARNESS_PML4 + 0x1000) | P | RW);
  image.u64(HARNESS_PML4 + 0x1000, BigInt(HARNESS_PML4 + 0x2000) | P | RW);
  for (let i = 0; i < 32; i++) image.u64(HARNESS_PML4 + 0x2000 + 8 * i, (BigInt(i) << 21n) | P | RW | PS);
}

/**
 * A page walk as data, for a debugger's diagram and for a walk by hand: what each entry says, and where it leads. It reads the
 * tables as they are now (TLBs may know otherwise), and marks and charges nothing.
 */
import { P } from "./formats/bits.ts";
import type { Field } from "./formats/format.ts";
import type { Paging } from "./paging.ts";
import {
  ERROR_PRESENT,
  ERROR_RESERVED,
  permits,
  RIGHT_DIRTY,
  RIGHT_EXECUTE,
  RIGHT_GLOBAL,
  RIGHT_READ,
  RIGHT_USER,
  RIGHT_WRITE,
  SYSTEM_FETCH,
  SYSTEM_READ,
  SYSTEM_WRITE,
  USER_FETCH,
  USER_READ,
  USER_WRITE,
} from "./rights.ts";
import { HOLE, LEAF, type TableMemory, Walk } from "./walk.ts";

const TWO32 = 4294967296;
const PDPTE_SHIFT = 30;

export type EntryKind = "table" | "leaf" | "hole" | "reserved";

export interface WalkStep {
  /** As the manual calls the entry: "PDE". */
  readonly name: string;
  readonly kind: EntryKind;
  /** Index in its table, and the bits of the linear address that it was taken from. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** Physical address of the entry; undefined for a PDPTE, which is in a register. */
  readonly address: number | undefined;
  readonly low: number;
  readonly high: number;
  /** The named parts of the entry; single bits are 0 or 1, the frame is a physical address. */
  readonly fields: readonly { readonly name: string; readonly value: number }[];
}

export interface WalkExplanation {
  /** "none", "IA-32", "PAE" or "IA-32e". */
  readonly format: string;
  /** Upper and lower half of the linear address, int32. */
  readonly linear: readonly [low: number, high: number];
  /** Physical address of the root table: CR3's, or none with PAE. */
  readonly root: number | undefined;
  readonly steps: readonly WalkStep[];
  /** Where it ends; undefined at a hole or a reserved bit. */
  readonly physical: number | undefined;
  /** Bytes of the page. */
  readonly pageSize: number | undefined;
  /** What the whole way grants. */
  readonly rights: readonly ("read" | "write" | "user" | "execute" | "dirty" | "global")[];
  /** What may be done there now, CR0.WP, SMEP and SMAP considered; SMAP without EFLAGS.AC. */
  readonly permitted: Readonly<Record<"user" | "supervisor", readonly ("read" | "write" | "fetch")[]>>;
  /** P and RSVD of the error code that any access gets; undefined when the walk reaches a page. */
  readonly error: number | undefined;
}

const RIGHTS = [
  ["read", RIGHT_READ],
  ["write", RIGHT_WRITE],
  ["user", RIGHT_USER],
  ["execute", RIGHT_EXECUTE],
  ["dirty", RIGHT_DIRTY],
  ["global", RIGHT_GLOBAL],
] as const;
const USER = [
  ["read", USER_READ],
  ["write", USER_WRITE],
  ["fetch", USER_FETCH],
] as const;
const SUPERVISOR = [
  ["read", SYSTEM_READ],
  ["write", SYSTEM_WRITE],
  ["fetch", SYSTEM_FETCH],
] as const;
const NOTHING = { user: [], supervisor: [] };
const EVERYTHING = ["read", "write", "fetch"] as const;

/** The walk of a linear address of int32 halves; outside of 64-bit mode `high` is 0. */
export function explainWalk(paging: Paging, memory: TableMemory, low: number, high: number): WalkExplanation {
  const linear = [low, high] as const;
  if (!paging.enabled)
    return {
      ...{ format: "none", linear, root: undefined, steps: [], pageSize: undefined, error: undefined },
      physical: low >>> 0,
      rights: ["read", "write", "user", "execute"],
      permitted: { user: EVERYTHING, supervisor: EVERYTHING },
    };
  const { format } = paging;
  const steps: WalkStep[] = [];
  if (paging.usesPdptes) steps.push(pdpte(paging, low));
  const base = { format: format.name, linear, steps, root: paging.usesPdptes ? undefined : paging.root };
  const root = paging.rootOf(low);
  const nowhere = { physical: undefined, pageSize: undefined, rights: [], permitted: NOTHING };
  if (root < 0) return { ...base, ...nowhere, error: 0 };

  const walk = new Walk();
  const outcome = walk.run(format, memory, root, low, high, false);
  for (let step = 0; step < walk.references; step++) {
    const level = format.depth - step;
    const last = step === walk.references - 1;
    const kind = !last ? "table" : outcome === LEAF ? "leaf" : outcome === HOLE ? "hole" : "reserved";
    const bitsOf = format.levels[level - 1] as (typeof format.levels)[number];
    const { name, shift } = bitsOf;
    const leaf = level === 1 || ((walk.low[step] as number) & bitsOf.leaf) !== 0;
    const entry = [walk.low[step] as number, walk.high[step] as number] as const;
    const bits = Math.log2(format.indexMask + 1);
    steps.push({
      ...{ name, kind, from: shift, to: shift + bits - 1 },
      index: Number((wide(low, high) >> BigInt(shift)) & BigInt(format.indexMask)),
      address: walk.address[step] as number,
      ...{ low: entry[0], high: entry[1] },
      fields: kind === "hole" ? [] : decode(leaf ? bitsOf.leafFields : bitsOf.tableFields, entry),
    });
  }
  if (outcome !== LEAF)
    return { ...base, ...nowhere, error: outcome === HOLE ? 0 : ERROR_PRESENT | ERROR_RESERVED };

  const rights = walk.rights(format);
  const pageSize = 2 ** (format.shifts[walk.level] as number);
  const may = <T>(kinds: readonly (readonly [T, number])[]) =>
    kinds.filter(([, access]) => permits(rights, access, paging)).map(([name]) => name);
  return {
    ...base,
    physical: walk.base(format) + ((low >>> 0) % pageSize),
    pageSize,
    rights: RIGHTS.filter(([, right]) => (rights & right) !== 0).map(([name]) => name),
    permitted: { user: may(USER), supervisor: may(SUPERVISOR) },
    error: undefined,
  };
}

function wide(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function decode(fields: readonly Field[], [low, high]: readonly [number, number]) {
  const entry = wide(low, high);
  return fields.map(({ name, from, to, at = from }) => {
    const value = (entry >> BigInt(from)) & ((1n << BigInt(to - from + 1)) - 1n);
    return { name, value: Number(to > from ? value << BigInt(at) : value) };
  });
}

/** The PDPTE register of an address (SDM Vol. 3, 4.4.1). */
function pdpte({ pdptes }: Paging, linear: number): WalkStep {
  const index = linear >>> PDPTE_SHIFT;
  const low = pdptes[2 * index] as number;
  const high = pdptes[2 * index + 1] as number;
  const present = (low & P) !== 0;
  const frame = (high & 0xfffff) * TWO32 + ((low & -4096) >>> 0);
  return {
    ...{ name: "PDPTE", kind: present ? "table" : "hole", index, address: undefined, low, high },
    ...{ from: PDPTE_SHIFT, to: 31 },
    fields: present
      ? [
          { name: "P", value: 1 },
          { name: "frame", value: frame },
        ]
      : [],
  };
}

/**
 * Every combination of what decides a page access, enumerated bit by bit over the formats: bits of the leaf and of one entry above it,
 * control registers, CPL and AC, kinds of access. Whoever translates must agree with the naive model (oracle.ts) on the error code, on
 * where the access goes, and on the bits that it leaves in the tables.
 */
import type { Gva } from "../../../src/machine/address.ts";
import { type Access, type Machine, oracle } from "./oracle.ts";

export const PML4 = 0x10000;
export const PDPT = 0x11000;
export const PD = 0x12000;
export const PT = 0x13000;
/** In every format the first entry of the upper levels and entry 5 of the page table. */
export const ADDRESS = 0x5678 as Gva;
/** Memory that the space needs: the tables, and the frames of all pages but the largest one. */
export const NEEDED = 0x800000;

const P = 1;
const W = 2;
const U = 4;
const A = 0x20;
const D = 0x40;
const PS = 0x80;
const XD = 0x80000000;
/** Bit 51: above every MAXPHYADDR that is used here. */
const BEYOND = 1 << 19;

export const ACCESSES: readonly Access[] = [
  { kind: "read", implicit: false },
  { kind: "write", implicit: false },
  { kind: "fetch", implicit: false },
  { kind: "read", implicit: true },
  { kind: "write", implicit: true },
];

export interface Space {
  readonly format: Machine["format"];
  /** Where the leaf is, and the size of its page as a power of two. */
  readonly leaf: { readonly at: number; readonly shift: number };
  /** The table whose first entry varies with the leaf, if any. */
  readonly above: number | undefined;
  /** Low-half reserved bit of the leaf, and of the entry above, where the format has one. */
  readonly reserved: { readonly leaf: number; readonly above: number };
}

const none = { leaf: 0, above: 0 };
const small = (bytes: number) => ({ at: PT + bytes * 5, shift: 12 });
export const SPACES: Record<string, Space> = {
  "IA-32, 4 KiB, PDE": { format: "ia32", leaf: small(4), above: PD, reserved: none },
  "IA-32, 4 MiB": {
    ...{ format: "ia32", leaf: { at: PD, shift: 22 }, above: undefined },
    reserved: { leaf: 1 << 21, above: 0 },
  },
  "PAE, 4 KiB, PDE": { format: "pae", leaf: small(8), above: PD, reserved: none },
  "PAE, 2 MiB": {
    ...{ format: "pae", leaf: { at: PD, shift: 21 }, above: undefined },
    reserved: { leaf: 1 << 13, above: 0 },
  },
  "IA-32e, 4 KiB, PDE": { format: "ia32e", leaf: small(8), above: PD, reserved: none },
  "IA-32e, 4 KiB, PDPTE": { format: "ia32e", leaf: small(8), above: PDPT, reserved: none },
  "IA-32e, 4 KiB, PML4E": { format: "ia32e", leaf: small(8), above: PML4, reserved: { leaf: 0, above: PS } },
  "IA-32e, 2 MiB, PDPTE": {
    ...{ format: "ia32e", leaf: { at: PD, shift: 21 }, above: PDPT },
    reserved: { leaf: 1 << 13, above: 0 },
  },
  "IA-32e, 2 MiB, PML4E": {
    ...{ format: "ia32e", leaf: { at: PD, shift: 21 }, above: PML4 },
    reserved: { leaf: 1 << 20, above: PS },
  },
  "IA-32e, 1 GiB, PML4E": {
    ...{ format: "ia32e", leaf: { at: PDPT, shift: 30 }, above: PML4 },
    reserved: { leaf: 1 << 29, above: PS },
  },
};

/** Whoever translates. */
export interface Subject {
  /** Its guest's memory. */
  readonly view: DataView;
  /** What a processor of its kind has: MAXPHYADDR. */
  readonly physicalBits: number;
  /** What is added to all addresses of tables and frames: where the guest's memory begins in the space that its tables speak of. */
  readonly origin: number;
  /** Control registers, CPL and AC; the root is loaded anew. False: no guest of the subject's has such ones. */
  control(machine: Machine): boolean;
  /** The guest writes an entry: low half, and the high one where the format has it. False: it may not. */
  write(at: number, low: number, high: number | undefined): boolean;
  /** INVLPG of ADDRESS. */
  invalidate(): void;
  /** An access to four bytes at ADDRESS; a write stores 1. Error code of the #PF if there is one, else where it went. */
  access(access: Access, machine: Machine): { readonly error: number | undefined; readonly physical: number };
}

/** Of the whole space the share 1/of, another one for each `which`. */
export interface Slice {
  readonly of: number;
  readonly which: number;
}

export interface Disagreement {
  readonly machine: Machine;
  readonly access: Access;
  readonly above: string;
  readonly leaf: string;
  readonly want: string;
  readonly got: string;
}

/** Runs a slice of a space; how many cases that were, and the first one in which subject and model differ. */
export function explore(
  space: Space,
  subject: Subject,
  { of, which }: Slice,
): { cases: number; wrong: Disagreement | undefined } {
  const { view, origin } = subject;
  const wide = space.format !== "ia32";
  const { aboves, leaves } = entriesOf(space);
  const leafAt = space.leaf.at + origin;
  const aboveAt = space.above === undefined ? undefined : space.above + origin;
  // A large page that lies apart from the tables, but for the largest one.
  const frame = space.leaf.shift === 30 ? 0 : 0x400000 + origin;
  const next = new Map(
    [
      [PML4, PDPT],
      [PDPT, PD],
      [PD, PT],
    ].map(([at, to]) => [(at as number) + origin, (to as number) + origin]),
  );
  const below = aboveAt === undefined ? 0 : (next.get(aboveAt) as number);
  for (const [at, to] of next) {
    const pdpte = space.format === "pae" && at === PDPT + origin;
    subject.write(at, to | (pdpte ? P : P | W | U | A), wide ? 0 : undefined);
  }
  const word = (at: number) => view.getUint32(at, true);

  let index = 0;
  let cases = 0;
  for (const machine of machinesOf(space, subject)) {
    if (!subject.control(machine)) continue;
    for (const [aboveLow, aboveHigh] of aboves)
      for (const [leafLow, leafHigh] of leaves) {
        // Below a hole or a reserved bit one leaf is as good as another.
        const passes = (aboveLow & P) !== 0 && (aboveHigh & BEYOND) === 0;
        if (space.above !== undefined && !passes && leafLow !== leaves.at(-1)?.[0]) continue;
        for (const access of ACCESSES) {
          if ((Math.imul(++index, 0x9e3779b1) >>> 8) % of !== which) continue;
          const leaf = (leafLow | frame) >>> 0;
          const above = (aboveLow | below) >>> 0;
          if (!subject.write(leafAt, leaf, wide ? leafHigh : undefined)) continue;
          if (aboveAt !== undefined && !subject.write(aboveAt, above, wide ? aboveHigh : undefined)) continue;
          cases++;
          const want = oracle(view, machine, access, ADDRESS, 0);
          const left = (at: number, before: number) => (want.entries.get(at) ?? before) >>> 0;
          const entries = () =>
            `leaf ${word(leafAt).toString(16)}` +
            (aboveAt === undefined ? "" : `, above ${word(aboveAt).toString(16)}`);
          subject.invalidate();
          // What was permitted once is permitted again, and leaves nothing new.
          for (let time = 0; time < 2; time++) {
            const got = subject.access(access, machine);
            const right =
              got.error === want.error &&
              (got.error !== undefined || got.physical === want.physical) &&
              word(leafAt) === left(leafAt, leaf) &&
              (aboveAt === undefined || word(aboveAt) === left(aboveAt, above));
            if (right) continue;
            const wanted = [...want.entries].map(
              ([at, entry]) => `${at.toString(16)}: ${entry.toString(16)}`,
            );
            const wrong = {
              ...{ machine: { ...machine }, access },
              above: `${above.toString(16)}, high ${aboveHigh.toString(16)}`,
              leaf: `${leaf.toString(16)}, high ${leafHigh.toString(16)}`,
              want: `${outcome(want)}; ${wanted.join(", ")}`,
              got: `${outcome(got)}; ${entries()}${time === 1 ? ", the second time" : ""}`,
            };
            return { cases, wrong };
          }
        }
      }
  }
  return { cases, wrong: undefined };
}

function outcome({ error, physical }: { error: number | undefined; physical: number }): string {
  return error === undefined ? `at ${physical.toString(16)}` : `error ${error.toString(2)}`;
}

function entriesOf(space: Space) {
  const high = space.format === "ia32" ? [0] : subsets([XD, BEYOND]);
  const withHigh = (lows: readonly number[]) => lows.flatMap((low) => high.map((h) => [low, h] as const));
  const { leaf, above } = space.reserved;
  const lows = present([P, W, U, A, D, ...(leaf ? [leaf] : [])]);
  const size = space.leaf.shift === 12 ? 0 : PS;
  const leaves = withHigh(lows.map((low) => (low | size) >>> 0));
  const aboves =
    space.above === undefined
      ? [[0, 0] as const]
      : withHigh(present([P, W, U, A, ...(above ? [above] : [])]));
  return { aboves, leaves };
}

/** An entry with P clear is a hole whatever the rest: two of them stand for all. */
function present(masks: readonly number[]): number[] {
  const every = masks.reduce((all, bit) => (all | bit) >>> 0, 0);
  return subsets(masks).filter((bits) => (bits & P) !== 0 || bits === 0 || bits === (every & ~P) >>> 0);
}

/** All values made of a subset of the masks. */
function subsets(masks: readonly number[]): number[] {
  return Array.from({ length: 2 ** masks.length }, (_, chosen) =>
    masks.reduce((value, mask, i) => ((chosen >> i) & 1 ? (value | mask) >>> 0 : value), 0),
  );
}

function machinesOf(space: Space, { physicalBits, origin }: Subject): Machine[] {
  const bit = (cpu: number, n: number) => ((cpu >> n) & 1) !== 0;
  return (
    Array.from(
      { length: 128 },
      (_, cpu): Machine => ({
        format: space.format,
        root: (space.format === "ia32e" ? PML4 : PD) + origin,
        pdptes: PDPT + origin,
        ...{ writeProtect: bit(cpu, 0), smep: bit(cpu, 1), smap: bit(cpu, 2), nxe: bit(cpu, 3) },
        ...{ pse: bit(cpu, 4), ac: bit(cpu, 5), user: bit(cpu, 6) },
        ...{ gigabytePages: true, physicalBits },
      }),
    )
      // Registers that the format does not know are not varied: NXE in IA-32, PSE elsewhere.
      .filter(({ pse, nxe, ac, smap }) => !(space.format === "ia32" ? nxe : pse) && (smap || !ac))
  );
}

/**
 * Every combination of what decides a page access, enumerated bit by bit over the formats, against the naive model: bits of
 * the leaf and of the entry above it, control registers, CPL, kinds of access.
 */
import { expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { PF } from "../../../src/machine/cpu/fault.ts";
import { type Board, board, control, raised } from "./board.ts";
import { type Access, type Machine, oracle } from "./oracle.ts";

const PML4 = 0x10000;
const PDPT = 0x11000;
const PD = 0x12000;
const PT = 0x13000;
const FRAME = 0x400000;
/** In every format the first entry of the upper levels and entry 5 of the page table. */
const ADDRESS = 0x5678 as Gva;

const P = 1;
const W = 2;
const U = 4;
const A = 0x20;
const D = 0x40;
const PS = 0x80;
const XD = 0x80000000;

const ACCESSES: readonly (Access & { run: (b: Board) => void })[] = [
  { kind: "read", implicit: false, run: ({ mmu }) => mmu.read32(ADDRESS) },
  { kind: "write", implicit: false, run: ({ mmu }) => mmu.write32(ADDRESS, 1) },
  { kind: "fetch", implicit: false, run: ({ mmu }) => mmu.fetch(ADDRESS) },
  { kind: "read", implicit: true, run: ({ mmu }) => mmu.systemRead32(ADDRESS) },
  { kind: "write", implicit: true, run: ({ mmu }) => mmu.systemWrite32(ADDRESS, 1) },
];

/** All values made of a subset of the masks. */
function subsets(masks: readonly number[]): number[] {
  return Array.from({ length: 2 ** masks.length }, (_, chosen) =>
    masks.reduce((value, mask, i) => ((chosen >> i) & 1 ? (value | mask) >>> 0 : value), 0),
  );
}

interface Space {
  format: Machine["format"];
  /** Where the leaf is, and the size of its page as a power of two. */
  leaf: { at: number; shift: number };
  above: number | undefined;
  /** Low-half reserved bit of a leaf, if the format has one there. */
  reservedLow: number;
}

const SPACES: Record<string, Space> = {
  "IA-32, 4 KiB": { format: "ia32", leaf: { at: PT + 4 * 5, shift: 12 }, above: PD, reservedLow: 0 },
  "IA-32, 4 MiB": { format: "ia32", leaf: { at: PD, shift: 22 }, above: undefined, reservedLow: 1 << 21 },
  "PAE, 4 KiB": { format: "pae", leaf: { at: PT + 8 * 5, shift: 12 }, above: PD, reservedLow: 0 },
  "PAE, 2 MiB": { format: "pae", leaf: { at: PD, shift: 21 }, above: undefined, reservedLow: 1 << 13 },
  "IA-32e, 4 KiB": { format: "ia32e", leaf: { at: PT + 8 * 5, shift: 12 }, above: PD, reservedLow: 0 },
  "IA-32e, 2 MiB": { format: "ia32e", leaf: { at: PD, shift: 21 }, above: PDPT, reservedLow: 1 << 13 },
  "IA-32e, 1 GiB": { format: "ia32e", leaf: { at: PDPT, shift: 30 }, above: PML4, reservedLow: 1 << 29 },
};

test.each(Object.entries(SPACES))("%s", (_name, space) => {
  const b = board();
  const { view, mmu } = b;
  const wide = space.format !== "ia32";
  // The way down to the entries under test grants everything.
  for (let at = PML4; at < PT + 4096; at += 4) view.setUint32(at, 0, true);
  const way = [PML4, PDPT, PD];
  const next = [PDPT, PD, PT];
  way.forEach((at, level) => {
    view.setUint32(
      at,
      (next[level] as number) | (space.format === "pae" && at === PDPT ? P : P | W | U | A),
      true,
    );
  });

  const low = [P, W, U, A, D, ...(space.reservedLow ? [space.reservedLow] : [])];
  const high = wide ? subsets([XD, 1 << 19]) : [0];
  const size = space.leaf.shift === 12 ? 0 : PS;
  // An entry with P clear is a hole whatever the rest: two of them stand for all.
  const holes = (bits: number, all: number) => (bits & P) !== 0 || bits === 0 || bits === (all & ~P) >>> 0;
  const every = low.reduce((all, bit) => (all | bit) >>> 0, 0);
  const leaves = subsets(low)
    .filter((bits) => holes(bits, every))
    .flatMap((bits) => high.map((h) => [(bits | size) >>> 0, h] as const));
  const aboves =
    space.above === undefined
      ? [[0, 0] as const]
      : subsets([P, W, U, A])
          .filter((bits) => holes(bits, P | W | U | A))
          .flatMap((bits) => high.map((h) => [bits, h] as const));
  const aboveTable = way.indexOf(space.above ?? -1);

  let cases = 0;
  for (let cpu = 0; cpu < 128; cpu++) {
    const machine: Machine = {
      format: space.format,
      root: space.format === "ia32e" ? PML4 : PD,
      pdptes: PDPT,
      writeProtect: (cpu & 1) !== 0,
      smep: (cpu & 2) !== 0,
      smap: (cpu & 4) !== 0,
      nxe: (cpu & 8) !== 0,
      pse: (cpu & 16) !== 0,
      ac: (cpu & 32) !== 0,
      user: (cpu & 64) !== 0,
      gigabytePages: true,
      physicalBits: 40,
    };
    // Registers that the format does not know are not varied: NXE in IA-32, PSE elsewhere.
    if ((wide ? machine.pse : machine.nxe) || (machine.ac && !machine.smap)) continue;
    mmu.user = machine.user;
    mmu.ac = machine.ac;
    mmu.loadCr3(space.format === "pae" ? PDPT : machine.root, 0);
    control(mmu, { ...machine, format: space.format });
    for (const [aboveLow, aboveHigh] of aboves) {
      if (space.above !== undefined) {
        view.setUint32(space.above, aboveLow | (next[aboveTable] as number), true);
        if (wide) view.setUint32(space.above + 4, aboveHigh, true);
      }
      for (const [leafLow, leafHigh] of leaves) {
        // Below a hole or a reserved bit one leaf is as good as another.
        const passes = (aboveLow & P) !== 0 && (aboveHigh & (1 << 19)) === 0;
        if (space.above !== undefined && !passes && leafLow !== leaves.at(-1)?.[0]) continue;
        const before = (leafLow | FRAME) >>> 0;
        for (const access of ACCESSES) {
          view.setUint32(space.leaf.at, before, true);
          if (wide) view.setUint32(space.leaf.at + 4, leafHigh, true);
          if (space.above !== undefined)
            view.setUint32(space.above, aboveLow | (next[aboveTable] as number), true);
          const want = oracle(view, machine, access, ADDRESS, 0);
          mmu.invalidate(ADDRESS);
          const got = raised(mmu, () => access.run(b));
          const leaf = view.getUint32(space.leaf.at, true);
          const above = space.above === undefined ? 0 : view.getUint32(space.above, true);
          const wantLeaf = want.entries.get(space.leaf.at) ?? before;
          const wantAbove =
            space.above === undefined
              ? 0
              : (want.entries.get(space.above) ?? aboveLow | (next[aboveTable] as number));
          cases++;
          if (
            got?.error === want.error &&
            (got === undefined || (got.vector === PF && got.cr2 === ADDRESS)) &&
            leaf === wantLeaf >>> 0 &&
            above === wantAbove >>> 0
          )
            continue;
          expect({
            machine,
            access: access.kind,
            implicit: access.implicit,
            aboveLow,
            aboveHigh,
            leafLow,
            leafHigh,
            error: got?.error,
            leaf,
            above,
          }).toEqual({
            machine,
            access: access.kind,
            implicit: access.implicit,
            aboveLow,
            aboveHigh,
            leafLow,
            leafHigh,
            error: want.error,
            leaf: wantLeaf >>> 0,
            above: wantAbove >>> 0,
          });
        }
      }
    }
  }
  expect(cases).toBeGreaterThan(5000);
});

/** Whole walks over random tables against the naive model, and the walker over a format that is not the processor's. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { EntryFormat } from "../../../src/machine/mmu/formats/format.ts";
import { HOLE, LEAF, RESERVED, type TableMemory, Walk } from "../../../src/machine/mmu/walk.ts";
import { type Board, board, control, MIB, raised } from "./board.ts";
import { type Access, type Machine, oracle } from "./oracle.ts";

/** Tables are in these pages; entries point to them, to RAM, or far outside. */
const TABLES = 0x20000;
const TABLE_PAGES = 6;
const SEED = 20_050_915;

interface Slot {
  page: number;
  index: number;
  low: number;
  high: number;
}

const flags = fc.tuple(
  fc.constantFrom(1, 1, 1, 1, 1, 0),
  fc.constantFrom(6, 6, 6, 2, 4, 0),
  fc.constantFrom(0, 0x20, 0x60, 0x18, 0xe00),
  fc.constantFrom(0, 0, 0x80, 0x100, 0x180),
);
const frame = fc.oneof(
  { weight: 6, arbitrary: fc.nat(TABLE_PAGES - 1).map((page) => TABLES + page * 4096) },
  { weight: 2, arbitrary: fc.nat(15).map((n) => n * MIB) },
  { weight: 1, arbitrary: fc.constantFrom(0x1000, 0x2000, 0x200000, 0x20001000, 0xc0000000, 0x00400000) },
);
const highHalf = fc.constantFrom(0, 0, 0, 0, 0, 0x80000000, 0x7f, 0x80, 0x10000, 0x00100000, 0x7ff00000);
const INDICES = [0, 1, 2, 256, 511];
const slot: fc.Arbitrary<Slot> = fc
  .record({ page: fc.nat(TABLE_PAGES - 1), index: fc.constantFrom(...INDICES), flags, frame, high: highHalf })
  .map(({ page, index, flags: bits, frame: base, high }) => ({
    page,
    index,
    low: bits.reduce((a, b) => a | b, base) >>> 0,
    high,
  }));

const machine: fc.Arbitrary<Machine> = fc.record({
  format: fc.constantFrom("ia32", "pae", "ia32e"),
  root: fc.constant(TABLES),
  pdptes: fc.constant(TABLES + 0x800),
  writeProtect: fc.boolean(),
  pse: fc.boolean(),
  nxe: fc.boolean(),
  smep: fc.boolean(),
  smap: fc.boolean(),
  ac: fc.boolean(),
  user: fc.boolean(),
  physicalBits: fc.constantFrom(36, 39, 40, 46, 52),
  gigabytePages: fc.boolean(),
});
const access: fc.Arbitrary<Access & { indices: number[]; offset: number }> = fc.record({
  kind: fc.constantFrom("read", "write", "fetch"),
  implicit: fc.boolean(),
  indices: fc.array(fc.constantFrom(...INDICES), { minLength: 4, maxLength: 4 }),
  offset: fc.nat(4092),
});

/** A linear address from table indices, root's first, as unsigned halves. */
function linear(format: Machine["format"], indices: number[], offset: number): [low: number, high: number] {
  const [pml4, pdpt, pd, pt] = indices as [number, number, number, number];
  if (format === "ia32") return [((pd << 22) | (pt << 12) | offset) >>> 0, 0];
  const low = ((pdpt << 30) | (pd << 21) | (pt << 12) | offset) >>> 0;
  if (format === "pae") return [low, 0];
  const high = (pml4 << 7) | (pdpt >> 2);
  return [low, pml4 >= 256 ? (high | 0xffff0000) >>> 0 : high];
}

/** One board for each kind of processor, its tables cleared: a new one each time would only make RAM. */
const boards = new Map<string, Board>();
function boardFor({ physicalBits, gigabytePages }: Machine): Board {
  const key = `${physicalBits} ${gigabytePages}`;
  const found = boards.get(key) ?? board({ physicalBits, gigabytePages }, MIB);
  boards.set(key, found);
  found.bus.ram.fill(0, TABLES, TABLES + TABLE_PAGES * 4096);
  control(found.mmu, { format: "none" });
  return found;
}

test("random walks over random tables", () => {
  const outcomes = new Map<number | undefined, number>();
  fc.assert(
    fc.property(
      machine,
      fc.array(slot, { minLength: 8, maxLength: 30 }),
      fc.array(access, { minLength: 4, maxLength: 12 }),
      (cpu, slots, accesses) => {
        const { mmu, view, bus } = boardFor(cpu);
        const bytes = cpu.format === "ia32" ? 4 : 8;
        for (const { page, index, low, high } of slots) {
          view.setUint32(TABLES + page * 4096 + index * bytes, low, true);
          if (bytes === 8) view.setUint32(TABLES + page * 4096 + index * bytes + 4, high, true);
        }
        if (cpu.format === "pae")
          for (let i = 0; i < 4; i++) {
            view.setUint32(cpu.pdptes + 8 * i, i === 3 ? 0 : (TABLES + 4096 * (i + 1)) | 1, true);
            view.setUint32(cpu.pdptes + 8 * i + 4, 0, true);
          }
        mmu.user = cpu.user;
        mmu.ac = cpu.ac;
        mmu.wide = cpu.format === "ia32e";
        mmu.loadCr3(cpu.format === "pae" ? cpu.pdptes : cpu.root, 0);
        control(mmu, cpu);
        const tables = bus.ram.subarray(TABLES, TABLES + TABLE_PAGES * 4096);
        for (const { kind, indices, offset, ...rest } of accesses) {
          const implicit = rest.implicit && kind === "read";
          const [low, high] = linear(cpu.format, indices, offset);
          const at = (mmu.wide ? (high | 0) * 2 ** 32 + low : low | 0) as Gva;
          const expected = tables.slice();
          // The model indexes with unsigned numbers: 48 bits of address are enough.
          const want = oracle(view, cpu, { kind, implicit }, low, high & 0xffff);
          for (const [entry, value] of want.entries)
            if (entry >= TABLES && entry < TABLES + expected.length)
              new DataView(expected.buffer).setUint32(entry - TABLES, value, true);
          mmu.invalidate(at);
          let physical: number | undefined;
          const got = raised(mmu, () => {
            if (kind === "fetch") physical = mmu.fetch(at);
            else if (implicit) mmu.systemRead8(at);
            else mmu.probe(at, 1, kind === "write");
          });
          expect(got?.error).toBe(want.error);
          if (got) expect([got.cr2 >>> 0, got.cr2High | 0]).toEqual([low, high | 0]);
          if (kind === "fetch" && !got) expect(physical).toBe(want.physical);
          if (!Buffer.from(expected).equals(tables)) expect(tables).toEqual(expected);
          outcomes.set(want.error, (outcomes.get(want.error) ?? 0) + 1);
        }
      },
    ),
    { seed: SEED, numRuns: 3000 },
  );
  // Translations, holes, protections and reserved bits were all met, many times.
  for (const error of [undefined, 0, 1, 9]) expect(outcomes.get(error)).toBeGreaterThan(100);
});

describe("a format of another room", () => {
  /** EPT (SDM Vol. 3, 28.3): R W X in bits 0 … 2, A and D in bits 8 and 9; an entry is present when any of R W X is set. */
  const high = 0xfff00000 | 0;
  const level = (name: string, number: number, leaf: number) => ({
    name,
    shift: 12 + 9 * number,
    leaf,
    reservedTable: [number === 0 ? 0 : 0xf8, 0] as const,
    reservedLeaf: [0, 0] as const,
    tableFields: [],
    leafFields: [],
  });
  const EPT = new EntryFormat({
    name: "EPT",
    entryBytes: 8,
    indexBits: 9,
    levels: [level("PTE", 0, 0), level("PDE", 1, 0x80), level("PDPTE", 2, 0x80), level("PML4E", 3, 0)],
    present: 7,
    accessed: 1 << 8,
    dirty: 1 << 9,
    addressHigh: ~high,
    rights: (everyLow) => everyLow & 7,
    leafHigh: (_low, entryHigh) => entryHigh & ~high,
  });

  class Words implements TableMemory {
    readonly words = new Map<number, number>();
    reads = 0;
    readEntry(at: number): number {
      this.reads++;
      return this.words.get(at) ?? 0;
    }
    writeEntry(at: number, value: number): void {
      this.words.set(at, value);
    }
  }

  test("four levels, execute-only leaf, accessed and dirty", () => {
    const memory = new Words();
    memory.words
      .set(0x1000 + 8, 0x2000 | 7)
      .set(0x2000 + 16, 0x3000 | 7)
      .set(0x3000 + 24, 0x4000 | 7);
    memory.words.set(0x4000 + 32, 0x5000 | 4).set(0x4000 + 36, 0x12);
    const walk = new Walk();
    const low = (2 << 30) | (3 << 21) | (4 << 12);
    expect(walk.run(EPT, memory, 0x1000, low, 1 << 7, true)).toBe(LEAF);
    expect(memory.reads).toBe(8);
    expect([walk.references, walk.level, walk.base(EPT)]).toEqual([4, 1, 0x12_0000_5000]);
    expect(walk.rights(EPT)).toBe(4);
    walk.markLeaf(EPT, memory, true);
    expect([0x1008, 0x2010, 0x3018, 0x4020].map((at) => ((memory.words.get(at) as number) >> 8) & 3)).toEqual(
      [1, 1, 1, 3],
    );
  });

  test("write-only is no hole; a table with reserved bits is refused; nothing is marked when not asked", () => {
    const memory = new Words();
    memory.words.set(0x1000, 0x2000 | 2).set(0x2000, 0x40000000 | 0x80 | 2);
    const walk = new Walk();
    expect(walk.run(EPT, memory, 0x1000, 0x3fff_f000, 0, false)).toBe(LEAF);
    expect([walk.level, walk.base(EPT)]).toEqual([3, 0x40000000]);
    expect(memory.words.get(0x1000)).toBe(0x2002);
    memory.words.set(0x1000, 0x2000 | 0x80 | 2);
    expect(walk.run(EPT, memory, 0x1000, 0, 0, true)).toBe(RESERVED);
    expect(walk.run(EPT, memory, 0x1000, 0, 1 << 7, true)).toBe(HOLE);
    expect(memory.words.get(0x1000)).toBe(0x2082);
  });

  test("a geometry that does not fit is refused", () => {
    const parts = { ...EPT, levels: [level("PTE", 0, 0)] };
    expect(() => new EntryFormat({ ...parts, indexBits: 10 })).toThrow(
      "EPT: a table of 2^10 entries of 8 bytes is not a page",
    );
    expect(() => new EntryFormat({ ...parts, indexBits: 9, levels: [level("PDE", 1, 0)] })).toThrow(
      "level 1 does not begin at bit 12",
    );
  });
});

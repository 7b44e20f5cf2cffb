import { describe, expect, test } from "vitest";
import type { Gva } from "../../../../src/machine/address.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
import {
  A,
  AT,
  D,
  DATA,
  ia32,
  P,
  PS,
  PTE,
  pagerCases,
  READ,
  ROOT,
  TABLE,
  U,
  W,
  WRITE,
} from "../pager.cases.ts";
import { Rig } from "../rig.ts";

const agile = tracedPager({ agile: { after: 1, interval: 100 } });
const OTHER_DATA = 0x21000;
/** The entry of AT, seen through the table's own page. */
const PTE_AT = (0x6000 + 4 * 5) as Gva;

pagerCases("agile paging", agile);

function selfMapped(pte = P | W | A | D, factory = agile): Rig {
  const rig = ia32(factory, pte);
  rig.set(TABLE + 4 * 6, TABLE | P | W | A | D);
  rig.access(AT, READ);
  return rig;
}

const store = (rig: Rig, value: number) => rig.access(PTE_AT, { ...WRITE, value });

test("a table that is written to is the processor's own to walk: writes, and what they change, cost no fault any more", () => {
  const rig = selfMapped();
  expect(store(rig, OTHER_DATA | P | W)).toMatchObject({ by: "P" });
  rig.invalidate(AT);
  expect(rig.access(AT, READ)).toMatchObject({ physical: OTHER_DATA, by: "P" });
  // Each page once, until the nested tables have it.
  for (const faults of [1, 0]) {
    store(rig, DATA | P);
    rig.invalidate(AT);
    expect(rig.access(AT, READ)).toEqual({ physical: DATA, by: "P", traced: false, faults });
    expect(rig.get(PTE)).toBe(DATA | P | A);
  }
  expect(rig.count("tracedWrite")).toBe(0);
});

test("the processor marks the entries there, and keeps to the rights of the way", () => {
  const rig = selfMapped();
  rig.dma(ROOT, TABLE | P | U | A);
  rig.dma(ROOT + 4, TABLE | P | W | A);
  const writable = (0x400000 + AT) as Gva;
  rig.access((0x400000 + PTE_AT) as Gva, { ...WRITE, value: DATA | P | W | U });
  expect([rig.access(AT, WRITE).error, rig.access(AT, { ...READ, user: true }).error]).toEqual([
    3,
    undefined,
  ]);
  expect([rig.access(writable, WRITE).error, rig.access(writable, { ...READ, user: true }).error]).toEqual([
    undefined,
    5,
  ]);
  expect(rig.get(PTE)).toBe(DATA | P | W | U | A | D);
});

test("a page table inside that is traced elsewhere is not written by this way", () => {
  const rig = selfMapped();
  store(rig, OTHER_DATA | P | W | A | D);
  rig.invalidate(AT);
  expect(rig.access(AT, { ...WRITE, value: 0 }).by).toBe("P");
  rig.dma(ROOT + 8, OTHER_DATA | P | W | A);
  rig.dma(OTHER_DATA + 4 * 5, DATA | P | A);
  expect(rig.access((0x800000 + AT) as Gva, READ).physical).toBe(DATA);
  // Its first write is seen, and makes that table the processor's own as well.
  expect(rig.access((AT + 4 * 5) as Gva, { ...WRITE, value: 0 }).faults).toBeGreaterThan(0);
  rig.invalidate((0x800000 + AT) as Gva);
  expect(rig.access((0x800000 + AT) as Gva, READ).error).toBe(0);
});

test("after some loads of CR3 all is shadowed again", () => {
  const rig = selfMapped(P | W | A | D, tracedPager({ agile: { after: 1, interval: 2 } }));
  const walks = () => rig.host.trace.count("nestedReference");
  store(rig, DATA | P | W | A | D);
  const nested = [1, 2, 3].map(() => {
    rig.load(ROOT);
    const before = walks();
    rig.access(AT, READ);
    return walks() > before;
  });
  expect(nested).toEqual([true, false, false]);
});

const TABLES = [0x10000, 0x11000, 0x12000, 0x13000];
/** Four tables, root first; the page table maps page 5, and all tables at 16 to 19. */
function four(): Rig {
  const rig = new Rig(agile);
  TABLES.forEach((table, i) => {
    const next = TABLES[i + 1];
    if (next !== undefined) rig.set(table, next | P | W | A, 0);
    rig.set(0x13000 + 8 * (16 + i), table | P | W | A | D, 0);
  });
  rig.set(0x13000 + 8 * 5, DATA | P | W | A | D, 0);
  rig.load(0x10000);
  rig.control({ format: "ia32e", writeProtect: true });
  rig.access(AT, READ);
  return rig;
}

test("a large page in a table of the processor's own: one INVLPG takes all the pieces that the nested tables made of it", () => {
  const rig = four();
  // The page directory is at page 18: its entry 1 becomes a page of 2 MiB, which the guest's memory does not fill.
  const pde = 0x12008 as Gva;
  const large = (page: number) => (0x200000 + page * 0x1000) as Gva;
  rig.access(pde, { ...WRITE, value: P | W | PS | A | D });
  for (const page of [0x20, 0x21]) expect(rig.access(large(page), READ).physical).toBe(page * 0x1000);
  rig.access(pde, { ...WRITE, value: 0 });
  rig.invalidate(large(0x20));
  expect(rig.access(large(0x21), READ).error).toBe(0);
});

describe("references of a walk of four levels over four", () => {
  test.each([
    ["in shadows alone", 0, 4],
    ["switched at the page table", 1, 8],
    ["switched one level above", 2, 12],
    ["and two", 3, 16],
  ])("%s", (_where, levels, references) => {
    const rig = four();
    // The entry that nothing uses, of the table that is to be the processor's own.
    if (levels > 0) rig.access(((20 - levels) * 0x1000 + 8 * 300) as Gva, { ...WRITE, value: 0 });
    rig.host.mmu.flush(true);
    rig.access(AT, READ);
    rig.host.mmu.flush(true);
    const before = rig.count("walkReference");
    expect(rig.access(AT, READ).faults).toBe(0);
    expect(rig.count("walkReference") - before).toBe(references);
  });
});

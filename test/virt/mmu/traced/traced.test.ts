import { expect, test } from "vitest";
import type { Gva } from "../../../../src/machine/address.ts";
import { PAGE_TRACED } from "../../../../src/machine/bus.ts";
import type { PagerFactory } from "../../../../src/virt/mmu/pager.ts";
import { TracedPager, tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
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
import type { Rig } from "../rig.ts";

const traced = tracedPager();
const OTHER_ROOT = 0x12000;
const OTHER_DATA = 0x21000;
/** Entry 6: the page table itself. */
const SELF = 0x6000 as Gva;
/** The entry of AT, seen through it. */
const PTE_AT = (SELF + 4 * 5) as Gva;

pagerCases("traced shadows", traced);
pagerCases("traced shadows in the smallest pool", tracedPager({ tables: 16 }));

/** AT is mapped and used; the page table is mapped into itself, for a guest that writes to it. */
function selfMapped(pte = P | W | A, factory = traced): Rig {
  const rig = ia32(factory, pte);
  rig.set(TABLE + 4 * 6, TABLE | P | W | A | D);
  rig.access(AT, READ);
  return rig;
}

const isTraced = (rig: Rig, at: number) =>
  ((rig.host.machine.bus.pages[at >>> 12] as number) & PAGE_TRACED) !== 0;

test("shadows stay over loads of CR3: no hidden fault, no fill", () => {
  const rig = selfMapped();
  rig.load(OTHER_ROOT);
  rig.load(ROOT);
  const fills = rig.count("shadowFill");
  expect(rig.access(AT, READ)).toEqual({ physical: DATA, by: "P", traced: false, faults: 0 });
  expect([rig.count("shadowFill") - fills, rig.count("addressSpace")]).toEqual([0, 3]);
});

test("a table in two address spaces has one shadow", () => {
  const rig = selfMapped();
  rig.set(OTHER_ROOT, TABLE | P | W | U | A);
  rig.load(OTHER_ROOT);
  expect(rig.access(AT, READ).faults).toBe(1);
  expect(rig.shadow(AT)).toBe("20000 R-X supervisor");
});

test("frames with tables in use are traced, others are not", () => {
  const rig = selfMapped();
  expect([ROOT, TABLE, DATA].map((at) => isTraced(rig, at))).toEqual([true, true, false]);
});

test("the guest writes to its own table: V carries it out, and the shadow follows at once", () => {
  const rig = selfMapped();
  const value = OTHER_DATA | P | W | A | D;
  expect(rig.access(PTE_AT, { ...WRITE, value })).toEqual({
    physical: PTE,
    by: "V",
    traced: true,
    faults: 0,
  });
  expect([rig.shadow(AT), rig.shadow(SELF)]).toEqual(["21000 RWX supervisor", "hole"]);
  expect(rig.count("tracedWrite")).toBe(1);
});

test("a device writes to the table, and the shadow follows", () => {
  const rig = selfMapped();
  rig.dma(PTE, OTHER_DATA | P | A);
  expect([rig.shadow(AT), rig.count("tracedWrite")]).toEqual(["21000 R-X supervisor", 1]);
});

test.each([
  ["a hole", 0],
  ["not accessed", OTHER_DATA | P | W],
  ["no memory", 0x40000000 | P | W | A],
])("an entry that becomes %s has no shadow until it is used", (_what, entry) => {
  const rig = selfMapped();
  rig.dma(PTE, entry);
  expect(rig.shadow(AT)).toBe("hole");
});

test("an entry that loses D is mapped read-only, so that the next write sets it again", () => {
  const rig = selfMapped(P | W | A | D);
  rig.dma(PTE, DATA | P | W | A);
  rig.invalidate(AT);
  expect(rig.shadow(AT)).toBe("20000 R-X supervisor");
  rig.access(AT, WRITE);
  expect(rig.get(PTE)).toBe(DATA | P | W | A | D);
});

test("a directory entry that changes takes its page table's shadow out of the way, not away", () => {
  const rig = selfMapped();
  rig.dma(ROOT, 0);
  expect(rig.shadow(AT)).toBe("hole");
  rig.invalidate(AT);
  rig.dma(ROOT, TABLE | P | W | U | A);
  const fills = rig.count("shadowFill");
  expect(rig.access(AT, READ).physical).toBe(DATA);
  // The link; the leaf was there.
  expect(rig.count("shadowFill") - fills).toBe(1);
});

test("a frame that becomes a table loses its writable mappings, in P's TLB too", () => {
  const rig = selfMapped();
  const at = (0x400000 + AT) as Gva;
  rig.set(TABLE + 4 * 7, OTHER_DATA | P | W | A | D);
  const page = 0x7000 as Gva;
  expect(rig.access(page, { ...WRITE, value: 0 }).by).toBe("P");
  rig.dma(ROOT + 4, OTHER_DATA | P | W | A);
  rig.dma(OTHER_DATA + 4 * 5, DATA | P | A);
  expect(rig.access(at, READ).physical).toBe(DATA);
  expect(rig.shadow(page)).toBe("21000 R-X supervisor");
  expect(rig.access((page + 4 * 5) as Gva, { ...WRITE, value: 0 })).toMatchObject({ by: "V", traced: true });
  expect(rig.shadow(at)).toBe("hole");
});

test("only what maps the new table loses its right to write: entries that mapped it once do not", () => {
  const rig = selfMapped(P | W | A | D);
  rig.dma(PTE, OTHER_DATA | P | W | A | D);
  rig.dma(ROOT + 4, DATA | P | W | A);
  rig.dma(DATA + 4 * 5, 0x22000 | P | A);
  expect(rig.access((0x400000 + AT) as Gva, READ).physical).toBe(0x22000);
  expect([isTraced(rig, DATA), rig.shadow(AT)]).toEqual([true, "21000 RWX supervisor"]);
});

test("a page that lost its user to a write without WP, and then became a table, is the user's again under SMAP", () => {
  const rig = selfMapped(P | W | A | D);
  rig.control({ format: "ia32", writeProtect: false, pse: true });
  const page = 0x7000 as Gva;
  rig.dma(TABLE + 4 * 7, OTHER_DATA | P | U | A | D);
  expect(rig.access(page, { ...WRITE, value: 0 }).by).toBe("P");
  rig.dma(OTHER_DATA + 4 * 5, DATA | P | A);
  rig.dma(ROOT + 4, OTHER_DATA | P | W | A);
  rig.access((0x400000 + AT) as Gva, READ);
  rig.control({ format: "ia32", writeProtect: true, pse: true, smap: true });
  expect(rig.access(page, READ).error).toBe(1);
});

test("a frame that is a table no more is written by P again", () => {
  const rig = selfMapped();
  rig.set(TABLE + 4 * 7, OTHER_DATA | P | W | A | D);
  rig.dma(ROOT + 4, OTHER_DATA | P | W | A);
  rig.dma(OTHER_DATA + 4 * 5, DATA | P | A);
  rig.access((0x400000 + AT) as Gva, READ);
  rig.dma(ROOT + 4, 0);
  expect(rig.access(0x7000 as Gva, WRITE)).toEqual({
    physical: OTHER_DATA,
    by: "P",
    traced: false,
    faults: 1,
  });
  expect(isTraced(rig, OTHER_DATA)).toBe(false);
});

test("a flood of writes ends a trace, where floods are looked for", () => {
  const writes = (factory: PagerFactory) => {
    const rig = selfMapped(P | W | A, factory);
    rig.set(0x13000 + 4 * 6, TABLE | P | W | A | D);
    rig.dma(ROOT + 4, 0x13000 | P | W | A);
    const at = (i: number) => (0x406000 + 4 * (100 + i)) as Gva;
    rig.access(at(0), READ);
    return [0, 1, 2, 3, 4].map((i) => rig.access(at(i), { ...WRITE, value: 0 }).by);
  };
  expect(writes(tracedPager({ flood: 3 }))).toEqual(["V", "V", "V", "P", "P"]);
  expect(writes(tracedPager())).toEqual(["V", "V", "V", "V", "V"]);
});

test("a large page that is clean has pieces of its own, and changes them for others when it is written", () => {
  const rig = ia32(traced, 0);
  rig.set(ROOT, P | W | PS | A);
  rig.access(DATA as Gva, READ);
  expect(rig.shadow(DATA as Gva)).toBe("20000 R-X supervisor");
  rig.access(DATA as Gva, WRITE);
  expect([rig.shadow(DATA as Gva), rig.get(ROOT) & D]).toEqual(["20000 RWX supervisor", D]);
  rig.dma(ROOT, P | W | PS | A);
  rig.invalidate(DATA as Gva);
  expect(rig.access(DATA as Gva, READ).physical).toBe(DATA);
  expect(rig.shadow(DATA as Gva)).toBe("20000 R-X supervisor");
});

test("a way that leads to an old piece again is no sign of SMAP", () => {
  const rig = ia32(traced, 0, { smap: true });
  rig.set(ROOT, P | W | PS | A | D);
  rig.access(DATA as Gva, WRITE);
  rig.dma(ROOT, P | W | PS | A);
  rig.invalidate(DATA as Gva);
  rig.access(DATA as Gva, READ);
  expect(rig.access(DATA as Gva, { ...WRITE, ac: true })).toMatchObject({ physical: DATA, by: "P" });
});

test("an 8-byte entry that V writes at once is one traced write", () => {
  const rig = ia32(traced, 0);
  rig.set(0x14000, ROOT | P, 0);
  rig.set(ROOT, TABLE | P | W | A, 0);
  rig.set(TABLE + 8 * 5, DATA | P | A, 0);
  rig.load(0x14000);
  rig.control({ format: "pae" });
  rig.access(AT, READ);
  rig.host.machine.bus.write64((TABLE + 8 * 5) as never, OTHER_DATA | P | A, 0);
  expect([rig.shadow(AT), rig.count("tracedWrite")]).toEqual(["21000 R-X supervisor", 1]);
});

test("more tables than the pool has: the ones not used for longest go, and come back by faults", () => {
  const rig = ia32(tracedPager({ tables: 16 }), P | A);
  for (let i = 0; i < 40; i++) rig.set(ROOT + 4 * i, (0x30000 + i * 4096) | P | W);
  for (let i = 0; i < 40; i++) rig.set(0x30000 + i * 4096 + 4 * 5, DATA | P | A);
  const at = (i: number) => (i * 0x400000 + AT) as Gva;
  for (let i = 0; i < 40; i++) expect(rig.access(at(i), READ).physical).toBe(DATA);
  expect([rig.shadow(at(0)), rig.shadow(at(39))]).toEqual(["hole", "20000 R-X supervisor"]);
  const tracedFrames = rig.host.machine.bus.pages.filter((flags) => (flags & PAGE_TRACED) !== 0).length;
  expect(tracedFrames).toBeLessThanOrEqual(16);
});

test("a pool that could not hold one walk is refused", () => {
  const parts = ia32(traced, P).host.pagerParts();
  expect(() => new TracedPager(parts, { tables: 15 })).toThrow(RangeError);
  expect(() => new TracedPager(parts, { tables: Number.NaN })).toThrow(/16 at least/);
});

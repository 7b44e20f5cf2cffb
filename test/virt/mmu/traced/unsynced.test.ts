import { expect, test } from "vitest";
import type { Gpa, Gva } from "../../../../src/machine/address.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
import { A, AT, D, DATA, ia32, P, PTE, pagerCases, READ, ROOT, TABLE, U, W, WRITE } from "../pager.cases.ts";
import type { Rig } from "../rig.ts";

const unsyncing = tracedPager({ unsync: 1 });
const OTHER_ROOT = 0x12000;
const OTHER_DATA = 0x21000;
/** Entry 6: the page table itself; the entry of AT seen through it. */
const PTE_AT = (0x6000 + 4 * 5) as Gva;

pagerCases("unsynced shadows", unsyncing);

/** AT is mapped and used, and the table is mapped into itself. */
function selfMapped(factory = unsyncing): Rig {
  const rig = ia32(factory, P | W | A | D);
  rig.set(TABLE + 4 * 6, TABLE | P | W | A | D);
  rig.access(AT, READ);
  return rig;
}

const store = (rig: Rig, value: number) => rig.access(PTE_AT, { ...WRITE, value }).by;

test("the first write to a page table leaves it to the guest: P writes, and nobody is told", () => {
  const rig = selfMapped();
  expect([store(rig, OTHER_DATA | P | A), store(rig, OTHER_DATA | P | A | D)]).toEqual(["P", "P"]);
  expect([rig.shadow(AT), rig.count("tracedWrite")]).toEqual(["20000 RWX supervisor", 0]);
});

test("INVLPG takes away the page's entry, and no other", () => {
  const rig = selfMapped();
  rig.access(0x6000 as Gva, READ);
  store(rig, OTHER_DATA | P | A);
  rig.invalidate(AT);
  expect([rig.shadow(AT), rig.shadow(0x6000 as Gva)]).toEqual(["hole", "11000 RWX supervisor"]);
  expect(rig.access(AT, READ)).toMatchObject({ physical: OTHER_DATA, by: "P" });
});

test("with prefetch INVLPG puts the new entry there, so that the access does not fault", () => {
  const rig = selfMapped(tracedPager({ unsync: 1, prefetch: true }));
  store(rig, OTHER_DATA | P | A);
  rig.invalidate(AT);
  expect(rig.access(AT, READ)).toEqual({ physical: OTHER_DATA, by: "P", traced: false, faults: 0 });
});

test("prefetch leaves alone what was not accessed yet: A would be missing", () => {
  const rig = selfMapped(tracedPager({ unsync: 1, prefetch: true }));
  store(rig, OTHER_DATA | P);
  rig.invalidate(AT);
  expect([rig.shadow(AT), rig.access(AT, READ).faults, rig.get(PTE)]).toEqual([
    "hole",
    1,
    OTHER_DATA | P | A,
  ]);
});

test("MOV CR3 brings the shadow in line, and traces the table again", () => {
  const rig = selfMapped();
  store(rig, OTHER_DATA | P | A);
  const looks = rig.count("guestWalk");
  rig.load(ROOT);
  expect([rig.shadow(AT), rig.shadow(0x6000 as Gva)]).toEqual([
    "21000 R-X supervisor",
    "11000 R-X supervisor",
  ]);
  // One for each entry that had a shadow.
  expect(rig.count("guestWalk") - looks).toBe(2);
});

test("a table of an address space that is left stays as it is until it is entered again", () => {
  const rig = selfMapped();
  store(rig, OTHER_DATA | P | A);
  const looks = rig.count("guestWalk");
  rig.load(OTHER_ROOT);
  expect(rig.count("guestWalk")).toBe(looks);
  rig.load(ROOT);
  expect(rig.shadow(AT)).toBe("21000 R-X supervisor");
});

test("a new way to the table sees it as it is: no TLB knows that address", () => {
  const rig = selfMapped();
  store(rig, OTHER_DATA | P | W | A | D);
  rig.dma(ROOT + 4, TABLE | P | W | U | A);
  const alias = (0x400000 + AT) as Gva;
  expect(rig.access(alias, READ).physical).toBe(OTHER_DATA);
  expect(rig.shadow(AT)).toBe("21000 RWX supervisor");
});

test("a page table that becomes a directory too is traced again, and stays so", () => {
  const rig = selfMapped();
  store(rig, DATA | P | W | A | D);
  // The table is its own directory now: entry 5 leads to DATA as a page table.
  rig.dma(ROOT + 4, ROOT | P | W | A);
  rig.access((0x400000 + 4 * 1) as Gva, READ);
  rig.load(TABLE);
  rig.access((5 * 0x400000) as Gva, READ);
  rig.load(ROOT);
  expect(rig.access(PTE_AT, { ...WRITE, value: DATA | P | A })).toMatchObject({ by: "V", traced: true });
});

test("a table that somebody watches is not left to the guest", () => {
  const rig = selfMapped();
  rig.pager.watch(TABLE as Gpa, true);
  expect(store(rig, 0)).toBe("V");
});

test("only after as many writes as asked for", () => {
  const rig = selfMapped(tracedPager({ unsync: 3 }));
  expect([0, 1, 2, 3].map(() => store(rig, OTHER_DATA | P | A))).toEqual(["V", "V", "P", "P"]);
});

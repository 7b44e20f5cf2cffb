/** Tables at several places: of one address space, of several, of themselves. */
import { describe, expect, test } from "vitest";
import type { Gva } from "../../../../src/machine/address.ts";
import type { PagerFactory } from "../../../../src/virt/mmu/pager.ts";
import { EVERYTHING } from "../../../../src/virt/mmu/traced/options.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
import { A, AT, D, DATA, ia32, P, PTE, READ, ROOT, TABLE, U, W, WRITE } from "../pager.cases.ts";

const OTHER_ROOT = 0x12000;
const OTHER_DATA = 0x21000;
const KINDS: [string, PagerFactory][] = [
  ["traced", tracedPager()],
  ["with everything", tracedPager(EVERYTHING)],
];

describe.each(KINDS)("%s", (_name, factory) => {
  test("a table at two places has one shadow, and a change is seen at both", () => {
    const rig = ia32(factory, P | W | A);
    rig.set(ROOT + 8, TABLE | P | W | U | A);
    const alias = (0x800000 + AT) as Gva;
    rig.access(AT, READ);
    const fills = rig.count("shadowFill");
    rig.access(alias, READ);
    // The link alone.
    expect(rig.count("shadowFill") - fills).toBe(1);
    rig.dma(PTE, OTHER_DATA | P | A);
    rig.invalidate(AT);
    rig.invalidate(alias);
    expect([rig.access(AT, READ).physical, rig.access(alias, READ).physical]).toEqual([
      OTHER_DATA,
      OTHER_DATA,
    ]);
  });

  test("two places that grant different rights have two shadows of the table, which change together", () => {
    const rig = ia32(factory, P | W | U | A | D);
    rig.set(ROOT + 8, TABLE | P | A);
    const alias = (0x800000 + AT) as Gva;
    rig.access(AT, WRITE);
    rig.access(alias, READ);
    expect([rig.shadow(AT), rig.shadow(alias)]).toEqual(["20000 RWX user", "20000 R-X supervisor"]);
    rig.dma(PTE, OTHER_DATA | P | W | U | A | D);
    for (const at of [AT, alias]) rig.invalidate(at);
    for (const at of [AT, alias]) rig.access(at, READ);
    expect([rig.shadow(AT), rig.shadow(alias)]).toEqual(["21000 RWX user", "21000 R-X supervisor"]);
  });

  test("a table of two address spaces is changed in one and seen in the other", () => {
    const rig = ia32(factory, P | W | A | D);
    rig.set(TABLE + 4 * 6, TABLE | P | W | A | D);
    rig.set(OTHER_ROOT, TABLE | P | W | U | A);
    for (const root of [OTHER_ROOT, ROOT]) {
      rig.load(root);
      rig.access(AT, READ);
    }
    rig.access((0x6000 + 4 * 5) as Gva, { ...WRITE, value: OTHER_DATA | P | A });
    rig.load(OTHER_ROOT);
    expect(rig.access(AT, READ)).toMatchObject({ physical: OTHER_DATA, by: "P" });
  });

  test("a directory that is its own last page table: entries are written through it, at both levels", () => {
    const rig = ia32(factory, P | W | A | D);
    const SELF = 1022;
    rig.set(ROOT + 4 * SELF, ROOT | P | W | A | D);
    const tables = SELF * 0x400000;
    const pte = ((tables + 4 * 5) | 0) as Gva;
    const pde = ((tables + SELF * 0x1000 + 4 * 3) | 0) as Gva;
    expect(rig.access(pte, READ).physical).toBe(PTE);
    rig.access(AT, READ);
    rig.access(pte, { ...WRITE, value: OTHER_DATA | P | A });
    rig.invalidate(AT);
    expect(rig.access(AT, READ).physical).toBe(OTHER_DATA);
    // The directory shadows a directory: it never goes out of sync.
    expect(rig.access(pde, { ...WRITE, value: TABLE | P | W })).toMatchObject({ by: "V", traced: true });
    expect(rig.access((3 * 0x400000 + AT) as Gva, READ).physical).toBe(OTHER_DATA);
    expect(rig.get(DATA)).toBe(0);
  });
});

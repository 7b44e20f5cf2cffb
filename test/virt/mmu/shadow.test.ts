import { expect, test } from "vitest";
import { shadow } from "../../../src/virt/mmu/shadow.ts";
import { AT, D, DATA, ia32, P, PTE, pagerCases, READ, ROOT, W } from "./pager.cases.ts";

pagerCases("naive shadows", shadow);

test("a load of CR3 empties the shadow: what was mapped comes back by another hidden fault", () => {
  const rig = ia32(shadow, P | W | D);
  for (let i = 0; i < 3; i++) {
    expect([rig.access(AT, READ).faults, rig.access(AT, READ).faults]).toEqual([1, 0]);
    rig.load(ROOT);
    expect(rig.shadow(AT)).toBe("hole");
  }
  expect(rig.count("hiddenFault")).toBe(3);
});

test("the guest's tables are written to like any memory, and count from INVLPG on", () => {
  const rig = ia32(shadow, P | W);
  rig.access(AT, READ);
  rig.dma(PTE, 0x21000 | P | W);
  rig.pager.written(PTE as never, 4);
  expect([rig.shadow(AT), rig.count("tracedWrite")]).toEqual([`${DATA.toString(16)} R-X supervisor`, 0]);
});

/** ASIDs: what outlives a #VMEXIT, and what TLB_CONTROL and INVLPGA take (AMD APM Vol. 2, 15.16). */
import { expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { TLB_CONTROL } from "../../../src/machine/svm/asid.ts";
import { CONTROL, STATE } from "../../../src/machine/svm/vmcb.ts";
import { PAGES, PROGRAM, SvmRig } from "./rig.ts";

const GLOBAL = 0x100;
const PGE = 0x80;

/** Walks of one round of a guest that reads a page and halts: one for the code, one for the data when nothing is known. */
function round(rig: SvmRig, asid = 1, control: number = TLB_CONTROL.nothing): number {
  const before = rig.trace.count("walk");
  rig.vmcb.set32(CONTROL.asid, asid);
  rig.vmcb.set32(CONTROL.tlbControl, control);
  rig.vmcb.set64(STATE.rip, PROGRAM);
  expect(rig.run("mov eax, [0x9000]\n hlt")).toBe("hlt");
  return rig.trace.count("walk") - before;
}

function rig(global = false): SvmRig {
  const made = new SvmRig();
  made.vmcb.set64(STATE.cr4, 0x10 | PGE);
  if (global) made.write32(PAGES, 0x83 | GLOBAL);
  return made;
}

test("translations outlive the exit, and each ASID has its own", () => {
  const one = rig();
  expect([round(one), round(one), round(one, 2), round(one, 2), round(one)]).toEqual([2, 0, 2, 0, 0]);
});

test.each([
  ["nothing", TLB_CONTROL.nothing, [0, 0]],
  ["everything", TLB_CONTROL.everything, [2, 2]],
  ["the guest's", TLB_CONTROL.asid, [2, 0]],
  ["the guest's but for global pages", TLB_CONTROL.asidButGlobals, [2, 0]],
] as const)("TLB_CONTROL: %s", (_name, control, walks) => {
  const one = rig();
  round(one);
  round(one, 2);
  expect([round(one, 1, control), round(one, 2)]).toEqual(walks);
});

test("a global page outlives a flush of all but global pages, and not one of the ASID", () => {
  const one = rig(true);
  expect([
    round(one),
    round(one, 1, TLB_CONTROL.asidButGlobals),
    round(one, 1, TLB_CONTROL.asid),
    round(one, 1, TLB_CONTROL.everything),
  ]).toEqual([2, 0, 2, 2]);
});

test("INVLPGA takes a page of one ASID", () => {
  const one = rig();
  round(one);
  round(one, 2);
  const before = one.clock.now;
  one.svm.invlpga(0x400000 as Gva, 1);
  expect(round(one)).toBe(0);
  one.svm.invlpga(0x12345 as Gva, 1);
  expect([round(one, 2), round(one)]).toEqual([0, 2]);
  expect(one.clock.now).toBeGreaterThan(before);
});

/** VPIDs: what outlives an exit, and what INVVPID and INVEPT take (SDM Vol. 3, 28.3). */
import { expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { GENERATIONS, type VmxCapabilities } from "../../../src/machine/vmx/capabilities.ts";
import { CPU, CPU2 } from "../../../src/machine/vmx/controls.ts";
import { PAGES, PROGRAM, SmallGuest } from "../../../src/machine/vmx/small-guest.ts";
import { INVEPT, INVVPID } from "../../../src/machine/vmx/vpid.ts";

const DATA = 0x9000;
const FLUSHING = PROGRAM + 256;

/** A guest that reads a page and halts, again and again; `vpid` 0: without. */
function reader(vpid: number): SmallGuest {
  const rig = new SmallGuest();
  rig.or("primaryControls", CPU.secondary);
  if (vpid !== 0) {
    rig.or("secondaryControls", CPU2.vpid);
    rig.set("vpid", vpid);
  }
  const read = `mov eax, [${DATA}]\n hlt`;
  rig.load(
    `again: ${read}\n jmp again\n align 256\n flushing: mov eax, cr3\n mov cr3, eax\n ${read}\n jmp flushing`,
  );
  return rig;
}

/** Walks of one round: one for the code and one for the data when nothing is known. */
function round(rig: SmallGuest): number {
  const before = rig.trace.count("walk");
  expect(rig.go()).toBe("hlt");
  rig.set("guestRip", rig.get("guestRip") + 1);
  return rig.trace.count("walk") - before;
}

test("with a VPID translations outlive the exit, without they do not", () => {
  const [with1, without] = [reader(1), reader(0)];
  expect([round(with1), round(with1), round(with1)]).toEqual([2, 0, 0]);
  expect([round(without), round(without)]).toEqual([2, 2]);
});

test("another VPID has translations of its own", () => {
  const rig = reader(1);
  expect([round(rig), round(rig)]).toEqual([2, 0]);
  rig.set("vpid", 2);
  expect([round(rig), round(rig)]).toEqual([2, 0]);
  rig.set("vpid", 1);
  expect(round(rig)).toBe(0);
});

test.each([
  ["INVVPID of the page of the data", INVVPID.address, 1, 0x400000 - 1, 2],
  ["INVVPID of another page", INVVPID.address, 1, 0x400000, 0],
  ["INVVPID of the VPID", INVVPID.context, 1, 0, 2],
  ["INVVPID of another VPID", INVVPID.context, 2, 0, 0],
  ["INVVPID of all VPIDs", INVVPID.all, 0, 0, 2],
  ["INVVPID but for global pages", INVVPID.contextButGlobals, 1, 0, 2],
])("%s", (_name, type, vpid, at, walks) => {
  const rig = reader(1);
  round(rig);
  rig.vmx.invvpid(type, vpid, at as Gva);
  expect(round(rig)).toBe(walks);
});

test("a global page stays with type 3 and goes with type 1", () => {
  const rig = reader(1);
  rig.write32(PAGES, 0x183);
  rig.set("guestCr4", rig.get("guestCr4") | 0x80);
  expect([round(rig), round(rig)]).toEqual([2, 0]);
  rig.vmx.invvpid(INVVPID.contextButGlobals, 1);
  expect(round(rig)).toBe(0);
  rig.vmx.invvpid(INVVPID.context, 1);
  expect(round(rig)).toBe(2);
});

test("the guest's MOV CR3 flushes its own VPID alone", () => {
  const rig = reader(2);
  round(rig);
  rig.set("vpid", 1);
  rig.set("primaryControls", rig.get("primaryControls") & ~(CPU.cr3Load | CPU.cr3Store));
  rig.set("guestRip", FLUSHING);
  // The next instruction's page is looked for anew.
  expect([round(rig), round(rig)]).toEqual([3, 2]);
  rig.set("vpid", 2);
  rig.set("guestRip", PROGRAM);
  expect(round(rig)).toBe(0);
});

test("what is wrong with an operand is told, and costs its time", () => {
  const rig = reader(1);
  const before = rig.clock.now;
  expect(() => rig.vmx.invvpid(INVVPID.context, 0)).toThrow("VMfailValid(28): INVVPID: VPID 0 is the host's");
  expect(() => rig.vmx.invvpid(INVVPID.context, 65536)).toThrow("more than 16 bits");
  expect(() => rig.vmx.invvpid(4, 1)).toThrow("there is no type 4");
  expect(() => rig.vmx.invept(0)).toThrow("INVEPT: there is no type 0");
  expect(rig.get("instructionError")).toBe(28);
  expect(rig.clock.now).toBeGreaterThan(before);
  rig.vmx.invept(INVEPT.all);
  const old = new SmallGuest(GENERATIONS[0] as VmxCapabilities);
  expect(() => old.vmx.invvpid(INVVPID.all, 0)).toThrow("no VPIDs");
  expect(() => old.vmx.invept(INVEPT.all)).toThrow("no EPT");
});

test("a VM entry with VPIDs wants one that is not 0", () => {
  const rig = reader(0);
  rig.or("secondaryControls", CPU2.vpid);
  expect(rig.go()).toBe("failed: VPID 0, which is the host's");
  expect(rig.get("instructionError")).toBe(7);
});

/** EPT as a VMCS has it: what an exit tells (SDM Vol. 3, Table 27-7), PDPTEs in the VMCS, guests without paging. */
import { describe, expect, test } from "vitest";
import { CPU, CPU2, EPTP } from "../../../src/machine/vmx/controls.ts";
import { VIOLATION } from "../../../src/machine/vmx/ept.ts";
import { FIELDS } from "../../../src/machine/vmx/fields.ts";
import { PAGES, PROGRAM, Rig, STACK } from "./rig.ts";

const ROOT = 0x20000;
/** Where the page table for the guest's first 2 MiB is. */
const TABLE = ROOT + 0x3000;
const RWX = 7;
const WRITE_BACK = 6 << 3;
const FAR = 0x80000;

/** Guest-physical is host-physical, page by page. */
function rig({ secondary = 0, marks = false } = {}): Rig {
  const r = new Rig();
  for (const [at, next] of [
    [ROOT, ROOT + 0x1000],
    [ROOT + 0x1000, ROOT + 0x2000],
    [ROOT + 0x2000, TABLE],
  ] as const)
    r.write32(at, next | RWX);
  for (let page = 0; page < 256; page++) r.write32(TABLE + 8 * page, (page << 12) | RWX | WRITE_BACK);
  r.or("primaryControls", CPU.secondary);
  r.set("secondaryControls", CPU2.ept | secondary);
  r.set("eptPointer", ROOT | EPTP.writeBack | EPTP.fourLevels | (marks ? EPTP.marks : 0));
  return r;
}

const map = (r: Rig, gpa: number, bits: number) =>
  r.write32(TABLE + 8 * (gpa >> 12), bits === 0 ? 0 : gpa | bits);

/** Exit, qualification, guest-physical and linear address. */
const told = (r: Rig) => ({
  qualification: r.get("exitQualification"),
  physical: r.get("guestPhysicalAddress"),
  linear: r.get("guestLinearAddress"),
});

const { read, write, fetch, readable, writable, executable, linear, final } = VIOLATION;

describe("an EPT violation tells", () => {
  test.each([
    ["mov eax, [0x80010]", 0, read | linear | final, 0x80010],
    ["mov [0x80010], eax", 0, write | linear | final, 0x80010],
    ["add [0x80010], eax", 1 | WRITE_BACK, write | readable | linear | final, 0x80010],
    ["push dword [0x80010]", 4 | WRITE_BACK, read | executable | linear | final, 0x80010],
    ["jmp 0x80000", 3 | WRITE_BACK, fetch | readable | writable | linear | final, FAR],
  ])("%s under rights %i", (source, bits, qualification, physical) => {
    const r = rig();
    map(r, FAR, bits);
    expect(r.run(`nop\n${source}\nhlt`)).toBe("eptViolation");
    expect(told(r)).toEqual({ qualification, physical, linear: physical });
    const isFetch = (qualification & fetch) !== 0;
    expect(r.get("guestRip")).toBe(isFetch ? FAR : PROGRAM + 1);
    expect(r.get("idtVectoring")).toBe(0);
  });

  test("the monitor maps the page, and the instruction runs again", () => {
    const r = rig();
    map(r, FAR, 0);
    r.write32(FAR + 16, 77);
    r.answer = (name) => {
      if (name !== "eptViolation") return { stop: "exit" };
      map(r, FAR, RWX | WRITE_BACK);
      return r.again();
    };
    expect(r.run("mov eax, [0x80010]\nhlt")).toBe("hlt");
    expect(r.cpu.r32[0]).toBe(77);
    expect(r.exits).toEqual(["eptViolation", "vmexit hlt"].map((name) => name.replace("vmexit ", "")));
  });

  test("a guest's table that is not mapped: not the final access", () => {
    const r = rig();
    map(r, PAGES, 0);
    expect(r.run("hlt")).toBe("eptViolation");
    expect(told(r)).toEqual({ qualification: read | linear, physical: PAGES, linear: PROGRAM });
  });

  test("a guest's table that may not be written, and wants its accessed bit", () => {
    const r = rig();
    map(r, PAGES, 5 | WRITE_BACK);
    expect(r.run("hlt")).toBe("eptViolation");
    expect(told(r).qualification).toBe(write | readable | executable | linear);
  });

  test("with accessed and dirty flags tables are read and written", () => {
    const r = rig({ marks: true });
    map(r, PAGES, 5 | WRITE_BACK);
    expect(r.run("hlt")).toBe("eptViolation");
    expect(told(r).qualification).toBe(read | write | readable | executable | linear);
  });

  test("an event on its way is in the IDT-vectoring information, with its instruction's length", () => {
    const r = rig();
    map(r, STACK - 0x1000, 0);
    expect(r.run("int 0x30")).toBe("eptViolation");
    expect(r.get("idtVectoring")).toBe((1 << 31) | (4 << 8) | 0x30 | 0);
    expect(r.get("exitInstructionLength")).toBe(2);
    expect(r.get("guestRip")).toBe(PROGRAM);
    expect(r.get("guestRsp")).toBe(STACK);
  });

  test("so is an injected one", () => {
    const r = rig();
    map(r, STACK - 0x1000, 0);
    r.set("entryInterruption", (1 << 31) | (3 << 8) | (1 << 11) | 13);
    r.set("entryErrorCode", 0x18);
    expect(r.run("hlt")).toBe("eptViolation");
    expect(r.get("idtVectoring")).toBe((1 << 31) | (3 << 8) | (1 << 11) | 13 | 0);
    expect(r.get("idtVectoringErrorCode")).toBe(0x18);
  });
});

test("a misconfiguration is an exit of its own", () => {
  const r = rig();
  map(r, FAR, 2 | WRITE_BACK);
  expect(r.run("mov eax, [0x80010]\nhlt")).toBe("eptMisconfiguration");
  expect(r.get("guestPhysicalAddress")).toBe(FAR + 0x10);
});

test("the guest's own page fault is delivered by its own IDT, without an exit", () => {
  const r = rig();
  r.or("primaryControls", CPU.hlt);
  r.or("exceptionBitmap", 0);
  expect(r.run("mov eax, [0x400000]")).toBe("hlt");
  expect(r.exits).toEqual(["hlt"]);
  expect(r.cpu.cr2 | 0).toBe(0x400000);
});

describe("PAE's PDPTEs are the VMCS's", () => {
  const PDPT = 0x40000;
  const DIRECTORY = 0x41000;

  function withPae(): Rig {
    const r = rig();
    r.set("guestCr4", 0x2020);
    r.set("guestCr3", PDPT);
    // One page of 2 MiB; what memory holds is not valid.
    r.write32(PDPT, -1);
    r.write32(DIRECTORY, 0x83);
    r.set("guestPdpte0", DIRECTORY | 1);
    return r;
  }

  test("entries take them from there, and exits put them there", () => {
    const r = withPae();
    const halts = `mov dword [${PDPT}], ${DIRECTORY | 1}\nmov dword [${PDPT + 4}], 0\nmov eax, ${PDPT}\nmov cr3, eax\nhlt`;
    r.set("primaryControls", r.get("primaryControls") & ~(CPU.cr3Load | CPU.cr3Store));
    r.write32(PDPT + 8, DIRECTORY | 1);
    expect(r.run(halts)).toBe("hlt");
    expect(r.get("guestPdpte1")).toBe(DIRECTORY | 1);
  });

  test("reserved bits there fail the entry", () => {
    const r = withPae();
    r.set("guestPdpte0", DIRECTORY | 3);
    expect(r.run("hlt")).toContain("PDPTE");
  });
});

describe("an unrestricted guest", () => {
  test("runs in real mode", () => {
    const r = rig({ secondary: CPU2.unrestricted });
    r.set("guestCr0", 0x30);
    r.set("guestCr4", 0x2000);
    for (const name of ["Cs", "Ss", "Ds", "Es", "Fs", "Gs"] as const) {
      r.set(`guest${name}`, 0x1000);
      r.vmcs.set(FIELDS[`guest${name}Base`], 0x10000);
      r.set(`guest${name}Limit`, 0xffff);
      r.set(`guest${name}Access`, 0x93);
    }
    r.set("guestRip", 0);
    r.set("guestRsp", 0x8000);
    r.bus.ram.set([0xb8, 0x34, 0x12, 0x50, 0x5b, 0xf4], 0x10000);
    expect(r.go()).toBe("hlt");
    expect(r.cpu.r32[6]).toBe(0x1234);
  });

  test("without it, or without EPT, such a guest is not entered", () => {
    const r = rig();
    r.set("guestCr0", 0x30);
    expect(r.go()).toContain("CR0");
    const s = new Rig();
    s.or("primaryControls", CPU.secondary);
    s.set("secondaryControls", CPU2.unrestricted);
    expect(s.go()).toContain("without EPT");
  });
});

/** What a VM entry injects goes through the guest's IDT as if it had happened there (SDM Vol. 3, 26.6); TPR shadow (25.1.3, 29.1.1). */
import { describe, expect, test } from "vitest";
import { CPU, PIN } from "../../../src/machine/vmx/controls.ts";
import { BITMAP_A, HANDLERS, PROGRAM, Rig, STACK } from "./rig.ts";

const event = (type: number, vector: number, more = 0) => vector | (type << 8) | more | (1 << 31) | 0;
const ERROR = 1 << 11;

describe("events", () => {
  test.each([
    ["external interrupt", 0, 0x31, 0],
    ["NMI", 2, 2, 0],
    ["hardware exception", 3, 6, 0],
    ["hardware exception with an error code", 3, 13, ERROR],
    ["software interrupt", 4, 0x80, 0],
    ["privileged software exception", 5, 1, 0],
    ["software exception", 6, 3, 0],
  ] as const)("%s", (_, type, vector, more) => {
    const rig = new Rig();
    rig.set("guestRflags", 0x202);
    rig.set("entryInterruption", event(type, vector, more));
    rig.set("entryErrorCode", 0x1234);
    rig.set("entryInstructionLength", 2);
    // An injected event is not intercepted itself.
    rig.set("exceptionBitmap", -1);
    expect(rig.run("nop\nnop\nhlt")).toBe("hlt");
    expect(rig.get("guestRip")).toBe(HANDLERS + 8 * vector);
    const { view } = rig.bus;
    const sp = rig.get("guestRsp");
    expect(sp).toBe(STACK - (more === ERROR ? 16 : 12));
    if (more === ERROR) expect(view.getUint32(sp, true)).toBe(0x1234);
    const frame = more === ERROR ? sp + 4 : sp;
    expect(view.getUint32(frame, true)).toBe(type >= 4 ? PROGRAM + 2 : PROGRAM);
    expect(view.getUint32(frame + 8, true)).toBe(type === 3 ? 0x10202 : 0x202);
    expect(rig.get("interruptibility")).toBe(type === 2 ? 8 : 0);
    // It is not injected again.
    expect(rig.get("entryInterruption") >>> 31).toBe(0);
  });

  test("a fault on its way exits before any double fault, and tells of it; the guest has not changed", () => {
    const rig = new Rig();
    rig.set("entryInterruption", event(3, 14, ERROR));
    rig.set("entryErrorCode", 2);
    rig.set("guestRsp", 0x500000);
    rig.set("exceptionBitmap", 1 << 14);
    expect(rig.run("hlt")).toBe("exception");
    expect(rig.get("exitInterruption") >>> 0).toBe(0x80000b0e);
    expect(rig.get("exitQualification")).toBe(0x4ffffc);
    expect(rig.get("idtVectoring") >>> 0).toBe(0x80000b0e);
    expect(rig.get("idtVectoringErrorCode")).toBe(2);
    expect([rig.get("guestRip"), rig.get("guestRsp")]).toEqual([PROGRAM, 0x500000]);
  });

  test("faults that nobody intercepts escalate in the guest: two page faults are a double fault", () => {
    const rig = new Rig();
    rig.set("entryInterruption", event(3, 14, ERROR));
    rig.write32(0x2000 + 8 * 14 + 4, 0);
    rig.set("exceptionBitmap", 1 << 8);
    expect(rig.run("hlt")).toBe("exception");
    expect(rig.get("exitInterruption") & 0xff).toBe(8);
  });

  test("a storm: a hypervisor that answers every exit by an injection does not call itself", () => {
    const rig = new Rig();
    rig.set("guestRflags", 0x202);
    let left = 3000;
    rig.answer = () => {
      if (left-- === 0) return { stop: "enough" };
      rig.set("guestRip", PROGRAM);
      rig.set("guestRsp", STACK);
      rig.set("guestRflags", 0x202);
      rig.set("entryInterruption", event(0, 0x40));
      return rig.again();
    };
    // The handlers are HLTs.
    expect(rig.run("hlt", 100_000)).toBe("hlt");
    expect(rig.exits).toHaveLength(3001);
  });

  test("a pending single step is delivered after the entry", () => {
    const rig = new Rig();
    rig.set("pendingDebug", 1 << 14);
    expect(rig.run("nop\nhlt")).toBe("hlt");
    expect(rig.get("guestRip")).toBe(HANDLERS + 8);
    expect((rig.cpu.dr[6] as number) & 0x4000).toBe(0x4000);
  });

  test("MOV SS's shadow holds interrupts back for one instruction more", () => {
    const rig = new Rig();
    rig.set("interruptibility", 2);
    rig.set("guestRflags", 0x202);
    rig.or("primaryControls", CPU.interruptWindow);
    expect(rig.run("nop\nnop")).toBe("interruptWindow");
    expect(rig.get("guestRip")).toBe(PROGRAM + 1);
  });
});

describe("CR8", () => {
  /** 64-bit code: CR8 is there only. */
  function wide(): Rig {
    const rig = new Rig();
    rig.cpu.efer |= 0x500;
    rig.or("exitControls", 1 << 9);
    rig.or("entryControls", 1 << 9);
    rig.set("hostCr4", 0x2030);
    rig.set("guestCr4", 0x2020);
    rig.set("guestCr3", 0xc000);
    rig.set("hostCr3", 0xc000);
    rig.write32(0xc000, 0xd003);
    rig.write32(0xd000, 0xe003);
    rig.write32(0xe000, 0x83);
    rig.set("guestCsAccess", 0xa09b);
    rig.set("virtualApic", BITMAP_A);
    return rig;
  }
  const code = (source: string, rig: Rig) => rig.run(`bits 64\n${source}`);

  test("with a TPR shadow it is the byte at 80h of the virtual-APIC page", () => {
    const rig = wide();
    rig.or("primaryControls", CPU.tprShadow);
    rig.bus.ram[BITMAP_A + 0x80] = 0x50;
    expect(code("mov rax, cr8\nmov ecx, 9\nmov cr8, rcx\nhlt", rig)).toBe("hlt");
    expect(rig.cpu.r32[0]).toBe(5);
    expect(rig.bus.ram[BITMAP_A + 0x80]).toBe(0x90);
    expect(rig.cpu.cr8).toBe(0);
  });

  test("below the threshold it exits after the instruction", () => {
    const rig = wide();
    rig.or("primaryControls", CPU.tprShadow);
    rig.bus.ram[BITMAP_A + 0x80] = 0x50;
    rig.set("tprThreshold", 5);
    expect(code("mov ecx, 4\nmov cr8, rcx\nhlt", rig)).toBe("tprBelowThreshold");
    expect(rig.get("guestRip")).toBe(PROGRAM + 9);
    expect(rig.bus.ram[BITMAP_A + 0x80]).toBe(0x40);
  });

  test("exits by the controls, with its qualification", () => {
    const rig = wide();
    rig.or("primaryControls", CPU.cr8Load | CPU.cr8Store);
    expect(code("mov cr8, rcx", rig)).toBe("crAccess");
    expect(rig.get("exitQualification")).toBe(0x108);
    const store = wide();
    store.or("primaryControls", CPU.cr8Store);
    expect(code("mov rdx, cr8", store)).toBe("crAccess");
    expect(store.get("exitQualification")).toBe(0x218);
  });

  test("a 64-bit guest comes back with 64-bit state, and the host is where it was", () => {
    const rig = wide();
    rig.or("pinControls", PIN.externalInterrupt);
    expect(code("mov rax, 0x123456789abcdef0\nmov rsp, rax\nhlt", rig)).toBe("hlt");
    expect(rig.vmcs.getHigh(0x681c)).toBe(0x12345678);
    expect(rig.cpu.wide).toBe(true);
    expect(rig.get("entryControls") & (1 << 9)).not.toBe(0);
  });
});

/** SVM (AMD APM Vol. 2, chapter 15): what VMRUN refuses, what leaves a guest and with what, what is injected. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  CONTROL,
  EVENT,
  INTERCEPT,
  INTERCEPT2,
  STATE,
  VIRTUAL,
  Vmcb,
} from "../../../src/machine/svm/vmcb.ts";
import { BITMAPS, HANDLERS, IDT, PROGRAM, STACK, SvmRig, TSS, VMCB } from "./rig.ts";

test("a guest runs, and HLT leaves it; the host is what it was", () => {
  const rig = new SvmRig();
  rig.cpu.ip = 0x1234;
  rig.cpu.r32[0] = 77;
  expect(rig.run("mov eax, 5\nadd eax, 6\nmov ebx, eax\nhlt")).toBe("hlt");
  expect(rig.vmcb.get(STATE.rax)).toBe(11);
  expect(rig.vmcb.get(STATE.rip)).toBe(PROGRAM + 10);
  // RAX is the host's again, other general registers are software's business.
  expect([rig.cpu.r32[0], rig.cpu.r32[6], rig.cpu.ip]).toEqual([77, 11, 0x1234]);
  expect(rig.paid).toEqual(["vmEntry", "vmExit"]);
});

describe("VMRUN's consistency checks (15.5.1): #VMEXIT −1, and nothing has changed", () => {
  const event = (type: number, vector: number, more = 0) => vector | (type << 8) | more | EVENT.valid | 0;
  const set64 =
    (at: number, low: number, high = 0) =>
    (vmcb: Vmcb) =>
      vmcb.set64(at, low, high);
  const or = (at: number, bits: number) => (vmcb: Vmcb) => vmcb.set32(at, vmcb.get(at) | bits);

  test.each<[rule: string, broken: (vmcb: Vmcb) => void]>([
    ["EFER.SVME", set64(STATE.efer, 0)],
    ["EFER: a reserved", set64(STATE.efer, 0x1002)],
    ["EFER: a reserved", set64(STATE.efer, 0x1000, 1)],
    ["CR0.NW", or(STATE.cr0, 1 << 29)],
    ["CR0: bits", set64(STATE.cr0, 0x80000031 | 0, 1)],
    ["CR3", set64(STATE.cr3, 0x4000, 1 << 8)],
    ["CR4", set64(STATE.cr4, 1 << 14)],
    ["CR4", set64(STATE.cr4, 0, 1)],
    ["DR6", set64(STATE.dr6, 0, 1)],
    ["DR7", set64(STATE.dr7, 0, 1)],
    ["CR4.PAE", set64(STATE.efer, 0x1100)],
    [
      "CR0.PE",
      (vmcb) => {
        vmcb.set64(STATE.efer, 0x1100);
        vmcb.set64(STATE.cr4, 0x20);
        vmcb.set64(STATE.cr0, 0x80000010 | 0);
      },
    ],
    [
      "CS.L and CS.D",
      (vmcb) => {
        vmcb.set64(STATE.efer, 0x1100);
        vmcb.set64(STATE.cr4, 0x20);
        vmcb.set16(STATE.cs + 2, 0xe9b);
      },
    ],
    ["VMRUN is not", (vmcb) => vmcb.set32(CONTROL.moreIntercepts, 0)],
    ["I/O bitmap", set64(CONTROL.ioBitmap, -4096, 15)],
    ["MSR bitmap", set64(CONTROL.msrBitmap, 0, 16)],
    ["ASID", (vmcb) => vmcb.set32(CONTROL.asid, 0)],
    [
      "nested CR3",
      (vmcb) => {
        vmcb.set64(CONTROL.nestedPaging, 1);
        vmcb.set64(CONTROL.nestedCr3, 0x4000, 1 << 8);
      },
    ],
    ["reserved type", set64(CONTROL.eventInjection, event(1, 32))],
    ["reserved type", set64(CONTROL.eventInjection, event(5, 1))],
    ["an exception that there is not", set64(CONTROL.eventInjection, event(3, 2))],
    ["an exception that there is not", set64(CONTROL.eventInjection, event(3, 32))],
    ["error code for an exception", set64(CONTROL.eventInjection, event(3, 6, EVENT.error))],
    [
      "PDPTE",
      (vmcb) => {
        vmcb.set64(STATE.cr4, 0x20);
        vmcb.set64(STATE.cr3, 0xa000);
      },
    ],
  ])("%s", (rule, broken) => {
    const rig = new SvmRig();
    rig.write32(0xa000, 3);
    broken(rig.vmcb);
    const outside = () => {
      const ram = rig.bus.ram.slice();
      ram.fill(0, VMCB, VMCB + 0x2000);
      const { cpu } = rig;
      return [
        createHash("md5").update(ram).digest("hex"),
        ...cpu.r32,
        cpu.cr0,
        cpu.cr3,
        cpu.cr4,
        cpu.ip,
        cpu.guest,
      ];
    };
    const before = outside();
    rig.svm.vmload(rig.vmcb);
    const result = rig.svm.vmrun(rig.vmcb);
    expect(result.kind === "invalid" && result.rule).toContain(rule);
    expect([rig.vmcb.get(CONTROL.exitCode), rig.vmcb.getHigh(CONTROL.exitCode)]).toEqual([-1, -1]);
    expect(outside()).toEqual(before);
  });
});

describe("instructions", () => {
  const first = (bits: number) => (rig: SvmRig) => rig.or(CONTROL.intercepts, bits);
  const second = (bits: number) => (rig: SvmRig) => rig.or(CONTROL.moreIntercepts, bits);
  const IO = first(INTERCEPT.io);

  test.each<[source: string, intercept: (rig: SvmRig) => void, exit: string, info1?: number]>([
    ["cpuid", first(INTERCEPT.cpuid), "cpuid"],
    ["cpuid", () => {}, "hlt"],
    ["mov ebx, cr0", (rig) => rig.vmcb.set16(CONTROL.crReads, 1), "crRead0", 3],
    ["mov ebx, cr3", (rig) => rig.vmcb.set16(CONTROL.crReads, 1), "hlt"],
    ["smsw ax", (rig) => rig.vmcb.set16(CONTROL.crReads, 1), "crRead0"],
    ["mov cr3, ecx", (rig) => rig.vmcb.set16(CONTROL.crWrites, 8), "crWrite3", 1],
    ["clts", (rig) => rig.vmcb.set16(CONTROL.crWrites, 1), "crWrite0"],
    ["mov eax, dr7", (rig) => rig.vmcb.set16(CONTROL.drReads, 0x80), "drRead7", 0],
    ["mov dr0, eax", (rig) => rig.vmcb.set16(CONTROL.drWrites, 1), "drWrite0", 0],
    ["rdtsc", first(INTERCEPT.rdtsc), "rdtsc"],
    ["rdtscp", second(INTERCEPT2.rdtscp), "rdtscp"],
    ["pushfd", first(INTERCEPT.pushf), "pushf"],
    ["nop\nnop\npushfd\nnop", first(INTERCEPT.pushf), "pushf"],
    ["popfd", first(INTERCEPT.popf), "popf"],
    ["iretd", first(INTERCEPT.iret), "iret"],
    ["int 0x80", first(INTERCEPT.intn), "swint"],
    ["db 0xf1", second(INTERCEPT2.icebp), "icebp"],
    ["invd", first(INTERCEPT.invd), "invd"],
    ["pause", first(INTERCEPT.pause), "pause"],
    ["wbinvd", second(INTERCEPT2.wbinvd), "wbinvd"],
    ["invlpg [0x123456]", first(INTERCEPT.invlpg), "invlpg", 0x123456],
    ["sidt [0x8000]", first(INTERCEPT.idtrRead), "idtrRead"],
    ["sgdt [0x8000]", first(INTERCEPT.gdtrRead), "gdtrRead"],
    ["lgdt [0x8000]", first(INTERCEPT.gdtrWrite), "gdtrWrite"],
    ["sldt ax", first(INTERCEPT.ldtrRead), "ldtrRead"],
    ["ltr ax", first(INTERCEPT.trWrite), "trWrite"],
    ["in al, 0x84", IO, "io", 1 | (1 << 4) | (4 << 6) | (3 << 10) | (0x84 << 16)],
    ["in al, 0x80", IO, "hlt"],
    ["mov dx, 0x83\nout dx, eax", IO, "io", (4 << 4) | (4 << 6) | (3 << 10) | (0x83 << 16)],
    ["mov ecx, 0x174\nrdmsr", first(INTERCEPT.msr), "msr", 0],
    ["mov ecx, 0x174\nwrmsr", first(INTERCEPT.msr), "hlt"],
    ["mov ecx, 0xc0000080\nwrmsr", first(INTERCEPT.msr), "msr", 1],
    ["mov ecx, 0x12345678\nwrmsr", first(INTERCEPT.msr), "msr", 1],
    ["vmrun", () => {}, "vmrun"],
    ["vmmcall", second(INTERCEPT2.vmmcall), "vmmcall"],
    ["stgi", second(INTERCEPT2.stgi), "stgi"],
  ])("%s", (source, intercept, exit, info1) => {
    const rig = new SvmRig();
    // Port 84h; RDMSR of 174h and WRMSR of EFER.
    rig.bus.ram[BITMAPS + 0x10] = 0x10;
    rig.bus.ram[BITMAPS + 0x3000 + 0x5d] = 1;
    rig.bus.ram[BITMAPS + 0x3800 + 0x20] = 2;
    intercept(rig);
    expect(rig.run(`${source}\nhlt`)).toBe(exit);
    if (info1 !== undefined) expect(rig.vmcb.get(CONTROL.exitInfo1)).toBe(info1);
  });

  test("VMMCALL and SVM's own without their intercept are #UD", () => {
    const rig = new SvmRig();
    rig.vmcb.set32(CONTROL.exceptions, 1 << 6);
    expect(rig.run("vmmcall")).toBe("exception6");
  });
});

describe("exceptions", () => {
  test("#PF: error code and address, CR2 being left alone", () => {
    const rig = new SvmRig();
    rig.vmcb.set32(CONTROL.exceptions, 1 << 14);
    expect(rig.run("mov eax, 0x1234\nmov cr2, eax\nmov dword [0x500000], 1")).toBe("exception14");
    expect([rig.vmcb.get(CONTROL.exitInfo1), rig.vmcb.get(CONTROL.exitInfo2)]).toEqual([2, 0x500000]);
  });

  test("a fault on the way to a handler tells of what was on its way", () => {
    const rig = new SvmRig();
    rig.write32(IDT + 8 * 6, 0x00f80000);
    rig.vmcb.set32(CONTROL.exceptions, 1 << 13);
    expect(rig.run("ud2")).toBe("exception13");
    expect(rig.vmcb.get(CONTROL.exitInterruption) >>> 0).toBe(0x80000306);
  });

  test("a shutdown, a task switch", () => {
    const rig = new SvmRig();
    rig.vmcb.set32(STATE.idtr + 4, 0);
    expect(rig.run("ud2")).toBe("shutdown");
    const task = new SvmRig();
    task.or(CONTROL.intercepts, INTERCEPT.taskSwitch);
    task.vmcb.set32(STATE.gdtr + 4, 47);
    task.write32(0x1028, 0x67 | (0x3800 << 16));
    task.write32(0x102c, 0x8900);
    expect(task.run("jmp 0x28:0")).toBe("taskSwitch");
    expect([task.vmcb.get(CONTROL.exitInfo1), task.vmcb.getHigh(CONTROL.exitInfo2)]).toEqual([0x28, 1 << 6]);
    expect(task.vmcb.get16(STATE.tr)).toBe(24);
    expect(TSS).toBe(0x3000);
  });
});

describe("interrupts", () => {
  const pending = (rig: SvmRig) => {
    rig.cpu.irq = { pending: () => true, acknowledge: () => 0x31, taskPriority: 0 };
  };

  test("with V_INTR_MASKING the host's IF decides, and the interrupt stays with its controller", () => {
    const rig = new SvmRig();
    pending(rig);
    rig.or(CONTROL.intercepts, INTERCEPT.intr);
    rig.vmcb.set32(CONTROL.virtualInterrupt, VIRTUAL.masking);
    rig.cpu.flags.value = 0x202;
    expect(rig.run("nop\nhlt")).toBe("intr");
    const deaf = new SvmRig();
    pending(deaf);
    deaf.or(CONTROL.intercepts, INTERCEPT.intr);
    deaf.vmcb.set32(CONTROL.virtualInterrupt, VIRTUAL.masking);
    deaf.cpu.flags.value = 2;
    expect(deaf.run("nop\nhlt")).toBe("hlt");
  });

  test("a virtual interrupt's intercept opens when the guest's IF does, after STI's shadow", () => {
    const rig = new SvmRig();
    rig.or(CONTROL.intercepts, INTERCEPT.vintr);
    rig.vmcb.set32(CONTROL.virtualInterrupt, VIRTUAL.irq);
    expect(rig.run("nop\nsti\nnop\nnop\nhlt")).toBe("vintr");
    expect(rig.vmcb.get(STATE.rip)).toBe(PROGRAM + 3);
  });

  test.each([
    ["an interrupt", 0, 0x31, -1],
    ["an NMI", 2, 2, -1],
    ["an exception", 3, 6, -1],
    ["an exception with an error code", 3, 13, 0x1234],
    ["a software interrupt", 4, 0x80, -1],
  ] as const)("injection of %s", (_, type, vector, error) => {
    const rig = new SvmRig();
    rig.vmcb.set32(CONTROL.exceptions, -1);
    const information = vector | (type << 8) | (error >= 0 ? EVENT.error : 0) | EVENT.valid;
    rig.vmcb.set64(CONTROL.eventInjection, information, Math.max(error, 0));
    expect(rig.run("nop\nhlt")).toBe("hlt");
    expect(rig.vmcb.get(STATE.rip)).toBe(HANDLERS + 8 * vector);
    const sp = rig.vmcb.get(STATE.rsp);
    expect(sp).toBe(STACK - (error >= 0 ? 16 : 12));
    if (error >= 0) expect(rig.bus.view.getUint32(sp, true)).toBe(error);
    expect(rig.vmcb.get(CONTROL.eventInjection) >>> 31).toBe(0);
  });
});

test("a VMCB is a page of the memory", () => {
  const rig = new SvmRig();
  expect(() => new Vmcb(rig.bus, 0x100)).toThrow(RangeError);
  expect(() => new Vmcb(rig.bus, 1 << 20)).toThrow(RangeError);
});

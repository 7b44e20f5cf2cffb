/** Every exit reason that a guest can reach, with what it tells (SDM Vol. 3, chapters 25 and 27). */
import { describe, expect, test } from "vitest";
import { CPU, CPU2, EXIT_CONTROL, PIN } from "../../../src/machine/vmx/controls.ts";
import type { FieldName } from "../../../src/machine/vmx/fields.ts";
import { REASON } from "../../../src/machine/vmx/reasons.ts";
import { BITMAP_A, BITMAP_B, HANDLERS, PROGRAM, Rig, STACK, TSS } from "./rig.ts";

test("a guest runs, and HLT leaves it: state, length and cost", () => {
  const rig = new Rig();
  expect(rig.run("mov eax, 5\nadd eax, 6\nhlt")).toBe("hlt");
  expect(rig.cpu.r32[0]).toBe(11);
  expect(rig.get("guestRip")).toBe(PROGRAM + 8);
  expect(rig.get("exitInstructionLength")).toBe(1);
  expect(rig.cpu.guest).toBe(null);
  expect(rig.cpu.ip).toBe(HANDLERS);
  expect(rig.paid).toEqual(["vmEntry", "vmExit"]);
});

test("the guest goes on where the hypervisor says", () => {
  const rig = new Rig();
  rig.answer = (name) => (name === "cpuid" ? rig.skip() : { stop: name });
  expect(rig.run("mov ecx, 3\nagain: cpuid\nloop again\nhlt")).toBe("hlt");
  expect(rig.exits).toEqual(["cpuid", "cpuid", "cpuid", "hlt"]);
});

interface Case {
  /** In ring 0, after `push 0; popfd`; a HLT follows. */
  readonly source: string;
  readonly primary?: number;
  readonly secondary?: number;
  readonly exits: string;
  readonly qualification?: number;
  readonly length?: number;
}

const IO = (size: number, port: number, bits = 0) => (size - 1) | bits | (port << 16);
const IN = 8;
const STRING = 16;
const REP = 32;
const IMMEDIATE = 64;

const CASES: readonly Case[] = [
  { source: "cpuid", exits: "cpuid", length: 2 },
  { source: "invd", exits: "invd", length: 2 },
  { source: "wbinvd", secondary: CPU2.wbinvd, exits: "wbinvd", length: 2 },
  { source: "wbinvd", exits: "hlt" },
  { source: "pause", primary: CPU.pause, exits: "pause", length: 2 },
  { source: "pause", exits: "hlt" },
  { source: "rdtsc", primary: CPU.rdtsc, exits: "rdtsc", length: 2 },
  { source: "rdtsc", exits: "hlt" },
  { source: "rdtscp", primary: CPU.rdtsc, secondary: CPU2.rdtscp, exits: "rdtscp", length: 3 },
  { source: "rdpmc", primary: CPU.rdpmc, exits: "rdpmc", length: 2 },
  { source: "invlpg [0x123456]", primary: CPU.invlpg, exits: "invlpg", qualification: 0x123456, length: 7 },
  { source: "invlpg [0x123456]", exits: "hlt" },
  {
    source: "invpcid eax, [0x8000]",
    primary: CPU.invlpg,
    secondary: CPU2.invpcid,
    exits: "invpcid",
    qualification: 0x8000,
  },
  { source: "mov ecx, 0x174\nrdmsr", exits: "rdmsr", length: 2 },
  { source: "mov ecx, 0x174\nwrmsr", exits: "wrmsr", length: 2 },
  { source: "mov ecx, 0x174\nrdmsr", primary: CPU.msrBitmaps, exits: "hlt" },
  { source: "mov ecx, 0x12345678\nrdmsr", primary: CPU.msrBitmaps, exits: "rdmsr" },
  { source: "mov cr3, eax", primary: CPU.cr3Load, exits: "crAccess", qualification: 3, length: 3 },
  { source: "mov ebx, cr3", primary: CPU.cr3Store, exits: "crAccess", qualification: 0x313, length: 3 },
  { source: "mov ebx, cr3", exits: "hlt" },
  { source: "mov dr3, ebp", primary: CPU.movDr, exits: "movDr", qualification: 0x503, length: 3 },
  { source: "mov ebp, dr7", primary: CPU.movDr, exits: "movDr", qualification: 0x517, length: 3 },
  { source: "mov dr3, ebp", exits: "hlt" },
  {
    source: "in al, 0x80",
    primary: CPU.io,
    exits: "io",
    qualification: IO(1, 0x80, IN | IMMEDIATE),
    length: 2,
  },
  { source: "mov dx, 0x3f8\nout dx, eax", primary: CPU.io, exits: "io", qualification: IO(4, 0x3f8) },
  { source: "mov dx, 0x1f0\nin ax, dx", primary: CPU.io, exits: "io", qualification: IO(2, 0x1f0, IN) },
  {
    source: "mov dx, 0x1f0\nmov ecx, 4\nrep insw",
    primary: CPU.io,
    exits: "io",
    qualification: IO(2, 0x1f0, IN | STRING | REP),
  },
  { source: "mov dx, 0x1f0\nxor ecx, ecx\nrep insw", primary: CPU.io, exits: "hlt" },
  { source: "mov dx, 0x1f0\noutsb", primary: CPU.io, exits: "io", qualification: IO(1, 0x1f0, STRING) },
  { source: "in al, 0x80", primary: CPU.ioBitmaps, exits: "hlt" },
  { source: "in al, 0x84", primary: CPU.ioBitmaps, exits: "io" },
  { source: "in eax, 0x81", primary: CPU.ioBitmaps, exits: "io" },
  { source: "mov dx, 0x9000\nout dx, al", primary: CPU.ioBitmaps, exits: "io" },
  { source: "mov dx, 0xffff\nin ax, dx", primary: CPU.ioBitmaps, exits: "io" },
  { source: "sgdt [0x8000]", secondary: CPU2.tables, exits: "gdtrIdtr", qualification: 0x8000 },
  { source: "lidt [0x8000]", secondary: CPU2.tables, exits: "gdtrIdtr", qualification: 0x8000 },
  { source: "str ax", secondary: CPU2.tables, exits: "ldtrTr" },
  { source: "lldt ax", secondary: CPU2.tables, exits: "ldtrTr" },
  { source: "sgdt [0x8000]\nstr ax", exits: "hlt" },
  ...(
    [
      ["vmcall", 3],
      ["vmlaunch", 3],
      ["vmresume", 3],
      ["vmxoff", 3],
      ["vmclear [eax]", 4],
      ["vmptrld [eax]", 3],
      ["vmptrst [eax]", 3],
      ["vmxon [eax]", 4],
      ["vmread eax, ecx", 3],
      ["vmwrite eax, ecx", 3],
    ] as const
  ).map(([source, length]) => ({ source, exits: source.split(" ")[0] as string, length })),
  { source: "hlt", exits: "hlt", length: 1 },
  { source: "lgdt [0x8000]\ncli\nclts\nmov eax, cr0\nmov cr2, eax", exits: "hlt" },
];

describe("instructions", () => {
  test.each(CASES)(
    "$source → $exits",
    ({ source, primary = 0, secondary = 0, exits, qualification, length }) => {
      const rig = new Rig();
      rig.or("primaryControls", primary | (secondary === 0 ? 0 : CPU.secondary));
      rig.set("secondaryControls", secondary);
      rig.set("ioBitmapA", BITMAP_A);
      rig.set("ioBitmapB", BITMAP_B);
      rig.set("msrBitmap", BITMAP_A + 0x2000);
      rig.bus.ram[BITMAP_A + 0x10] = 0x10;
      rig.bus.ram[BITMAP_B + 0x200] = 1;
      expect(rig.run(`${source}\nhlt`)).toBe(exits);
      if (qualification !== undefined) expect(rig.get("exitQualification")).toBe(qualification);
      if (length !== undefined) expect(rig.get("exitInstructionLength")).toBe(length);
    },
  );
});

const RING3 = "push 0x2b\npush 0x7000\npush 0x3002\npush 0x23\npush user\niretd\nuser:\n";

/** A rig whose guest has segments for ring 3 at 20h and 28h. */
function withRings(): Rig {
  const rig = new Rig();
  rig.set("guestGdtrLimit", 63);
  rig.write32(0x1020, 0xffff);
  rig.write32(0x1024, 0x00cffb00);
  rig.write32(0x1028, 0xffff);
  rig.write32(0x102c, 0x00cff300);
  rig.write32(TSS + 4, 0x8000);
  rig.write32(TSS + 8, 0x10);
  rig.bus.ram[0x4000] = 0x87;
  return rig;
}

describe("what comes before an exit (25.1.1)", () => {
  test.each([
    ["hlt", "exception", 13],
    ["mov eax, cr0", "exception", 13],
    ["invlpg [eax]", "exception", 13],
    ["rdmsr", "exception", 13],
    ["in al, 0x80", "io", undefined],
    ["cpuid", "cpuid", undefined],
    ["vmcall", "vmcall", undefined],
    ["vmlaunch", "vmlaunch", undefined],
    ["mov eax, dr0", "movDr", undefined],
    ["mov eax, dr4", "movDr", undefined],
    ["rdpmc", "exception", 13],
    ["rdtsc", "rdtsc", undefined],
  ] as const)("in ring 3: %s → %s", (source, exits, vector) => {
    const rig = withRings();
    rig.or("primaryControls", CPU.invlpg | CPU.io | CPU.movDr | CPU.rdpmc | CPU.rdtsc);
    rig.set("exceptionBitmap", 1 << 13);
    expect(rig.run(`${RING3}${source}`)).toBe(exits);
    if (vector !== undefined) expect(rig.get("exitInterruption") & 0xff).toBe(vector);
    expect(rig.get("guestCs")).toBe(0x23);
  });

  test("I/O permission, TSC restriction", () => {
    const rig = withRings();
    rig.write32(TSS + 100, 0x68 << 16);
    rig.or("primaryControls", CPU.io | CPU.rdtsc);
    rig.set("exceptionBitmap", 1 << 13);
    expect(rig.run(`${RING3.replace("0x3002", "2")}in al, 0x80`)).toBe("exception");
    const timed = withRings();
    timed.or("primaryControls", CPU.rdtsc);
    timed.set("guestCr4", 0x2014);
    timed.set("exceptionBitmap", 1 << 13);
    expect(timed.run(`${RING3}rdtsc`)).toBe("exception");
  });
});

describe("control registers", () => {
  test("masked bits read as the shadow and may be written only as it is", () => {
    const rig = new Rig();
    rig.set("cr0Mask", 0x10001);
    rig.set("cr0Shadow", 0x10000);
    rig.set("cr4Shadow", 0x2000);
    expect(rig.run("mov eax, cr0\nsmsw bx\nmov cr0, eax\nmov ecx, cr4\nhlt")).toBe("hlt");
    expect(rig.cpu.r32[0]).toBe(0x80010030 | 0);
    expect((rig.cpu.r32[6] as number) & 0xffff).toBe(0x30);
    expect(rig.cpu.r32[2]).toBe(0x2010);
    const other = new Rig();
    other.set("cr0Mask", 0x10000);
    expect(other.run("mov eax, cr0\nbts eax, 16\nmov cr0, eax\nhlt")).toBe("crAccess");
    expect(other.get("exitQualification")).toBe(0);
  });

  test("the guest's own bits are the processor's", () => {
    const rig = new Rig();
    rig.set("cr0Mask", ~8);
    rig.set("cr0Shadow", 0x80000031 | 0);
    expect(rig.run("mov eax, cr0\nor eax, 8\nmov cr0, eax\nmov ebx, cr0\nclts\nmov ecx, cr0\nhlt")).toBe(
      "hlt",
    );
    expect([rig.cpu.r32[6], rig.cpu.r32[2]]).toEqual([0x80000039 | 0, 0x80000031 | 0]);
    expect(rig.get("guestCr0")).toBe(0x80000031 | 0);
  });

  test("CLTS and LMSW on the host's bits", () => {
    const clts = new Rig();
    clts.set("cr0Mask", 8);
    expect(clts.run("clts\nhlt")).toBe("hlt");
    clts.set("cr0Shadow", 8);
    clts.set("guestRip", PROGRAM);
    expect(clts.go()).toBe("crAccess");
    expect(clts.get("exitQualification")).toBe(0x20);
    const lmsw = new Rig();
    lmsw.set("cr0Mask", 2);
    expect(lmsw.run("mov ax, 3\nlmsw ax\nhlt")).toBe("crAccess");
    expect(lmsw.get("exitQualification")).toBe(0x30030);
  });

  test("CR3-target values spare the exit", () => {
    const rig = new Rig();
    rig.or("primaryControls", CPU.cr3Load);
    rig.set("cr3TargetCount", 1);
    rig.set("cr3Target0", 0x4000);
    rig.set("cr3Target1", 0x5000);
    expect(rig.run("mov eax, 0x4000\nmov cr3, eax\nmov eax, 0x5000\nmov cr3, eax")).toBe("crAccess");
    expect(rig.get("guestRip")).toBe(PROGRAM + 13);
  });

  test("a page fault that exits leaves CR2 as it was", () => {
    const rig = new Rig();
    rig.set("exceptionBitmap", 1 << 14);
    expect(rig.run("mov eax, 0x1234\nmov cr2, eax\nmov eax, [0x500000]")).toBe("exception");
    expect(rig.get("exitQualification")).toBe(0x500000);
    expect(rig.cpu.cr2).toBe(0x1234);
  });
});

describe("exceptions", () => {
  const information = (vector: number, type: number, error = false) =>
    (vector | (type << 8) | (error ? 0x800 : 0) | (1 << 31)) >>> 0;

  test.each([
    ["ud2", 6, 3, false, 0],
    ["xor eax, eax\ndiv eax", 0, 3, false, 0],
    ["int3", 3, 6, false, 1],
    ["mov al, 0x7f\ninc al\ninto", 4, 6, false, 1],
    ["db 0xf1", 1, 5, false, 1],
    ["mov ax, 0x40\nmov ds, ax", 13, 3, true, 0],
  ] as const)("%s", (source, vector, type, error, length) => {
    const rig = new Rig();
    rig.set("exceptionBitmap", 1 << vector);
    expect(rig.run(source)).toBe("exception");
    expect(rig.get("exitInterruption") >>> 0).toBe(information(vector, type, error));
    expect(rig.get("exitInstructionLength")).toBe(length);
    if (error) expect(rig.get("exitErrorCode")).toBe(0x40);
  });

  test("those that the bitmap lets pass, and INT n, go through the guest's IDT without the hypervisor", () => {
    const rig = new Rig();
    rig.set("exceptionBitmap", ~(1 << 6));
    expect(rig.run("ud2")).toBe("hlt");
    expect(rig.get("guestRip")).toBe(HANDLERS + 8 * 6);
    const software = new Rig();
    software.set("exceptionBitmap", -1);
    expect(software.run("int 0x80")).toBe("hlt");
    expect(software.get("guestRip")).toBe(HANDLERS + 8 * 0x80);
    expect(software.exits).toEqual(["hlt"]);
  });

  test.each([
    [0, 0, true, "exception"],
    [1, 1, true, "hlt"],
    [2, 0, true, "exception"],
    [2, 2, true, "hlt"],
    [2, 2, false, "exception"],
    [2, 0, false, "hlt"],
  ] as const)("a page fault with mask %i, match %i, bit %s → %s", (mask, match, bit, exits) => {
    const rig = new Rig();
    rig.set("exceptionBitmap", bit ? 1 << 14 : 0);
    rig.set("pageFaultMask", mask);
    rig.set("pageFaultMatch", match);
    expect(rig.run("mov eax, [0x500000]")).toBe(exits);
  });

  test("a single step that exits: DR6 in the qualification, not in the register", () => {
    const rig = new Rig();
    rig.set("exceptionBitmap", 2);
    expect(rig.run("pushfd\nor dword [esp], 0x100\npopfd\nnop\nnop")).toBe("exception");
    expect(rig.get("exitQualification")).toBe(0x4000);
    expect((rig.cpu.dr[6] as number) & 0x4000).toBe(0);
    expect(rig.get("guestRip")).toBe(PROGRAM + 10);
  });

  test("a fault on the way to a handler says what was being delivered", () => {
    const rig = new Rig();
    // Vector 80h has a gate, its code segment is not there.
    rig.write32(0x2000 + 8 * 0x80, 0x00f80000);
    rig.set("exceptionBitmap", 1 << 13);
    expect(rig.run("int 0x80")).toBe("exception");
    expect(rig.get("idtVectoring") >>> 0).toBe(0x80000480);
    expect(rig.get("exitInstructionLength")).toBe(2);
    expect(rig.get("exitErrorCode")).toBe(0xf8);
  });

  test("a double fault that exits did not happen during delivery (27.2.3)", () => {
    const rig = new Rig();
    rig.write32(0x2000 + 8 * 13 + 4, 0);
    rig.set("exceptionBitmap", 1 << 8);
    expect(rig.run("mov ax, 0x40\nmov ds, ax")).toBe("exception");
    expect(rig.get("exitInterruption") >>> 0).toBe(information(8, 3, true));
    expect(rig.get("idtVectoring")).toBe(0);
  });

  test("a triple fault", () => {
    const rig = new Rig();
    rig.set("guestIdtrLimit", 0);
    expect(rig.run("ud2")).toBe("tripleFault");
  });
});

describe("task switches never happen (25.4.2)", () => {
  const describeTss = (rig: Rig) => {
    rig.set("guestGdtrLimit", 47);
    rig.write32(0x1028, 0x67 | (0x3800 << 16));
    rig.write32(0x102c, 0x8900);
  };
  test.each([
    ["jmp 0x28:0", 0x80000028, 7],
    ["call 0x28:0", 0x28, 7],
    ["int 0x90", 0xc0000028, 2],
    ["ud2", 0xc0000028, 0],
  ] as const)("%s", (source, qualification, length) => {
    const rig = new Rig();
    describeTss(rig);
    for (const vector of [6, 0x90]) {
      rig.write32(0x2000 + 8 * vector, 0x00280000);
      rig.write32(0x2000 + 8 * vector + 4, 0xe500);
    }
    expect(rig.run(source)).toBe("taskSwitch");
    expect(rig.get("exitQualification") >>> 0).toBe(qualification);
    expect(rig.get("exitInstructionLength")).toBe(length);
    expect(rig.get("guestTr")).toBe(24);
    if (source === "ud2") expect(rig.get("idtVectoring") >>> 0).toBe(0x80000306);
  });
});

describe("between instructions", () => {
  const pending = (rig: Rig, vector = 0x31) => {
    let waits = true;
    rig.cpu.irq = {
      pending: () => waits,
      acknowledge: () => {
        waits = false;
        return vector;
      },
      taskPriority: 0,
    };
  };

  test("an external interrupt exits whatever the guest's IF", () => {
    const rig = new Rig();
    rig.or("pinControls", PIN.externalInterrupt);
    pending(rig);
    expect(rig.run("nop\nhlt")).toBe("externalInterrupt");
    expect(rig.get("exitInterruption") >>> 31).toBe(0);
    const acknowledged = new Rig();
    acknowledged.or("pinControls", PIN.externalInterrupt);
    acknowledged.or("exitControls", EXIT_CONTROL.acknowledge);
    pending(acknowledged);
    acknowledged.run("nop\nhlt");
    expect(acknowledged.get("exitInterruption") >>> 0).toBe(0x80000031);
  });

  test("without the control it is the guest's", () => {
    const rig = new Rig();
    pending(rig);
    expect(rig.run("sti\nnop\nhlt")).toBe("hlt");
    expect(rig.get("guestRip")).toBe(HANDLERS + 8 * 0x31);
  });

  test("the interrupt window opens after STI's shadow", () => {
    const rig = new Rig();
    rig.or("primaryControls", CPU.interruptWindow);
    expect(rig.run("nop\nsti\nnop\nnop\nhlt")).toBe("interruptWindow");
    expect(rig.get("guestRip")).toBe(PROGRAM + 3);
    const popf = new Rig();
    popf.or("primaryControls", CPU.interruptWindow);
    expect(popf.run("push 0x202\npopfd\nnop\nhlt")).toBe("interruptWindow");
    expect(popf.get("guestRip")).toBe(PROGRAM + 6);
    const open = new Rig();
    open.or("primaryControls", CPU.interruptWindow);
    open.set("guestRflags", 0x202);
    expect(open.run("nop")).toBe("interruptWindow");
    expect(open.get("guestRip")).toBe(PROGRAM);
  });

  test("STI's shadow is in the interruptibility state", () => {
    const rig = new Rig();
    expect(rig.run("sti\nhlt")).toBe("hlt");
    expect(rig.get("interruptibility")).toBe(1);
    const movSs = new Rig();
    expect(movSs.run("mov ax, ss\nmov ss, ax\nhlt")).toBe("hlt");
    expect(movSs.get("interruptibility")).toBe(2);
  });

  test("NMIs and the NMI window", () => {
    const rig = new Rig();
    rig.or("pinControls", PIN.nmi | PIN.virtualNmis);
    rig.cpu.nmiPending = true;
    expect(rig.run("nop")).toBe("exception");
    expect(rig.get("exitInterruption") >>> 0).toBe(0x80000202);
    const window = new Rig();
    window.or("pinControls", PIN.nmi | PIN.virtualNmis);
    window.or("primaryControls", CPU.nmiWindow);
    window.set("interruptibility", 8);
    expect(window.run("nop\npush 2\npush 8\npush next\niretd\nnext: nop\nhlt")).toBe("nmiWindow");
    expect(window.get("interruptibility")).toBe(0);
  });

  test("HLT without HLT exiting sleeps, and a timer's interrupt wakes by an exit", () => {
    const rig = new Rig();
    rig.set("primaryControls", rig.get("primaryControls") & ~CPU.hlt);
    rig.or("pinControls", PIN.externalInterrupt);
    let rang = false;
    rig.cpu.irq = { pending: () => rang, acknowledge: () => 0x20, taskPriority: 0 };
    rig.clock.set(
      rig.clock.timer(() => {
        rang = true;
      }),
      50_000,
    );
    expect(rig.run("hlt")).toBe("externalInterrupt");
    expect(rig.get("activity")).toBe(1);
    expect(rig.clock.now).toBe(50_000);
  });

  test("the preemption timer", () => {
    const rig = new Rig();
    rig.or("pinControls", PIN.timer);
    rig.or("exitControls", EXIT_CONTROL.saveTimer);
    rig.set("preemptionTimer", 100);
    const start = rig.clock.now;
    expect(rig.run("spin: jmp spin", 1_000_000)).toBe("preemptionTimer");
    expect(rig.clock.now - start).toBeGreaterThanOrEqual(3200);
    expect(rig.clock.now - start).toBeLessThan(3400);
    expect(rig.get("preemptionTimer")).toBe(0);
    const early = new Rig();
    early.or("pinControls", PIN.timer);
    early.or("exitControls", EXIT_CONTROL.saveTimer);
    early.set("preemptionTimer", 1000);
    expect(early.run("hlt")).toBe("hlt");
    expect(early.get("preemptionTimer")).toBeGreaterThan(900);
  });
});

test("the TSC runs with its offset in the guest alone", () => {
  const rig = new Rig();
  rig.or("primaryControls", CPU.tscOffset);
  rig.set("tscOffset", -1_000_000, -1);
  const before = rig.cpu.tscOffset;
  rig.run("rdtsc\nhlt");
  expect(rig.cpu.r32[4]).toBe(-1);
  expect(rig.cpu.tscOffset).toBe(before);
});

test("every reason of the table that this processor can have is reached by a test", () => {
  const elsewhere = [
    ...["invalidGuestState", "msrLoading", "tprBelowThreshold"],
    ...["eptViolation", "eptMisconfiguration"],
    // test/virt/cpu/hardware/interrupts.test.ts
    ...["apicWrite", "virtualizedEoi"],
  ];
  const withoutFeature = ["rsm", "mwait", "monitor", "xsetbv", "invept", "invvpid"];
  const reached = new Set<string>([
    ...CASES.map(({ exits }) => exits),
    ..."exception externalInterrupt tripleFault interruptWindow nmiWindow taskSwitch preemptionTimer".split(
      " ",
    ),
  ]);
  const left = Object.keys(REASON).filter((name) => !reached.has(name));
  expect(left.sort()).toEqual([...elsewhere, ...withoutFeature].sort());
});

test("an exit's read-only fields cannot be written, and a field that there is not is refused", () => {
  const rig = new Rig();
  expect(() => rig.vmx.vmwrite("exitReason", 1)).toThrow("VMfailValid(13)");
  expect(rig.get("instructionError")).toBe(13);
  expect(() => rig.vmx.vmread("guestPerfGlobalCtrl" as FieldName)).toThrow("VMfailValid(12)");
  expect(rig.get("instructionError")).toBe(12);
  expect(rig.get("guestRsp")).toBe(STACK);
});

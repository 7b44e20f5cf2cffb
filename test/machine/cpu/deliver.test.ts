/** Exceptions, interrupts and what happens on the way to their handlers (SDM Vol. 3, chapter 6). */
import { describe, expect, it } from "vitest";
import { fate, GATE_TARGET, gate, HANDLERS, IDT, PROGRAM, SEL, stackOf, World } from "./world.ts";

const IF = 0x200;
const RF = 0x10000;

describe("interrupt and trap gates", () => {
  it("push EFLAGS, CS and EIP within a ring", () => {
    const world = new World();
    expect(world.run("sti\nint 0x80")).toBe("int 80");
    expect([world.stack(0), world.stack(1), world.stack(2)]).toEqual([PROGRAM + 3, SEL.code0, IF | 2]);
    expect(world.cpu.r32[8]).toBe(stackOf(0) - 12);
    // An interrupt gate clears IF.
    expect(world.cpu.flags.value & IF).toBe(0);
  });

  it("leave IF set through a trap gate", () => {
    const world = new World();
    world.vector(0x80, gate(SEL.code0, HANDLERS + 4 * 0x80, 0xef));
    world.load("sti\nint 0x80");
    world.enter(0);
    expect(world.stop(3)).toEqual({ reason: "limit" });
    expect(world.cpu.flags.value & IF).toBe(IF);
  });

  it("change to the stack of the TSS from an outer ring", () => {
    const world = new World();
    expect(world.run("int 0x80", 3)).toBe("int 80");
    expect([0, 1, 2, 3, 4].map((n) => world.stack(n))).toEqual([
      PROGRAM + 2,
      SEL.code3 | 3,
      2,
      stackOf(3),
      SEL.data3 | 3,
    ]);
    expect([world.cpu.cpl, world.cpu.segments.selector[2]]).toEqual([0, SEL.data0]);
  });

  it("push 16 bits when they are 16-bit gates", () => {
    const world = new World();
    world.vector(0x80, gate(SEL.code0, HANDLERS + 4 * 0x80, 0xe6));
    expect(world.run("int 0x80")).toBe("int 80");
    expect(world.cpu.r32[8]).toBe(stackOf(0) - 6);
    expect(world.stack(0)).toBe((SEL.code0 << 16) | (PROGRAM & 0xffff) | 2);
  });

  it.each<[what: string, gate: [number, number], ring: number, fate: string]>([
    ["a DPL below CPL for INT n", gate(SEL.code0, GATE_TARGET, 0x8e), 3, "#GP(402)"],
    ["a gate that is not present", gate(SEL.code0, GATE_TARGET, 0x6e), 0, "#NP(402)"],
    ["no gate", gate(SEL.code0, GATE_TARGET, 0xec), 0, "#GP(402)"],
    ["a null code selector", gate(0, GATE_TARGET, 0xee), 0, "#GP(0)"],
    ["a code selector past the table", gate(SEL.end, GATE_TARGET, 0xee), 0, "#GP(e0)"],
    ["data in place of code", gate(SEL.data0, GATE_TARGET, 0xee), 0, "#GP(10)"],
    ["code of an outer ring", gate(SEL.code3, GATE_TARGET, 0xee), 0, "#GP(18)"],
    ["code that is not present", gate(SEL.absentCode, GATE_TARGET, 0xee), 0, "#NP(b0)"],
  ])("refuse %s", (_, entry, ring, expected) => {
    const world = new World();
    world.vector(0x80, entry);
    expect(world.run("int 0x80", ring)).toBe(expected);
  });

  it("refuse a vector past the IDT", () => {
    const world = new World();
    world.cpu.idtr.limit = 8 * 0x80 - 1;
    expect(world.run("int 0x80")).toBe("#GP(402)");
  });

  it.each<[what: string, ss: number, fate: string]>([
    ["a null stack", 0, "#TS(0)"],
    ["a stack of another ring", SEL.data3 | 3, "#TS(20)"],
    ["a stack that cannot be written", SEL.readOnly, "#TS(40)"],
    ["a stack that is not present", SEL.absent, "#SS(38)"],
  ])("refuse %s of the TSS", (_, ss, expected) => {
    // The faults' own handlers run in ring 1, so that they do not need the bad stack.
    const world = new World();
    world.write32(0x3008, ss);
    for (let n = 0; n < 32; n++) world.vector(n, gate(SEL.code1, HANDLERS + 4 * n, 0x8e));
    world.load("int 0x80");
    world.enter(3);
    // HLT is privileged in ring 1: look at the first handler reached.
    world.stop(1);
    const n = (world.cpu.ip - HANDLERS) / 4;
    const name = { 10: "#TS", 12: "#SS" }[n] ?? n;
    expect(`${name}(${world.stack(0).toString(16)})`).toBe(expected);
  });
});

describe("exceptions", () => {
  it.each<[what: string, source: string, ring: number, fate: string]>([
    ["division by zero", "xor ecx, ecx\ndiv ecx", 0, "#DE"],
    ["INT3", "int3", 3, "#GP(1a)"],
    ["INT3 in ring 0", "int3", 0, "#BP"],
    ["INTO without OF", "xor eax, eax\ninto\nhlt", 0, "done"],
    ["INTO", "mov al, 0x7f\ninc al\ninto", 0, "#OF"],
    ["INT1 needs no privilege", "int1", 3, "#DB"],
    ["an undefined opcode", "ud2", 3, "#UD"],
    ["a privileged instruction", "hlt", 3, "#GP(0)"],
    ["CLI with IOPL 0", "cli", 3, "#GP(0)"],
    ["a port without permission", "in al, 0x10", 3, "#GP(0)"],
    ["a free port", "in al, 8\nint 0x80", 3, "int 80"],
    ["ports across the bitmap's byte", "in eax, 0xe", 3, "#GP(0)"],
    ["x87 with EM", "mov eax, cr0\nor eax, 4\nmov cr0, eax\nfninit", 0, "#NM"],
  ])("%s", (_, source, ring, expected) => {
    expect(fate(source, ring)).toBe(expected);
  });

  it("leave EIP at the instruction that faulted, RF set in the image", () => {
    const world = new World();
    expect(world.run("nop\nud2", 3)).toBe("#UD");
    expect([world.stack(0), world.stack(2)]).toEqual([PROGRAM + 1, RF | 2]);
  });

  it("turn into a double fault when their handler's gate is bad", () => {
    const world = new World();
    world.vector(13, gate(SEL.absentCode, 0, 0x8e));
    expect(world.run("mov ax, 0xe0\nmov ds, ax")).toBe("#DF(0)");
    expect(world.stack(1)).toBe(PROGRAM + 4);
  });

  it("follow one another when the first is benign", () => {
    const world = new World();
    world.vector(6, gate(SEL.absentCode, 0, 0x8e));
    // EXT is set: the second one came from delivering an exception.
    expect(world.run("ud2")).toBe("#NP(b1)");
  });

  it("shut the machine down when the double fault's gate is bad too", () => {
    const world = new World();
    for (const n of [8, 13]) world.vector(n, gate(0, 0, 0));
    world.load("mov ax, 0xe0\nmov ds, ax");
    world.enter(0);
    expect(world.stop()).toMatchObject({
      reason: "shutdown",
      detail: expect.stringMatching(/^#GP\(e0\), and #GP\(42\) while delivering a double fault \(#DF\) at /),
    });
  });

  it("page faults during a page fault's delivery are a double fault", () => {
    const world = new World();
    // 4 MiB one to one, but the page of the IDT's first vectors and of ring 0's stack is missing.
    for (let n = 0; n < 1024; n++) world.write32(0x21000 + 4 * n, (n << 12) | 7);
    world.write32(0x20000, 0x21007);
    world.write32(0x21000 + 4 * 7, 0);
    world.load(
      "mov eax, 0x20000\nmov cr3, eax\nmov eax, cr0\nor eax, 0x80000000\nmov cr0, eax\nmov [0x7000], eax",
    );
    world.enter(0);
    expect(world.stop()).toMatchObject({ reason: "shutdown" });
  });
});

describe("the interrupt shadow", () => {
  it("of STI lets one more instruction run", () => {
    const world = new World();
    let waiting = true;
    world.cpu.irq = {
      taskPriority: 0,
      pending: () => waiting,
      acknowledge: () => {
        waiting = false;
        return 0x90;
      },
    };
    expect(world.run("sti\nnop\nnop\nhlt")).toBe("int 90");
    expect(world.stack(0)).toBe(PROGRAM + 2);
  });

  it("of MOV SS does too, and holds a single step back", () => {
    const world = new World();
    expect(world.run("pushfd\nor dword [esp], 0x100\nmov ax, ss\npopfd\nmov ss, ax\nnop\nnop")).toBe("#DB");
    const start = PROGRAM + 1 + 7 + 3 + 1;
    expect(world.stack(0)).toBe(start + 2 + 1);
    expect((world.cpu.dr[6] as number) & 0xffff).toBe(0x4ff0);
  });
});

describe("debug registers", () => {
  const set = (address: string, dr7: number) =>
    `mov eax, ${address}\nmov dr0, eax\nmov eax, ${dr7}\nmov dr7, eax\n`;
  it("break before an instruction", () => {
    const world = new World();
    const symbols = world.load(`${set("there", 1)}nop\nthere: nop\nhlt`);
    world.enter(0);
    expect(world.fate()).toBe("#DB");
    expect([world.stack(0), (world.cpu.dr[6] as number) & 15]).toEqual([symbols.get("there"), 1]);
  });

  it("break after a write, not after a read", () => {
    const world = new World();
    const symbols = world.load(
      `${set("0x6002", 0x0005_0001)}mov eax, [0x6000]\nmov [0x6003], al\nafter: nop\nhlt`,
    );
    world.enter(0);
    expect(world.fate()).toBe("#DB");
    expect(world.stack(0)).toBe(symbols.get("after"));
  });

  it("do not break while RF is set", () => {
    const world = new World();
    world.load(
      `${set("there", 1)}push dword 0x10002\npush dword ${SEL.code0}\npush dword there\niret\nthere: hlt`,
    );
    world.enter(0);
    expect(world.fate()).toBe("done");
  });
});

describe("IA-32e mode", () => {
  const long = (source: string, ring = 0) => fate(source, ring, 64);
  it("pushes five words of 64 bits below a 16-byte boundary, within a ring too", () => {
    const world = new World(64);
    expect(world.run("sub rsp, 8\nint 0x80")).toBe("int 80");
    expect(world.cpu.r32[8]).toBe(stackOf(0) - 16 - 40);
    expect([0, 1, 2, 3, 4].map((n) => world.stack(n))).toEqual([
      PROGRAM + 6,
      SEL.code64,
      world.stack(2),
      stackOf(0) - 8,
      SEL.data0,
    ]);
  });

  it("loads a null SS when it enters an inner ring", () => {
    const world = new World(64);
    expect(world.run("int 0x80", 3)).toBe("int 80");
    expect([world.cpu.segments.selector[2], world.cpu.cpl]).toEqual([0, 0]);
    expect([3, 4].map((n) => world.stack(n))).toEqual([stackOf(3), SEL.data3 | 3]);
  });

  it("uses the interrupt stack table", () => {
    const world = new World(64);
    world.write32(0x3000 + 36, 0x7800);
    world.vector(0x80, gate(SEL.code64, HANDLERS + 4 * 0x80, 0xee, 1));
    expect(world.run("int 0x80")).toBe("int 80");
    expect(world.cpu.r32[8]).toBe(0x7800 - 40);
  });

  it.each<[what: string, source: string, ring: number, fate: string]>([
    ["an address that is not canonical", "mov rax, 0x800000000000\nmov al, [rax]", 0, "#GP(0)"],
    ["a stack that is not canonical", "mov rax, 0x800000000000\nmov [rax + rsp*0], al\nhlt", 0, "#GP(0)"],
    ["the same through RSP", "mov rsp, 0x800000000000\npop rax", 0, "#SS(0)"],
    ["INTO is undefined", "db 0xce", 0, "#UD"],
    ["code without L behind a gate", "int 0x81", 0, "#GP(8)"],
  ])("%s", (what, source, ring, expected) => {
    if (what.startsWith("code")) {
      const world = new World(64);
      world.vector(0x81, gate(SEL.code0, GATE_TARGET, 0xee));
      expect(world.run(source, ring)).toBe(expected);
    } else if (what.includes("RSP")) {
      // The fault cannot be pushed there either: give it a stack of its own.
      const world = new World(64);
      world.write32(0x3000 + 36, 0x7800);
      world.write32(IDT + 16 * 12 + 4, world.read32(IDT + 16 * 12 + 4) | 1);
      expect(world.run(source, ring)).toBe(expected);
    } else expect(long(source, ring)).toBe(expected);
  });
});

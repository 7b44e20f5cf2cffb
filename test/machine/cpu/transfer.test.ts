/** Far transfers: code segments, call gates, returns, tasks, virtual-8086 mode (SDM Vol. 3, chapters 5, 7 and 20). */
import { describe, expect, it } from "vitest";
import { fate, GATE_TARGET, PROGRAM, SEL, segment, stackOf, TSS, TSS2, World } from "./world.ts";

const jump = (selector: number, offset = GATE_TARGET) => `jmp ${selector}:${offset}`;
const call = (selector: number, offset = GATE_TARGET) => `call ${selector}:${offset}`;

describe("far JMP and CALL", () => {
  it.each<[what: string, selector: number, ring: number, fate: string]>([
    ["code of the same ring", SEL.code0, 0, "gate"],
    ["a null selector", 0, 0, "#GP(0)"],
    ["data", SEL.data0, 0, "#GP(10)"],
    ["a selector past the table", SEL.end, 0, "#GP(e0)"],
    ["code of an inner ring", SEL.code0, 3, "#GP(8)"],
    ["code of an outer ring", SEL.code3 | 3, 0, "#GP(18)"],
    ["RPL above CPL", SEL.code0 | 3, 0, "#GP(8)"],
    ["code that is not present", SEL.absentCode, 0, "#NP(b0)"],
    ["conforming code of an inner ring: HLT there is still ring 3's", SEL.conforming | 3, 3, "#GP(0)"],
    ["an LDT descriptor", SEL.ldt, 0, "#GP(30)"],
    ["a gate that is not present", SEL.absentGate, 3, "#NP(b8)"],
    ["a gate with a DPL below CPL", SEL.gateKernelOnly, 3, "#GP(80)"],
    ["a busy TSS", SEL.tss, 0, "#GP(28)"],
  ])("to %s", (_, selector, ring, expected) => {
    expect(fate(jump(selector), ring)).toBe(expected);
    expect(fate(call(selector), ring)).toBe(expected);
  });

  it("push CS and EIP", () => {
    const world = new World();
    expect(world.run(call(SEL.code0))).toBe("gate");
    expect([world.stack(0), world.stack(1)]).toEqual([PROGRAM + 7, SEL.code0]);
  });

  it("change nothing when the stack faults", () => {
    const world = new World();
    // The stack of 16 bits ends at 64 KiB: a dword at FFFEh does not fit. Faults go to a task, which has a stack of its own.
    expect(world.run(`mov ax, ${SEL.small}\nmov ss, ax\nmov esp, 6\ncall ${SEL.code0}:${GATE_TARGET}`)).toBe(
      "shutdown",
    );
    expect(world.cpu.segments.selector[1]).toBe(SEL.code0);
    expect(world.cpu.r32[8]).toBe(6);
  });

  it("go through a call gate to the inner ring and copy parameters", () => {
    const world = new World();
    expect(world.run(`push dword 0x111\npush dword 0x222\n${call(SEL.gate0)}`, 3)).toBe("gate");
    expect([0, 1, 2, 3, 4, 5].map((n) => world.stack(n))).toEqual([
      PROGRAM + 10 + 7,
      SEL.code3 | 3,
      0x222,
      0x111,
      stackOf(3) - 8,
      SEL.data3 | 3,
    ]);
    expect([world.cpu.cpl, world.cpu.r32[8]]).toEqual([0, stackOf(0) - 24]);
  });

  it("through a call gate: a jump may not change the ring", () => {
    expect(fate(jump(SEL.gate0), 3)).toBe("#GP(8)");
    expect(fate(jump(SEL.gate0), 0)).toBe("gate");
  });

  it("of 64-bit mode go through 64-bit call gates", () => {
    const world = new World(64);
    world.load(`call far [pointer]\npointer: dd 0\ndw ${SEL.gate64}`);
    world.enter(3);
    expect(world.fate()).toBe("gate");
    expect([1, 2, 3].map((n) => world.stack(n))).toEqual([SEL.code3 | 3, stackOf(3), SEL.data3 | 3]);
    expect(world.cpu.segments.selector[2]).toBe(0);
  });
});

describe("far RET", () => {
  const back = (code: number, stack: number, tail = "retf") =>
    `push dword ${stack}\npush dword ${stackOf(3)}\npush dword ${code}\npush dword target\n${tail}\ntarget: int 0x80`;

  it("goes to the outer ring, takes its stack and drops the segments of the inner one", () => {
    const world = new World();
    expect(world.run(back(SEL.code3 | 3, SEL.data3 | 3))).toBe("int 80");
    expect([world.stack(1), world.stack(3), world.stack(4)]).toEqual([
      SEL.code3 | 3,
      stackOf(3),
      SEL.data3 | 3,
    ]);
    expect([...world.cpu.segments.selector].slice(3, 6)).toEqual([0, 0, 0]);
  });

  it("releases parameters on both stacks", () => {
    const world = new World();
    expect(
      world.run(
        `push dword ${SEL.data3 | 3}\npush dword ${stackOf(3) - 64}\nsub esp, 12\npush dword ${SEL.code3 | 3}\npush dword target\nretf 12\ntarget: int 0x80`,
      ),
    ).toBe("int 80");
    expect(world.stack(3)).toBe(stackOf(3) - 64 + 12);
  });

  it.each<[what: string, code: number, stack: number, fate: string]>([
    ["a null selector", 0, SEL.data3 | 3, "#GP(0)"],
    ["data", SEL.data3 | 3, SEL.data3 | 3, "#GP(20)"],
    ["code whose DPL is not RPL", SEL.code3, SEL.data3 | 3, "#GP(18)"],
    ["a stack of another ring", SEL.code3 | 3, SEL.data0, "#GP(10)"],
    ["a null stack", SEL.code3 | 3, 0, "#GP(0)"],
    ["code that is not present", SEL.absentCode, SEL.data0, "#NP(b0)"],
  ])("refuses %s", (_, code, stack, expected) => {
    expect(fate(back(code, stack))).toBe(expected);
  });

  it("does not go to an inner ring", () => {
    expect(fate(`push dword ${SEL.code0}\npush dword target\nretf\ntarget: hlt`, 3)).toBe("#GP(8)");
  });
});

describe("IRET", () => {
  const frame = (...words: (number | string)[]) =>
    `${words.map((word) => `push dword ${word}`).join("\n")}\niret\n`;

  it("loads IF and IOPL in ring 0 only", () => {
    const world = new World();
    expect(world.run(`${frame(0x3202, SEL.code0, "target")}target: int 0x80`)).toBe("int 80");
    expect(world.stack(2)).toBe(0x3202);
    const outer = new World();
    expect(outer.run(`${frame(0x3202, SEL.code3 | 3, "target")}target: int 0x80`, 3)).toBe("int 80");
    expect(outer.stack(2)).toBe(2);
  });

  it("enters virtual-8086 mode, where INT comes back through ring 0", () => {
    const world = new World();
    const symbols = world.load(
      `${frame(0x66, 0x55, 0x44, 0x33, 0x900, 0x8000, 0x23002, 0x1000, "code - 0x10000")}
       bits 16
       code: mov ax, ds
       int 0x80`,
    );
    world.enter(0);
    expect(world.fate()).toBe("int 80");
    const words = Array.from({ length: 9 }, (_, n) => world.stack(n));
    const ip = (symbols.get("code") as number) - PROGRAM + 4;
    expect(words).toEqual([ip, 0x1000, 0x23002, 0x8000, 0x900, 0x33, 0x44, 0x55, 0x66]);
    expect(world.cpu.r16[0]).toBe(0x44);
    expect([...world.cpu.segments.selector].slice(3, 6)).toEqual([0, 0, 0]);
    expect([world.cpu.cpl, world.cpu.v86, world.cpu.bits]).toEqual([0, false, 32]);
  });

  it.each<[source: string, fate: string]>([
    ["int 0x80", "#GP(0)"],
    ["pushf", "#GP(0)"],
    ["popf", "#GP(0)"],
    ["cli", "#GP(0)"],
    ["sti", "#GP(0)"],
    ["iret", "#GP(0)"],
    ["hlt", "#GP(0)"],
    ["mov eax, cr0", "#GP(0)"],
    ["sldt ax", "#UD"],
    ["lar ax, bx", "#UD"],
    ["in al, 0x10", "#GP(0)"],
    ["int3", "#GP(1a)"],
    ["smsw ax\nin al, 8\nint 0x80", "#GP(0)"],
  ])("in virtual-8086 mode with IOPL 0 the monitor gets %s", (source, expected) => {
    const world = new World();
    world.load(
      `${frame(0, 0, 0, 0, 0x900, 0x8000, 0x20002, 0x1000, "code - 0x10000")}\nbits 16\ncode: ${source}`,
    );
    world.enter(0);
    expect(world.fate()).toBe(expected);
  });

  it("of 64-bit mode goes to compatibility code", () => {
    const world = new World(64);
    world.describe(SEL.code3, segment(0, 0xfffff, 0xfa, 0xc));
    world.load(
      `push ${SEL.data3 | 3}\npush ${stackOf(3)}\npush 2\npush ${SEL.code3 | 3}\npush target\niretq\nbits 32\ntarget: inc eax\nint 0x80`,
    );
    world.enter(0);
    world.cpu.r32[0] = 5;
    expect(world.fate()).toBe("int 80");
    // INC EAX is 40h: a REX prefix in 64-bit code.
    expect([world.cpu.r32[0], world.stack(1)]).toEqual([6, SEL.code3 | 3]);
  });

  it("refuses NT in IA-32e mode", () => {
    expect(fate("pushfq\nor dword [rsp], 0x4000\npopfq\niretq", 0, 64)).toBe("#GP(0)");
  });
});

describe("tasks", () => {
  function worldWithTask(program: string): World {
    const world = new World();
    const symbols = world.load(`${program}\nother: int 0x80`);
    world.write32(TSS2 + 28, 0);
    world.write32(TSS2 + 32, symbols.get("other") as number);
    world.write32(TSS2 + 36, 2);
    world.write32(TSS2 + 40, 0x1234);
    world.write32(TSS2 + 56, 0x7000);
    for (const [n, selector] of [SEL.data0, SEL.code0, SEL.data0, SEL.data0, 0, 0].entries())
      world.write32(TSS2 + 72 + 4 * n, selector);
    world.write32(TSS2 + 96, 0);
    return world;
  }
  const busy = (world: World, selector: number) => (world.read32(0x1004 + selector) & 0x200) !== 0;

  it("JMP saves the old one and frees it", () => {
    const world = worldWithTask(`mov ecx, 0x77\n${jump(SEL.tss2, 0)}\nafter:`);
    world.enter(0);
    expect(world.fate()).toBe("int 80");
    expect([world.cpu.r32[0], world.cpu.r32[8]]).toEqual([0x1234, 0x7000 - 12]);
    expect([world.read32(TSS + 32), world.read32(TSS + 44)]).toEqual([PROGRAM + 5 + 7, 0x77]);
    expect([busy(world, SEL.tss), busy(world, SEL.tss2)]).toEqual([false, true]);
    expect(world.cpu.cr0 & 8).toBe(8);
    expect(world.stack(2) & 0x4000).toBe(0);
  });

  it.each([
    ["CALL", call(SEL.tss2, 0), 0],
    ["CALL through a task gate", call(SEL.taskGate, 0), 3],
  ])("%s nests: back link, NT, both busy, and IRET returns", (_, transfer, ring) => {
    const world = worldWithTask(`${transfer}\nint 0x81\nreturn: iret`);
    const symbols = world.load(`${transfer}\nint 0x81\nother: iret\nint 0x82`);
    world.write32(TSS2 + 32, symbols.get("other") as number);
    world.enter(ring);
    expect(world.fate()).toBe("int 81");
    expect(world.read32(TSS2) & 0xffff).toBe(SEL.tss);
    expect([busy(world, SEL.tss), busy(world, SEL.tss2)]).toEqual([true, false]);
    // The second task stands behind its IRET.
    expect(world.read32(TSS2 + 32)).toBe((symbols.get("other") as number) + 1);
    expect(world.cpu.segments.selector[7]).toBe(SEL.tss);
  });

  it("a task gate in the IDT gets the error code on the new stack", () => {
    const world = worldWithTask("mov ax, 0xe0\nmov ds, ax");
    world.vector(13, [SEL.tss2 << 16, 0xe500]);
    world.enter(0);
    expect(world.fate()).toBe("int 80");
    expect([world.stack(2) & 0x4000, world.stack(3)]).toEqual([0x4000, 0xe0]);
    expect(world.read32(TSS + 32)).toBe(PROGRAM + 4);
  });

  it.each<[what: string, offset: number, value: number, vector: number, error: number]>([
    ["a null CS", 76, 0, 10, 0],
    ["data in CS", 76, SEL.data0, 10, SEL.data0],
    ["an SS of another ring", 80, SEL.data3 | 3, 10, SEL.data3],
    ["a DS that is not present", 84, SEL.absent, 11, SEL.absent],
    ["an LDT that is none", 96, SEL.data0, 10, SEL.data0],
  ])("%s faults in the new task", (_, offset, value, vector, error) => {
    // The new task has no stack to handle it on: the fault's gate leads back to the old task, which finds the error code on its stack.
    const world = worldWithTask(`${jump(SEL.tss2, 0)}\npop eax\nint 0x81`);
    world.vector(vector, [SEL.tss << 16, 0xe500]);
    world.write32(TSS2 + offset, value);
    world.enter(0);
    expect(world.fate()).toBe("int 81");
    expect(world.cpu.r32[0]).toBe(error);
    expect(world.read32(TSS) & 0xffff).toBe(SEL.tss2);
  });

  it("a TSS that is too short is refused in the old task", () => {
    const world = worldWithTask(jump(SEL.tss2, 0));
    world.describe(SEL.tss2, segment(TSS2, 0x66, 0x89, 0));
    world.enter(0);
    expect(world.fate()).toBe("#TS(88)");
    expect(world.cpu.segments.selector[7]).toBe(SEL.tss);
  });

  it("the T bit raises #DB in the new task", () => {
    const world = worldWithTask(jump(SEL.tss2, 0));
    world.write32(TSS2 + 100, 1);
    world.enter(0);
    expect(world.fate()).toBe("#DB");
    expect((world.cpu.dr[6] as number) & 0x8000).toBe(0x8000);
  });

  it("are no more in IA-32e mode", () => {
    const world = new World(64);
    world.load(`jmp far [pointer]\npointer: dd 0\ndw ${SEL.tss}`);
    world.enter(0);
    expect(world.fate()).toBe("#GP(28)");
  });
});

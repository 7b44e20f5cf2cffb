/** Loading segment registers, and what the loaded segments allow (SDM Vol. 3, chapters 3 and 5). */
import { describe, expect, it } from "vitest";
import { fate, SEL, World } from "./world.ts";

const load = (register: string, selector: number) => `mov ax, ${selector}\nmov ${register}, ax\nhlt`;

describe("data segment registers", () => {
  it.each<[what: string, selector: number, ring: number, fate: string]>([
    ["a null selector", 0, 0, "done"],
    ["a null selector with RPL 3", 3, 0, "done"],
    ["writable data", SEL.data0, 0, "done"],
    ["data of an outer ring", SEL.data3 | 3, 0, "done"],
    ["read-only data", SEL.readOnly, 0, "done"],
    ["code that may be read", SEL.code0, 0, "done"],
    ["code that may only be executed", SEL.executeOnly, 0, "#GP(48)"],
    ["a system descriptor", SEL.tss, 0, "#GP(28)"],
    ["a selector past the table", SEL.end, 0, "#GP(e0)"],
    ["a selector of the LDT without an LDT", 4, 0, "#GP(4)"],
    ["RPL 3 for data of ring 0", SEL.data0 | 3, 0, "#GP(10)"],
    ["a segment that is not present", SEL.absent, 0, "#NP(38)"],
    ["data of ring 0 from ring 3", SEL.data0, 3, "#GP(10)"],
    ["conforming code from ring 3, whatever RPL", SEL.conforming | 3, 3, "#GP(d)"],
  ])("%s", (_, selector, ring, expected) => {
    // HLT is privileged: in ring 3 a load that worked ends there.
    const worked = ring === 3 ? "#GP(0)" : "done";
    const text = expected === "done" || expected === "#GP(d)" ? worked : expected;
    for (const register of ["ds", "es", "fs", "gs"]) expect(fate(load(register, selector), ring)).toBe(text);
  });

  it("marks the descriptor as accessed and caches it", () => {
    const world = new World();
    expect(world.run(load("es", SEL.small))).toBe("done");
    expect(world.read32(0x1000 + SEL.small + 4) & 0x100).toBe(0x100);
    const { selector, base, limit } = world.cpu.segments;
    expect([selector[0], base[0], limit[0]]).toEqual([SEL.small, 0x6000, 0xfff]);
  });

  it("does not touch the register when the load faults", () => {
    const world = new World();
    world.run(load("ds", SEL.absent));
    expect(world.cpu.segments.selector[3]).toBe(SEL.data0);
  });
});

describe("SS", () => {
  it.each<[what: string, selector: number, ring: number, fate: string]>([
    ["null", 0, 0, "#GP(0)"],
    ["writable data of its ring", SEL.data0, 0, "done"],
    ["an RPL that is not CPL", SEL.data0 | 1, 0, "#GP(10)"],
    ["data of another ring", SEL.data3 | 3, 0, "#GP(20)"],
    ["read-only data", SEL.readOnly, 0, "#GP(40)"],
    ["code", SEL.code0, 0, "#GP(8)"],
    ["a segment that is not present", SEL.absent, 0, "#SS(38)"],
    ["a selector past the table", SEL.end, 0, "#GP(e0)"],
    ["its own ring's data in ring 3", SEL.data3 | 3, 3, "#GP(0)"],
  ])("%s", (_, selector, ring, expected) => {
    expect(fate(load("ss", selector), ring)).toBe(expected);
  });

  it("of 16 bits moves SP alone", () => {
    const world = new World();
    expect(
      world.run(`mov esp, 0x12340010\nmov ax, ${SEL.stack16}\nmov ss, ax\npush dword 0x55667788\nhlt`),
    ).toBe("done");
    expect(world.cpu.r32[8]).toBe(0x1234000c);
    expect(world.read32(0xc)).toBe(0x55667788);
  });
});

describe("accesses", () => {
  const through = (selector: number, instruction: string) =>
    fate(`mov ax, ${selector}\nmov ds, ax\n${instruction}\nhlt`);
  it.each<[what: string, selector: number, instruction: string, fate: string]>([
    ["the last dword", SEL.small, "mov eax, [0xffc]", "done"],
    ["a dword over the limit", SEL.small, "mov eax, [0xffd]", "#GP(0)"],
    ["a byte past the limit", SEL.small, "mov [0x1000], al", "#GP(0)"],
    ["a write to read-only data", SEL.readOnly, "mov [0], al", "#GP(0)"],
    ["a read of read-only data", SEL.readOnly, "mov al, [0]", "done"],
    ["a write through code", SEL.code0, "mov [0], al", "#GP(0)"],
    ["above an expand-down limit", SEL.down, "mov eax, [0x1000]", "done"],
    ["at an expand-down limit", SEL.down, "mov al, [0xfff]", "#GP(0)"],
    ["through a null selector", 0, "mov al, [0]", "#GP(0)"],
  ])("%s", (_, selector, instruction, expected) => {
    expect(through(selector, instruction)).toBe(expected);
  });

  it("past the limit of the stack raises #SS", () => {
    expect(fate(`mov ax, ${SEL.small}\nmov ss, ax\nmov esp, 0x1004\npush eax\nhlt`)).toBe("shutdown");
    expect(fate(`mov ax, ${SEL.small}\nmov ss, ax\nmov esp, 0x800\nmov eax, [ss:0x1000]\nhlt`)).toBe(
      "#SS(0)",
    );
  });

  it("past the limit of the code raises #GP", () => {
    expect(fate(`jmp ${SEL.code16}:0xffff`)).toBe("#GP(0)");
  });
});

describe("LDT", () => {
  it("is found by LLDT and asked for selectors with TI", () => {
    const world = new World();
    world.write32(0x4008, 0x0000ffff);
    world.write32(0x400c, 0x00cf9200);
    expect(world.run(`mov ax, ${SEL.ldt}\nlldt ax\nmov ax, 0xc\nmov es, ax\nsldt [0x6000]\nhlt`)).toBe(
      "done",
    );
    expect([world.cpu.segments.selector[0], world.read32(0x6000)]).toEqual([0xc, SEL.ldt]);
  });

  it.each<[what: string, selector: number, fate: string]>([
    ["null: no LDT", 0, "done"],
    ["a descriptor of another type", SEL.tss, "#GP(28)"],
    ["a selector of the LDT", 0xc, "#GP(c)"],
    ["past the table", SEL.end, "#GP(e0)"],
  ])("LLDT of %s", (_, selector, expected) => {
    expect(fate(`mov ax, ${selector}\nlldt ax\nhlt`)).toBe(expected);
  });
});

describe("unreal mode", () => {
  it("keeps a limit of 4 GiB after PE is cleared", () => {
    const world = new World();
    world.load(
      `mov ax, ${SEL.data0}
       mov ds, ax
       jmp ${SEL.code16}:half - 0x10000
       bits 16
       half: mov eax, cr0
       and al, 0xfe
       mov cr0, eax
       jmp 0x1000:real - 0x10000
       real: mov dword [dword 0x50000], 0x11223344
       mov ax, 0x2000
       mov ds, ax
       mov dword [dword 0x31000], 0x55667788
       hlt`,
    );
    world.enter(0);
    expect(world.stop()).toEqual({ reason: "halt" });
    expect([world.read32(0x50000), world.read32(0x51000)]).toEqual([0x11223344, 0x55667788]);
    expect(world.cpu.segments.limit[3]).toBe(0xffffffff);
  });
});

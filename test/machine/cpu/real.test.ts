/** Real-address mode: interrupts through the vector table, segments as paragraphs, limits of 64 KiB (SDM Vol. 3, chapter 20). */
import { describe, expect, it } from "vitest";
import { resetCpu } from "../../../src/machine/cpu/reset.ts";
import { enterReal } from "../../../src/machine/cpu/transfer/target.ts";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { HANDLERS, PROGRAM, World } from "./world.ts";

const STACK = 0x8000;

/** A program at 1000:0000, every vector at a HLT of its own, the stack below 0:8000. */
function real(source: string): World {
  const world = new World();
  const { cpu } = world;
  resetCpu(cpu);
  cpu.idtr.limit = 0x3ff;
  for (let n = 0; n < 256; n++) world.write32(4 * n, HANDLERS + 4 * n);
  world.bus.ram.set(assemble(`bits 16\norg 0\n${source}\n`).bytes, PROGRAM);
  enterReal(cpu, PROGRAM >> 4, 0);
  cpu.r32[8] = STACK;
  return world;
}

/** Without error codes, of which there are none here. */
const fate = (world: World) => world.fate().replace(/\(.*\)/, "");

it("INT pushes FLAGS, CS and IP and clears IF", () => {
  const world = real("sti\nint 0x21");
  expect(fate(world)).toBe("int 21");
  expect(world.cpu.r16[16]).toBe(STACK - 6);
  expect([world.read32(STACK - 6), world.read32(STACK - 4) >>> 16]).toEqual([(0x1000 << 16) | 3, 0x202]);
  expect(world.cpu.flags.value & 0x200).toBe(0);
});

describe("exceptions push no error codes", () => {
  it.each<[what: string, source: string, fate: string, sp: number]>([
    ["a word over the end of a segment", "mov ax, [0xffff]", "#GP", STACK],
    ["a word over the end of the stack", "mov sp, 0xffff\npop ax", "#SS", 0xffff],
    ["division", "xor cx, cx\ndiv cx", "#DE", STACK],
    ["an instruction of protected mode", "lldt ax", "#UD", STACK],
    ["a single step", "pushf\npop ax\nor ah, 1\npush ax\npopf\nnop\nnop", "#DB", STACK],
  ])("%s", (_, source, expected, sp) => {
    const world = real(source);
    expect(fate(world)).toBe(expected);
    expect(world.cpu.r16[16]).toBe(sp - 6);
  });
});

it("nothing is privileged", () => {
  expect(fate(real("clts\nmov eax, cr0\nin al, 0x10\nwbinvd\nhlt"))).toBe("done");
});

it("a vector past the table's limit is #GP, and without that one too the machine shuts down", () => {
  const world = real("int 0x21");
  world.cpu.idtr.limit = 4 * 14 - 1;
  expect(fate(world)).toBe("#GP");
  const none = real("int 0x21");
  none.cpu.idtr.limit = 3;
  expect(fate(none)).toBe("shutdown");
});

it("far transfers load paragraphs", () => {
  const world = real(
    `push 0x0fff
     push back + 0x10
     retf
     back: call 0x0ffe:there + 0x20
     hlt
     there: pushf
     push 0x1000
     push last
     iret
     last: mov ax, cs
     pop bx
     pop cx
     hlt`,
  );
  expect(fate(world)).toBe("done");
  const { r16, segments } = world.cpu;
  expect([r16[0], segments.base[1], r16[4]]).toEqual([0x1000, 0x10000, 0x0fff]);
});

/**
 * The short way between flat segments does what the rules in full do. A descriptor whose accessed bit is clear takes the rules in
 * full; so each program is run twice, and everything but those bits must come out the same.
 */
import { expect, it } from "vitest";
import { GDT, SEL, World } from "./world.ts";

const ACCESSED = 0x100;
const USED = [SEL.code0, SEL.data0, SEL.code1, SEL.data1, SEL.code3, SEL.data3];

function run(source: string, ring: number, accessed: boolean): unknown {
  const world = new World();
  if (accessed)
    for (const selector of USED)
      world.write32(GDT + selector + 4, world.read32(GDT + selector + 4) | ACCESSED);
  world.load(source);
  world.enter(ring);
  // Every instruction again and again, so that a descriptor that was accessed by the first is made fresh for the next.
  const states: unknown[] = [];
  for (let step = 0; step < 40; step++) {
    const { reason } = world.stop(1);
    const { cpu } = world;
    const { selector, base, limit, access } = cpu.segments;
    states.push(
      [...cpu.r32, cpu.ip, cpu.flags.value, cpu.cpl, cpu.bits, cpu.flatRead, cpu.flatWrite, cpu.stackMask],
      [selector, base, limit, access].map((array) => [...array]),
      [world.clock.now, world.trace.hash, world.memory.user, reason],
    );
    if (!accessed)
      for (const used of USED) world.write32(GDT + used + 4, world.read32(GDT + used + 4) & ~ACCESSED);
    if (reason !== "limit") break;
  }
  return { states, stacks: [...world.bus.ram.subarray(0x6000, 0xb000)] };
}

it.each<[what: string, source: string, ring: number]>([
  ["within ring 0", "push dword 0x3246\npush dword 8\npush dword next\niret\nnext: int 0x80", 0],
  [
    "ring 0 to 3 and back",
    "push dword 0x23\npush dword 0xafe0\npush dword 0x3a87\npush dword 0x1b\npush dword user\niret\nuser: int 0x80",
    0,
  ],
  [
    "ring 0 to 1 and back",
    "push dword 0x71\npush dword 0x8fe0\npush dword 2\npush dword 0x69\npush dword user\niret\nuser: mov eax, ss\nint 0x80",
    0,
  ],
  ["within ring 3", "push dword 0x200046\npush dword 0x1b\npush dword next\niret\nnext: int 0x80", 3],
  ["an exception with an error code", "mov ax, 0xe0\nmov ds, ax", 3],
  ["an exception without one", "xor ecx, ecx\ndiv ecx", 3],
  ["IRET to an inner ring", "push dword 2\npush dword 8\npush dword 0x10000\niret", 3],
  ["IRET to data", "push dword 2\npush dword 0x23\npush dword 0x10000\niret", 3],
  ["a stack that crosses a page", "mov esp, 0x7006\nint 0x80", 0],
])("%s", (_, source, ring) => {
  expect(run(source, ring, false)).toEqual(run(source, ring, true));
});

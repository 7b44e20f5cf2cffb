/** The virtualizable x86: what betrays a ring on a real processor is #GP(0) there, and nothing else is. */
import { expect, test } from "vitest";
import { RINGLAB, VIRTUALIZABLE } from "../../../src/machine/cpu/model.ts";
import { Machine } from "../../../src/machine/machine.ts";
import { SEL, World } from "./world.ts";

const run = (source: string, ring: number, model = VIRTUALIZABLE, bits: 32 | 64 = 32) =>
  new World(bits, model).run(`${source}\nint3`, ring);

/** What an instruction runs into on the virtualizable processor where it is innocent on the other; rings 0, 1, 3. */
const EVERY_RING = [
  ..."sgdt sidt".split(" ").map((name) => `${name} [0x18000]`),
  ..."sldt str smsw".split(" ").map((name) => `${name} eax`),
  ..."lar lsl".split(" ").map((name) => `${name} eax, ecx`),
  "verr cx",
  "verw cx",
  "pushfd",
  "push 2\npopfd",
];

const MOVED_RINGS = [
  "mov eax, ds",
  "mov ax, cs",
  "mov ds, ax",
  "push cs",
  "push fs",
  "xor eax, eax\npush eax\npop ds",
  "int 0x80",
  "into",
  `jmp ${SEL.conforming}:0x5400`,
  `call ${SEL.conforming}:0x5400`,
  "retf",
  "iretd",
];

const INNOCENT = ["lahf", "sahf", "pusha", "cpuid", "rdtsc", "arpl ax, cx", "cld", "nop"];

test.each(EVERY_RING)("%s is #GP(0) in every ring but 0", (source) => {
  for (const ring of [1, 3]) {
    expect(run(source, ring)).toBe("#GP(0)");
    // INT3 has a gate for ring 0 alone.
    expect(run(source, ring, RINGLAB)).toBe("#GP(1a)");
  }
  expect(run(source, 0)).toBe("#BP");
});

test.each(MOVED_RINGS)("%s is #GP(0) in ring 1, as ever in rings 0 and 3", (source) => {
  expect(run(source, 1)).toBe("#GP(0)");
  for (const ring of [0, 3]) expect(run(source, ring)).toBe(run(source, ring, RINGLAB));
});

test.each(INNOCENT)("%s does not trap", (source) => {
  for (const ring of [0, 1, 3]) {
    const fate = run(source, ring, RINGLAB);
    expect(run(source, ring)).toBe(ring === 1 ? "#GP(0)" : fate);
    // In ring 1 the INT3 at the end does; before it nothing did.
    const world = new World(32, VIRTUALIZABLE);
    world.load(source);
    world.enter(ring);
    world.stop(1);
    expect(world.cpu.retired).toBe(1);
  }
});

test("64-bit code is no exception", () => {
  expect(run("sgdt [0x18000]", 3, VIRTUALIZABLE, 64)).toBe("#GP(0)");
  expect(run("pushfq", 3, VIRTUALIZABLE, 64)).toBe("#GP(0)");
  expect(run("pushfq", 0, VIRTUALIZABLE, 64)).toBe("#BP");
});

test("in real mode there are no rings, and nothing traps", () => {
  const world = new World(32, VIRTUALIZABLE);
  const { cpu } = world;
  cpu.cr0 &= ~1;
  world.enter(0);
  world.load("sgdt [0x8000]\npushf\nsmsw ax\nmov ax, cs\npush cs", 32);
  world.stop(5);
  expect(cpu.retired).toBe(5);
});

test("a machine is given its model by an option", () => {
  expect(new Machine({ memory: 1 << 20, model: VIRTUALIZABLE }).cpu.model.trapsSensitive).toBe(true);
  expect(new Machine({ memory: 1 << 20 }).cpu.model).toBe(RINGLAB);
});

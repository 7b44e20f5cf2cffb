/**
 * The short way between flat segments does what the rules in full do: each program is run with and without it, and everything must come
 * out the same. In the first test the rules in full are taken as a machine takes them, over a descriptor whose accessed bit is clear; in
 * the second one by taking the short way's functions away.
 */
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { CR0 } from "../../../src/machine/cpu/cpu.ts";
import { saveCpu } from "../../../src/machine/cpu/snapshot.ts";
import { StateWriter } from "../../../src/machine/state.ts";
import { GDT, HANDLERS, IDT, PAGES, PROGRAM, SEL, stackOf, TSS, World } from "./world.ts";

const flat = vi.hoisted(() => ({ on: true, entered: 0, returned: 0 }));
vi.mock("../../../src/machine/cpu/flat.ts", async (original) => {
  const real = await original<typeof import("../../../src/machine/cpu/flat.ts")>();
  const enterFlat: typeof real.enterFlat = (...how) =>
    flat.on && real.enterFlat(...how) && ++flat.entered > 0;
  const returnFlat: typeof real.returnFlat = (cpu) => flat.on && real.returnFlat(cpu) && ++flat.returned > 0;
  return { enterFlat, returnFlat };
});

afterEach(() => {
  flat.on = true;
});

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

const TABLE = PAGES + 0x1000;
/** A page that is not there, for the page faults. */
const HOLE = 0x70;
/** Five bytes each, so that their addresses are known. */
const STORE = `mov [${HOLE << 12}], eax`;
/** The last one writes to the program's own page, which may be read-only. */
const STORE_HERE = `mov [${PROGRAM + 0xff0}], eax`;
const INSTRUCTIONS = [
  "int 0x80",
  "int 0x20",
  "int3",
  "ud2",
  STORE,
  STORE_HERE,
  "iretd",
  "iretd",
  "iretd",
  "retf",
];
const ADD_ESP_4_IRETD = [0x83, 0xc4, 0x04, 0xcf];
const NEAR_HANDLERS = PROGRAM + 0x400;
const WITH_ERROR = [8, 10, 11, 12, 13, 14, 17];
const VECTORS = [3, 6, 13, 14, 0x20, 0x80];
const ENTRIES = [
  ...VECTORS.map((n) => IDT + 8 * n),
  ...USED.map((selector) => GDT + selector),
  ...[TSS + 4, TSS + 12],
];
const FLAGS = [0, 0x200, 0x400, 0x4000, 0x3000, 0x10000, 0x20000, 0x40000, 0x180000, 0x200000, 0x8d5];

/** What is done to a world before an instruction. Bits of tables are turned back after it. */
type Change =
  | { what: "bit"; at: number; bit: number }
  | { what: "page"; page: number; bit: number }
  | { what: "flush"; page: number }
  | { what: "flags"; value: number }
  | { what: "limit"; table: "gdtr" | "idtr"; limit: number }
  | { what: "gate"; n: number; selector: number; inPage: boolean }
  | { what: "interrupt"; halted: boolean }
  | { what: "nmi" };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    what: fc.constant("bit"),
    at: fc.constantFrom(...ENTRIES),
    bit: fc.nat(63),
  }) as fc.Arbitrary<Change>,
  fc.record({
    what: fc.constant("page" as const),
    // Tables, stacks and the program.
    page: fc.constantFrom(1, 2, 3, 5, 7, 8, 10, 16),
    bit: fc.constantFrom(0, 1, 2, 5, 6),
  }),
  fc.record({ what: fc.constant("flush" as const), page: fc.constantFrom(1, 2, 3, 7, 8, 10) }),
  fc.record({ what: fc.constant("flags" as const), value: fc.constantFrom(...FLAGS) }),
  fc.record({
    what: fc.constant("limit" as const),
    table: fc.constantFrom("gdtr" as const, "idtr" as const),
    limit: fc.constantFrom(0x07, 0x1f, 0x6f, 0x3ff, 0x406),
  }),
  fc.record({
    what: fc.constant("gate" as const),
    n: fc.constantFrom(...VECTORS),
    selector: fc.constantFrom(...USED),
    inPage: fc.boolean(),
  }),
  fc.record({ what: fc.constant("interrupt" as const), halted: fc.boolean() }),
  fc.constant({ what: "nmi" as const }),
);
const selector = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(SEL.code0, SEL.code1 | 1, SEL.code3 | 3) },
  { weight: 1, arbitrary: fc.constantFrom(...USED.flatMap((used) => [used, used | 1, used | 3])) },
  { weight: 1, arbitrary: fc.nat(0xffff) },
);
const action = fc.record({
  ring: fc.constantFrom(0, 0, 1, 3, 3),
  instruction: fc.nat(INSTRUCTIONS.length - 1),
  changes: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    fc.array(change, { minLength: 1, maxLength: 2 }),
  ),
  // Bytes that the stack holds already, and the frame at its top.
  depth: fc.constantFrom(0, 4, 8, 12, 16, 20, 0xff0, 0xff4, 0xffe),
  frame: fc.record({ cs: selector, flags: fc.constantFrom(2, ...FLAGS), sp: fc.nat(0xffff), ss: selector }),
  matching: fc.constantFrom(true, true, false),
  steps: fc.constantFrom<number>(1, 2, 3, 5),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** A gate's handler is in a page of its own, or in the program's. */
function setGate(world: World, n: number, selector: number, inPage: boolean): void {
  const offset = (inPage ? NEAR_HANDLERS : HANDLERS) + 4 * n;
  world.write32(IDT + 8 * n, (selector << 16) | (offset & 0xffff));
  world.write32(IDT + 8 * n + 4, (offset & 0xffff0000) | (world.read32(IDT + 8 * n + 4) & 0xffff));
}

/** Identity-mapped pages of 1 MiB for every ring, handlers that return, and all descriptors accessed. */
function pagedWorld(): World {
  const world = new World();
  const { cpu, memory } = world;
  for (const used of USED) world.write32(GDT + used + 4, world.read32(GDT + used + 4) | ACCESSED);
  for (const at of [HANDLERS, NEAR_HANDLERS])
    for (let n = 0; n < 256; n++)
      world.bus.ram.set(WITH_ERROR.includes(n) ? ADD_ESP_4_IRETD : [0xcf], at + 4 * n);
  world.write32(PAGES, TABLE | 7);
  for (let n = 0; n < 256; n++) world.write32(TABLE + 4 * n, (n << 12) | (n === HOLE ? 6 : 7));
  world.load(INSTRUCTIONS.map((instruction) => `${instruction}\nalign 8`).join("\n"));
  cpu.cr3 = PAGES;
  memory.loadCr3(PAGES, 0);
  cpu.cr0 |= CR0.PG | CR0.WP;
  memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  return world;
}

function make(world: World, c: Change): void {
  const { cpu, memory } = world;
  const turn = (at: number, bit: number) =>
    world.write32(at + 4 * (bit >> 5), world.read32(at + 4 * (bit >> 5)) ^ (1 << (bit & 31)));
  if (c.what === "bit") turn(c.at, c.bit);
  else if (c.what === "page") {
    turn(TABLE + 4 * c.page, c.bit);
    memory.invalidate((c.page << 12) as Parameters<typeof memory.invalidate>[0]);
  } else if (c.what === "flush") memory.invalidate((c.page << 12) as Parameters<typeof memory.invalidate>[0]);
  else if (c.what === "flags") cpu.flags.value = c.value;
  else if (c.what === "limit") cpu[c.table].limit = c.limit;
  else if (c.what === "gate") setGate(world, c.n, c.selector, c.inPage);
  else if (c.what === "interrupt") {
    let due = true;
    const acknowledge = () => {
      due = false;
      return 0x20;
    };
    cpu.irq = { pending: () => due, acknowledge, taskPriority: 0 };
    cpu.halted = c.halted;
    cpu.flags.value |= 0x200;
    world.clock.attend();
  } else cpu.nmiBlocked = true;
}

function play(actions: readonly Action[]): unknown[] {
  const world = pagedWorld();
  const { cpu, memory } = world;
  const seen: unknown[] = [];
  for (const { ring, instruction, changes, depth, frame, matching, steps } of actions) {
    world.enter(ring);
    cpu.stop = null;
    cpu.nmiBlocked = false;
    cpu.irq = { pending: () => false, acknowledge: () => 0, taskPriority: 0 };
    for (const n of VECTORS) setGate(world, n, SEL.code0, n % 4 !== 0);
    Object.assign(cpu.gdtr, { limit: SEL.end - 1 });
    Object.assign(cpu.idtr, { limit: 8 * 256 - 1 });
    cpu.ip = PROGRAM + 8 * instruction;
    const sp = (stackOf(ring) - 32 - depth) | 0;
    cpu.r32[8] = sp;
    const words = [PROGRAM + 8, frame.cs, frame.flags, frame.sp, matching ? frame.cs + 8 : frame.ss];
    for (const [i, word] of words.entries()) world.write32(sp + 4 * i, word);
    for (const c of changes) make(world, c);
    const { reason } = world.stop(steps);
    for (const c of changes) if (c.what === "bit" || c.what === "page") make(world, c);
    const out = new StateWriter();
    saveCpu(cpu, out);
    memory.save(out);
    seen.push([
      ...[reason, world.clock.now, world.trace.hash, cpu.ip, cpu.flags.value, cpu.cpl, [...cpu.r32]],
      Buffer.from(out.finish()).toString("base64"),
      Buffer.from(world.bus.ram.subarray(GDT, 0xb000)).toString("base64"),
      Buffer.from(world.bus.ram.subarray(TABLE, TABLE + 1024)).toString("base64"),
    ]);
  }
  return seen;
}

/** A fault over the page that the handler lies in, too, takes that page's translation away; the first one fills the TLBs. */
const OWN_PAGE: Action = {
  ...{ ring: 0, instruction: INSTRUCTIONS.indexOf(STORE_HERE), depth: 0, matching: true, steps: 9 },
  changes: [{ what: "page", page: PROGRAM >> 12, bit: 1 }],
  frame: { cs: SEL.code0, flags: 2, sp: 0, ss: 0 },
};

it("does what the rules in full do, whatever the tables, the stack and the flags are", () => {
  const random = fc.array(action, { minLength: 20, maxLength: 40, size: "max" });
  const histories = [[OWN_PAGE], ...fc.sample(random, { seed: 11, numRuns: 120 })];
  flat.entered = flat.returned = 0;
  const short = histories.map(play);
  // Thousands of instructions: each kind of transfer goes the short way often enough.
  expect(flat.entered).toBeGreaterThan(1000);
  expect(flat.returned).toBeGreaterThan(500);
  flat.on = false;
  for (const [i, actions] of histories.entries()) {
    const full = play(actions);
    for (const [n, state] of full.entries())
      expect(short[i]?.[n], JSON.stringify(actions.slice(0, n + 1))).toEqual(state);
  }
});

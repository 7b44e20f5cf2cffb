/** SDM Vol. 3, chapter 10. */
import { beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../../src/machine/clock.ts";
import { Lapic } from "../../../src/machine/devices/lapic.ts";
import { LapicRegisters, REGISTER } from "../../../src/machine/devices/lapic-registers.ts";
import { copyState, HERTZ, pass } from "./rig.ts";

const MASKED = 0x10000;

let clock: Clock;
let lapic: Lapic;
let registers: LapicRegisters;
let said: string[];
let pic: { vector: number; pending: () => boolean; acknowledge: () => number };

function make(): void {
  clock = new Clock();
  said = [];
  pic = { vector: -1, pending: () => pic.vector >= 0, acknowledge: () => pic.vector };
  lapic = new Lapic({
    clock,
    hertz: HERTZ,
    busHertz: HERTZ,
    tsc: () => clock.now + 1000,
    pic,
    intr: () => said.push("intr"),
    nmi: () => said.push("nmi"),
    init: () => said.push("init"),
  });
  lapic.onEoi = (vector) => said.push(`eoi ${vector.toString(16)}`);
  registers = new LapicRegisters(lapic);
}

const get = (register: number) => registers.read(register << 4, 4);
const set = (register: number, value: number) => registers.write(register << 4, value, 4);
const enable = () => set(REGISTER.svr, 0x1ff);
const send = (vector: number, more: Partial<Parameters<Lapic["deliver"]>[0]> = {}) =>
  lapic.deliver({ vector, delivery: 0, levelTriggered: false, destination: 0, logical: false, ...more });
const self = (vector: number) => set(REGISTER.icrLow, 0x40000 | vector);
const eoi = () => set(REGISTER.eoi, 0);

beforeEach(() => {
  make();
  enable();
});

describe("after power-up", () => {
  beforeEach(make);

  test("it takes nothing, every entry is masked, but LINT0 is open for the 8259A", () => {
    send(0x40);
    expect(lapic.pending()).toBe(false);
    expect([get(REGISTER.version), get(REGISTER.svr), get(REGISTER.dfr)]).toEqual([
      0x50014, 0xff, 0xffffffff,
    ]);
    expect(get(REGISTER.lvtTimer)).toBe(MASKED);
    pic.vector = 0x08;
    expect(lapic.pending()).toBe(true);
    expect(lapic.acknowledge()).toBe(0x08);
  });

  test("entries stay masked while it is disabled by software", () => {
    set(REGISTER.lvtTimer, 0x30);
    expect(get(REGISTER.lvtTimer)).toBe(MASKED | 0x30);
    enable();
    set(REGISTER.lvtTimer, 0x30);
    expect(get(REGISTER.lvtTimer)).toBe(0x30);
    set(REGISTER.svr, 0xff);
    expect(get(REGISTER.lvtTimer)).toBe(MASKED | 0x30);
  });
});

describe("priorities", () => {
  test("the highest vector first, the next after its EOI", () => {
    send(0x41);
    send(0x92);
    expect(lapic.acknowledge()).toBe(0x92);
    expect(lapic.pending()).toBe(false);
    expect(get(REGISTER.isr + 4)).toBe(1 << 0x12);
    expect(get(REGISTER.isr + 16 + 2)).toBe(1 << 1);
    eoi();
    expect(lapic.acknowledge()).toBe(0x41);
  });

  test("a class in service blocks its own and those below", () => {
    send(0x51);
    lapic.acknowledge();
    send(0x5f);
    expect(lapic.pending()).toBe(false);
    expect(get(REGISTER.ppr)).toBe(0x50);
    send(0x60);
    expect(lapic.pending()).toBe(true);
  });

  test("the task priority blocks its class and those below, by TPR or CR8", () => {
    set(REGISTER.tpr, 0x52);
    send(0x5f);
    expect(lapic.pending()).toBe(false);
    expect([lapic.taskPriority, get(REGISTER.ppr)]).toEqual([5, 0x52]);
    lapic.taskPriority = 4;
    expect(get(REGISTER.tpr)).toBe(0x40);
    expect(lapic.pending()).toBe(true);
    expect(said.at(-1)).toBe("intr");
  });

  test("what was withdrawn by the task priority is the spurious vector", () => {
    send(0x45);
    set(REGISTER.lvtTimer + 3, MASKED);
    lapic.taskPriority = 15;
    expect(lapic.acknowledge()).toBe(0xff);
    expect(get(REGISTER.isr + 7)).toBe(0);
  });
});

describe("messages", () => {
  test("physical destinations: its ID, or all", () => {
    set(REGISTER.id, 3 << 24);
    expect([0, 3, 0xff].map((destination) => send(0x40, { destination }))).toEqual([false, true, true]);
  });

  test("logical destinations, flat and in clusters", () => {
    set(REGISTER.ldr, 0x12 << 24);
    const seen = (destination: number) => send(0x40, { destination, logical: true });
    expect([0x02, 0x10, 0x04].map(seen)).toEqual([true, true, false]);
    set(REGISTER.dfr, 0x0fffffff);
    expect([0x12, 0x22, 0x11, 0xff].map(seen)).toEqual([true, false, false, true]);
  });

  test("to itself, with the shorthands that include it", () => {
    self(0x44);
    expect(lapic.acknowledge()).toBe(0x44);
    set(REGISTER.icrLow, 0x80045);
    set(REGISTER.icrLow, 0xc0046);
    expect([get(REGISTER.isr + 16 + 2)]).toEqual([1 << 5]);
  });

  test("to a processor that is not there: nothing, for INIT and start-up too", () => {
    set(REGISTER.icrHigh, 1 << 24);
    for (const icr of [0x00040, 0x00500, 0x00600, 0xc0500]) set(REGISTER.icrLow, icr);
    expect(lapic.pending()).toBe(false);
    expect(said).not.toContain("init");
    expect(get(REGISTER.icrLow) & 0x1000).toBe(0);
  });

  test("NMI and INIT reach the processor; an INIT level de-assert does not", () => {
    set(REGISTER.icrLow, 0x40400);
    set(REGISTER.icrLow, 0x08500);
    set(REGISTER.icrLow, 0x00500);
    expect(said.filter((word) => word !== "intr")).toEqual(["nmi", "init"]);
  });

  test("the EOI of a level-triggered one goes to the IOAPIC, that of an edge does not", () => {
    send(0x61, { levelTriggered: true });
    expect(get(REGISTER.isr + 8 + 3)).toBe(1 << 1);
    lapic.acknowledge();
    eoi();
    send(0x61);
    lapic.acknowledge();
    eoi();
    expect(said.filter((word) => word.startsWith("eoi"))).toEqual(["eoi 61"]);
  });
});

describe("errors", () => {
  test("are told when ESR is written, and interrupt through their entry", () => {
    set(REGISTER.lvtError, 0x33);
    self(0x05);
    expect(lapic.acknowledge()).toBe(0x33);
    expect(get(REGISTER.esr)).toBe(0);
    set(REGISTER.esr, 0);
    expect(get(REGISTER.esr)).toBe(0x20);
    set(REGISTER.esr, 0);
    expect(get(REGISTER.esr)).toBe(0);
  });

  test("a vector below 16 that was received, a register that is none", () => {
    send(0x0f);
    get(0x3f);
    set(REGISTER.esr, 0);
    expect(get(REGISTER.esr)).toBe(0xc0);
  });
});

describe("the timer", () => {
  beforeEach(() => {
    set(REGISTER.divide, 0x0b);
  });

  test("one-shot: once, and the count stays at zero", () => {
    set(REGISTER.lvtTimer, 0x30);
    set(REGISTER.initial, 100);
    pass(clock, 40);
    expect(get(REGISTER.current)).toBe(60);
    pass(clock, 59);
    expect(lapic.pending()).toBe(false);
    pass(clock, 1);
    expect(lapic.acknowledge()).toBe(0x30);
    eoi();
    pass(clock, 500);
    expect([get(REGISTER.current), get(REGISTER.initial), lapic.pending()]).toEqual([0, 100, false]);
  });

  test("periodic: again and again", () => {
    set(REGISTER.lvtTimer, 0x20030);
    set(REGISTER.initial, 100);
    const at: number[] = [];
    for (let i = 0; i < 350; i++) {
      pass(clock, 1);
      if (!lapic.pending()) continue;
      at.push(clock.now);
      lapic.acknowledge();
      eoi();
    }
    expect(at).toEqual([100, 200, 300]);
  });

  test.each([
    [0x0, 2],
    [0x1, 4],
    [0x2, 8],
    [0x3, 16],
    [0x8, 32],
    [0x9, 64],
    [0xa, 128],
    [0xb, 1],
  ])("divide configuration %i divides by %i", (code, divisor) => {
    set(REGISTER.divide, code);
    set(REGISTER.initial, 50);
    pass(clock, 10 * divisor);
    expect(get(REGISTER.current)).toBe(40);
  });

  test("a change of mode or pace lets the count go on", () => {
    set(REGISTER.initial, 100);
    pass(clock, 30);
    set(REGISTER.lvtTimer, 0x20030);
    set(REGISTER.divide, 0x0);
    pass(clock, 20);
    expect(get(REGISTER.current)).toBe(60);
  });

  test("a masked entry does not interrupt; writing zero stops", () => {
    set(REGISTER.lvtTimer, MASKED | 0x20030);
    set(REGISTER.initial, 10);
    pass(clock, 25);
    expect(lapic.pending()).toBe(false);
    expect(get(REGISTER.current)).toBe(5);
    set(REGISTER.initial, 0);
    expect(get(REGISTER.current)).toBe(0);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
  });

  test("TSC deadline: fires when the counter is there, and disarms", () => {
    set(REGISTER.lvtTimer, 0x40030);
    set(REGISTER.initial, 5);
    lapic.timer.setDeadline(1500);
    pass(clock, 499);
    expect(lapic.pending()).toBe(false);
    expect(lapic.timer.deadline).toBe(1500);
    pass(clock, 1);
    expect(lapic.acknowledge()).toBe(0x30);
    expect([lapic.timer.deadline, get(REGISTER.initial)]).toEqual([0, 0]);
  });

  test("a deadline in another mode is ignored; leaving the mode disarms", () => {
    lapic.timer.setDeadline(1500);
    expect(lapic.timer.deadline).toBe(0);
    set(REGISTER.lvtTimer, 0x40030);
    lapic.timer.setDeadline(1500);
    set(REGISTER.lvtTimer, 0x30);
    expect(lapic.timer.deadline).toBe(0);
  });
});

test("its own interrupts come before the 8259A's; a masked LINT0 holds those back", () => {
  pic.vector = 0x20;
  send(0x40);
  expect(lapic.acknowledge()).toBe(0x40);
  set(REGISTER.lvtTimer + 3, MASKED | 0x700);
  expect(lapic.pending()).toBe(false);
});

test("only aligned accesses of 32 bits reach a register", () => {
  expect(registers.read(0x30, 1)).toBe(0);
  expect(registers.read(0x34, 4)).toBe(0);
  registers.write(0x80, 0x50, 1);
  expect(get(REGISTER.tpr)).toBe(0);
});

test("goes on from a snapshot", () => {
  set(REGISTER.divide, 0x0b);
  set(REGISTER.lvtTimer, 0x20030);
  set(REGISTER.initial, 100);
  send(0x91, { levelTriggered: true });
  lapic.acknowledge();
  pass(clock, 30);
  const saved = { lapic, clock };
  make();
  clock.sleepUntil(saved.clock.now);
  copyState(saved.lapic, lapic);
  expect(get(REGISTER.current)).toBe(70);
  eoi();
  expect(said).toEqual(["eoi 91"]);
  pass(clock, 70);
  expect(lapic.acknowledge()).toBe(0x30);
});

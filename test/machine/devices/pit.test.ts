/** 8254 datasheet, "Mode Definitions" and its commands. The clock has as many cycles as the 8254 has ticks. */
import { beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../../src/machine/clock.ts";
import { PIT_HERTZ, Pit } from "../../../src/machine/devices/pit.ts";
import { copyState, pass, RecordedLine } from "./rig.ts";

let clock: Clock;
let irq: RecordedLine;
let pit: Pit;

function make(hertz = PIT_HERTZ): void {
  clock = new Clock();
  irq = new RecordedLine(clock);
  pit = new Pit({ clock, hertz, irq });
}

beforeEach(() => make());

/** Control word and count, low byte first. */
function program(counter: number, mode: number, count: number, bcd = 0): void {
  pit.out(0x43, (counter << 6) | 0x30 | (mode << 1) | bcd);
  pit.out(0x40 + counter, count & 0xff);
  pit.out(0x40 + counter, count >> 8);
}

function count(counter: number): number {
  pit.out(0x43, counter << 6);
  const low = pit.in(0x40 + counter);
  return low | (pit.in(0x40 + counter) << 8);
}

/** Read-back command: status only. */
function status(counter: number): number {
  pit.out(0x43, 0xe0 | (2 << counter));
  return pit.in(0x40 + counter);
}

const gate = (high: boolean) => pit.out(0x61, high ? 1 : 0);
const output2 = () => (pit.in(0x61) & 0x20) !== 0;

describe("mode 0, interrupt on terminal count", () => {
  test("goes high N + 1 ticks after the count was written, and stays", () => {
    program(0, 0, 100);
    pass(clock, 1000);
    expect(irq.rises).toEqual([101]);
    expect(irq.level).toBe(true);
  });

  test("the element counts on below zero", () => {
    program(0, 0, 5);
    pass(clock, 8);
    expect(count(0)).toBe(0xfffe);
  });

  test("the first of two bytes stops it and sets the output low", () => {
    program(0, 0, 10);
    pass(clock, 50);
    pit.out(0x40, 20);
    expect(irq.level).toBe(false);
    pass(clock, 50);
    expect(irq.level).toBe(false);
    pit.out(0x40, 0);
    pass(clock, 21);
    expect(irq.level).toBe(true);
  });

  test("a low gate holds the count", () => {
    gate(true);
    program(2, 0, 100);
    pass(clock, 41);
    gate(false);
    pass(clock, 500);
    expect(count(2)).toBe(60);
    gate(true);
    pass(clock, 59);
    expect(output2()).toBe(false);
    pass(clock, 1);
    expect(output2()).toBe(true);
  });
});

describe("mode 1, retriggerable one-shot", () => {
  test("is low for N ticks after a rise of the gate, and again after the next", () => {
    program(2, 1, 30);
    expect(output2()).toBe(true);
    gate(true);
    pass(clock, 1);
    expect(output2()).toBe(false);
    pass(clock, 20);
    gate(false);
    gate(true);
    pass(clock, 30);
    expect(output2()).toBe(false);
    pass(clock, 1);
    expect(output2()).toBe(true);
  });
});

describe("mode 2, rate generator", () => {
  test("rises every N ticks and is low for one", () => {
    program(0, 2, 100);
    pass(clock, 350);
    expect(irq.changes.slice(-6)).toEqual([
      [100, false],
      [101, true],
      [200, false],
      [201, true],
      [300, false],
      [301, true],
    ]);
  });

  test("a new count takes over at the end of the period", () => {
    program(0, 2, 100);
    pass(clock, 50);
    pit.out(0x40, 40);
    pit.out(0x40, 0);
    pass(clock, 150);
    expect(irq.rises.slice(-3)).toEqual([101, 141, 181]);
  });

  test("a low gate sets the output high; its rise starts a period", () => {
    gate(true);
    program(2, 2, 10);
    pass(clock, 10);
    expect(output2()).toBe(false);
    gate(false);
    expect(output2()).toBe(true);
    pass(clock, 100);
    gate(true);
    pass(clock, 9);
    expect(output2()).toBe(true);
    pass(clock, 1);
    expect(output2()).toBe(false);
  });
});

describe("mode 3, square wave", () => {
  test("an even count is high and low for half of it", () => {
    program(0, 3, 100);
    pass(clock, 250);
    expect(irq.changes.slice(1)).toEqual([
      [51, false],
      [101, true],
      [151, false],
      [201, true],
    ]);
  });

  test("an odd count is high for the longer half, and the element goes down by two from the even below", () => {
    program(0, 3, 5);
    pass(clock, 1);
    const seen = [count(0)];
    for (let i = 0; i < 5; i++) {
      pass(clock, 1);
      seen.push(count(0));
    }
    expect(seen).toEqual([4, 2, 0, 4, 2, 4]);
    expect(irq.changes.slice(-2)).toEqual([
      [4, false],
      [6, true],
    ]);
  });

  test("a new count takes over at the end of the half", () => {
    program(0, 3, 100);
    pass(clock, 20);
    pit.out(0x40, 20);
    pit.out(0x40, 0);
    pass(clock, 60);
    expect(irq.changes.slice(1, 4)).toEqual([
      [51, false],
      [61, true],
      [71, false],
    ]);
  });
});

test.each([4, 5])("mode %i, strobe: low for one tick after N", (mode) => {
  program(2, mode, 10);
  gate(true);
  if (mode === 4) program(2, mode, 10);
  pass(clock, 10);
  expect(output2()).toBe(true);
  pass(clock, 1);
  expect(output2()).toBe(false);
  pass(clock, 1);
  expect(output2()).toBe(true);
});

describe("reading", () => {
  test("a latched count stands still until it was read", () => {
    program(0, 2, 1000);
    pass(clock, 101);
    pit.out(0x43, 0);
    pass(clock, 50);
    pit.out(0x43, 0);
    expect(pit.in(0x40) | (pit.in(0x40) << 8)).toBe(900);
    expect(count(0)).toBe(850);
  });

  test("a count of 0 is 65536, in BCD 10000", () => {
    program(0, 2, 0);
    pass(clock, 2);
    expect(count(0)).toBe(0xffff);
    program(0, 2, 0, 1);
    pass(clock, 2);
    expect(count(0)).toBe(0x9999);
  });

  test("read-back tells output, null count, access, mode and BCD, before a count latched with it", () => {
    program(0, 0, 50);
    expect(status(0)).toBe(0x70);
    pass(clock, 60);
    pit.out(0x43, 0xc2);
    expect(pit.in(0x40)).toBe(0xb0);
    expect(pit.in(0x40) | (pit.in(0x40) << 8)).toBe(0x10000 - 9);
  });

  test("one byte only, low or high", () => {
    pit.out(0x43, 0x24);
    pit.out(0x40, 0x12);
    pass(clock, 1);
    expect(pit.in(0x40)).toBe(0x12);
    pass(clock, 1);
    expect(pit.in(0x40)).toBe(0x11);
  });
});

test("counter 0 of a machine of 3 GHz keeps time: 1193182 ticks in a second, after a month too", () => {
  make(3_000_000_000);
  program(0, 2, 11932);
  const second = 3_000_000_000;
  const hour = 3600 * second;
  clock.sleepUntil(800 * hour);
  clock.advance();
  const before = irq.rises.length;
  pass(clock, second);
  expect(irq.rises.length - before).toBeGreaterThanOrEqual(99);
  expect(irq.rises.length - before).toBeLessThanOrEqual(100);
});

test("port 61h: gate, speaker, refresh and output", () => {
  pit.out(0x61, 3);
  expect(pit.in(0x61) & 3).toBe(3);
  const refresh = pit.in(0x61) & 0x10;
  pass(clock, 18);
  expect(pit.in(0x61) & 0x10).not.toBe(refresh);
});

test("goes on from a snapshot", () => {
  program(0, 2, 100);
  program(2, 1, 77);
  pass(clock, 130);
  const saved = { clock, pit };
  make();
  clock.sleepUntil(saved.clock.now);
  copyState(saved.pit, pit);
  pass(clock, 100);
  expect(irq.rises).toEqual([201]);
  gate(true);
  pass(clock, 1);
  expect(count(2)).toBe(77);
});

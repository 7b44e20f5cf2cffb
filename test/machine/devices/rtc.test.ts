/** MC146818A datasheet. A cycle is a microsecond. */
import { beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../../src/machine/clock.ts";
import { Rtc } from "../../../src/machine/devices/rtc.ts";
import { copyState, HERTZ, pass, RecordedLine } from "./rig.ts";

const MIB = 1024 * 1024;
const SECOND = HERTZ;
/** 2026-12-31 23:59:50, a Thursday. */
const DATE = Date.UTC(2026, 11, 31, 23, 59, 50) / 1000;

let clock: Clock;
let irq: RecordedLine;
let rtc: Rtc;

function make(memory = 128 * MIB): void {
  clock = new Clock();
  irq = new RecordedLine(clock);
  rtc = new Rtc({ clock, hertz: HERTZ, irq, memory, date: DATE });
}

beforeEach(() => make());

function get(index: number): number {
  rtc.out(0x70, index);
  return rtc.in(0x71);
}
function set(index: number, value: number): void {
  rtc.out(0x70, index);
  rtc.out(0x71, value);
}
/** Century, year, month, day, weekday, hours, minutes, seconds: digits as they stand. */
const date = () =>
  [0x32, 9, 8, 7, 6, 4, 2, 0].map((index) => get(index).toString(16).padStart(2, "0")).join(" ");

describe("the calendar", () => {
  test("goes on with time, over the end of a year", () => {
    expect(date()).toBe("20 26 12 31 05 23 59 50");
    pass(clock, 10 * SECOND);
    expect(date()).toBe("20 27 01 01 06 00 00 00");
  });

  test("tells binary or BCD, 24 hours or 12 with a flag for the afternoon", () => {
    set(0x0b, 0x06);
    expect(date()).toBe("14 1a 0c 1f 05 17 3b 32");
    set(0x0b, 0x00);
    expect(get(4)).toBe(0x80 | 0x11);
    pass(clock, 10 * SECOND);
    expect(get(4)).toBe(0x12);
  });

  test("stands still while SET is on, and goes on from what was written", () => {
    set(0x0b, 0x82);
    for (const [index, value] of [
      [0x32, 0x20],
      [9, 0x24],
      [8, 0x02],
      [7, 0x28],
      [4, 0x12],
      [2, 0x30],
      [0, 0x59],
    ] as const)
      set(index, value);
    pass(clock, 100 * SECOND);
    expect(date().slice(0, 11)).toBe("20 24 02 28");
    expect(get(0)).toBe(0x59);
    set(0x0b, 0x02);
    pass(clock, SECOND);
    expect(date()).toBe("20 24 02 28 04 12 31 00");
    pass(clock, 24 * 3600 * SECOND);
    expect(get(7)).toBe(0x29);
  });

  test("a held divider stops it; the first update comes half a second after it was let go", () => {
    set(0x0a, 0x66);
    pass(clock, 5 * SECOND);
    expect(get(0)).toBe(0x50);
    set(0x0a, 0x26);
    pass(clock, SECOND / 2 - 1);
    expect(get(0)).toBe(0x50);
    pass(clock, 1);
    expect(get(0)).toBe(0x51);
  });

  test("announces an update 244 µs before", () => {
    expect(get(0x0a)).toBe(0x26);
    pass(clock, SECOND - 244);
    expect(get(0x0a)).toBe(0xa6);
    pass(clock, 244);
    expect(get(0x0a)).toBe(0x26);
  });
});

describe("interrupts", () => {
  test("periodic: at the rate of register A, until register C is read", () => {
    set(0x0b, 0x42);
    pass(clock, SECOND / 2);
    expect(irq.rises.length).toBe(1);
    expect(get(0x0c)).toBe(0xc0);
    expect(irq.level).toBe(false);
    for (let i = 0; i < 1024; i++) {
      pass(clock, SECOND / 1000);
      get(0x0c);
    }
    expect(irq.rises.length).toBeGreaterThanOrEqual(1000);
    expect(irq.rises.length).toBeLessThanOrEqual(1025);
  });

  test("update ended: once a second", () => {
    set(0x0b, 0x12);
    pass(clock, SECOND - 1);
    expect(irq.level).toBe(false);
    pass(clock, 1);
    expect(irq.level).toBe(true);
    expect(get(0x0c) & 0xb0).toBe(0x90);
  });

  test("alarm: when all three match, those with both top bits set always do", () => {
    set(1, 0x05);
    set(3, 0xc0);
    set(5, 0xff);
    set(0x0b, 0x22);
    pass(clock, 15 * SECOND - 1);
    expect(irq.level).toBe(false);
    pass(clock, 1);
    expect(get(0x0c) & 0xa0).toBe(0xa0);
    pass(clock, 60 * SECOND);
    expect(irq.rises).toEqual([15 * SECOND, 75 * SECOND]);
  });

  test("flags are set though nothing is enabled, and pull no line", () => {
    pass(clock, 3 * SECOND);
    expect(get(0x0c)).toBe(0x50);
    expect(get(0x0c)).toBe(0);
    expect(irq.changes).toEqual([]);
  });

  test("SET turns the update interrupt off", () => {
    set(0x0b, 0x92);
    expect(get(0x0b)).toBe(0x82);
  });
});

describe("memory", () => {
  test("keeps what is written, and only 128 bytes of it", () => {
    set(0x40, 0x5a);
    expect(get(0x40)).toBe(0x5a);
    expect(get(0xc0)).toBe(0x5a);
    expect(get(0x0d)).toBe(0x80);
  });

  test.each([
    [1, [640, 0, 0, 0]],
    [16, [640, 15 * 1024, 15 * 1024, 0]],
    [128, [640, 65535, 65535, 1792]],
    [3072, [640, 65535, 65535, 48896]],
  ])("tells a BIOS of %i MiB", (mib, expected) => {
    make(mib * MIB);
    const word = (index: number) => get(index) | (get(index + 1) << 8);
    expect([0x15, 0x17, 0x30, 0x34].map(word)).toEqual(expected);
  });

  test("holds what the factory put there", () => {
    rtc.setCmos(0x3d, 0x02);
    expect(get(0x3d)).toBe(0x02);
  });
});

test("goes on from a snapshot", () => {
  set(0x0b, 0x12);
  set(0x33, 7);
  pass(clock, SECOND / 2);
  const saved = { rtc, clock };
  make();
  clock.sleepUntil(saved.clock.now);
  copyState(saved.rtc, rtc);
  pass(clock, SECOND / 2);
  expect(irq.rises).toEqual([SECOND]);
  expect([get(0), get(0x33)]).toEqual([0x51, 7]);
});

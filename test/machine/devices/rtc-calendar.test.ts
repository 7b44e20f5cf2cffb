import fc from "fast-check";
import { expect, test } from "vitest";
import { readCalendar, writeCalendar } from "../../../src/machine/devices/rtc-calendar.ts";

test("every date of four digits' years is read as it was written, in all formats", () => {
  const [first, last] = [Date.UTC(1970, 0, 1) / 1000, Date.UTC(9999, 11, 31, 23, 59, 59) / 1000];
  fc.assert(
    fc.property(
      fc.integer({ min: first, max: last }),
      fc.boolean(),
      fc.boolean(),
      (date, binary, hours24) => {
        const registers = new Uint8Array(128);
        writeCalendar(registers, date, { binary, hours24 });
        expect(readCalendar(registers, { binary, hours24 })).toBe(date);
      },
    ),
    { seed: 4 },
  );
});

test("noon and midnight with twelve hours", () => {
  const hour = (utc: number) => {
    const registers = new Uint8Array(128);
    writeCalendar(registers, utc * 3600, { binary: false, hours24: false });
    return registers[4];
  };
  expect([0, 1, 11, 12, 13, 23].map(hour)).toEqual([0x12, 0x01, 0x11, 0x92, 0x81, 0x91]);
});

test("whatever stands in the registers is some date", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), (registers) => {
      expect(Number.isInteger(readCalendar(registers, { binary: false, hours24: false }))).toBe(true);
    }),
    { seed: 5 },
  );
});

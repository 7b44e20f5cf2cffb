import fc from "fast-check";
import { expect, test } from "vitest";
import { Rate } from "../../../src/machine/devices/rate.ts";

const hertz = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const cycle = fc.integer({ min: 0, max: 2 ** 50 });

test("ticks are the exact quotient, rounded down", () => {
  fc.assert(
    fc.property(hertz, hertz, cycle, (cycles, ticks, now) => {
      const exact = (BigInt(now) * BigInt(ticks)) / BigInt(cycles);
      fc.pre(exact < 2n ** 53n);
      expect(new Rate(cycles, ticks).ticks(now)).toBe(Number(exact));
    }),
    { seed: 1 },
  );
});

test("a tick's cycle is the first at which it has happened", () => {
  fc.assert(
    fc.property(hertz, hertz, fc.integer({ min: 1, max: 2 ** 40 }), (cycles, ticks, tick) => {
      const rate = new Rate(cycles, ticks);
      const at = rate.cycle(tick);
      fc.pre(at < 2 ** 50);
      expect(rate.ticks(at)).toBeGreaterThanOrEqual(tick);
      expect(rate.ticks(at - 1)).toBeLessThan(tick);
    }),
    { seed: 2 },
  );
});

test("never is never, and a clock that cannot be is refused", () => {
  expect(new Rate(1, 1).cycle(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(() => new Rate(0, 1)).toThrow("a clock of 0 Hz");
  expect(() => new Rate(1, 2 ** 32)).toThrow("a clock of 4294967296 Hz");
});

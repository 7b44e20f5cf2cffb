import { mean } from "d3-array";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { meanInterval, ratioInterval } from "../../../src/compare/analysis/bootstrap.ts";

const generator = xoroshiro128plus(8);
/** About normal with mean 100 and deviation 10: the sum of twelve uniform numbers. */
function draw(count: number): number[] {
  const one = () => uniformInt(generator, 0, 1_000_000) / 1_000_000;
  return Array.from({ length: count }, () => {
    let sum = -6;
    for (let term = 0; term < 12; term++) sum += one();
    return 100 + 10 * sum;
  });
}

test.each([
  [3, 0.7],
  [5, 0.88],
  [10, 0.91],
  [20, 0.92],
])("with %d repetitions the interval holds the true mean in %d of the cases or more", (count, least) => {
  const trials = 300;
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = meanInterval(draw(count), { seed: trial, resamples: 1000 });
    if (low <= 100 && 100 <= high) held++;
  }
  expect(held / trials).toBeGreaterThanOrEqual(least);
  expect(held / trials).toBeLessThan(1);
});

test("the same seed gives the same interval, and it lies around the mean inside the values", () => {
  const values = [1637, 1602, 1655, 1621, 1640];
  const interval = meanInterval(values, { seed: 1 });
  expect(meanInterval(values, { seed: 1 })).toEqual(interval);
  expect(interval.low).toBeGreaterThanOrEqual(1602);
  expect(interval.low).toBeLessThan(mean(values)!);
  expect(interval.high).toBeGreaterThan(mean(values)!);
  expect(interval.high).toBeLessThanOrEqual(1655);
});

test("equal repetitions leave no doubt", () =>
  expect(ratioInterval([8, 8, 8], [2, 2, 2], { seed: 1 })).toEqual({ low: 4, high: 4 }));

test("a single repetition has no interval", () =>
  expect(() => ratioInterval([1], [1, 2], { seed: 1 })).toThrow("at least two repetitions"));

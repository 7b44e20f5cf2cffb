import { expect, test } from "vitest";
import { Gups } from "../../../src/guests/streams/gups.ts";
import { histogram, take } from "./take.ts";

const MASK = (1n << 64n) - 1n;
const SHOWN = (1n << 34n) - 8n;

test("places are those of the shift register", () => {
  // Of each register's 64 bits a table of 2^34 words shows bits 3 to 33. A bit moves up by one at each step, so that the steps before the
  // 30th show what is above; what is below is one of eight.
  const { lines } = take(new Gups({ span: 2 ** 37, seed: 0 }), 128 * 100);
  const shown = lines.filter((_, n) => n % 128 === 5).map((line) => BigInt(line) << 3n);
  let upper = shown[30] as bigint;
  for (let n = 1; n <= 30; n++) upper |= (((shown[30 - n] as bigint) >> 33n) & 1n) << BigInt(33 + n);
  const fits = (low: number): boolean => {
    let a = upper | BigInt(low);
    return shown.slice(31).every((next) => {
      a = ((a << 1n) & MASK) ^ (a >> 63n === 1n ? 7n : 0n);
      return (a & SHOWN) === next;
    });
  };
  expect([0, 1, 2, 3, 4, 5, 6, 7].filter(fits).length).toBe(1);
});

/** Largest part by which a count differs from their mean. One register's places overlap bit by bit, so that χ² would ask too much. */
function evenness(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return Math.max(...counts.map((count) => Math.abs(count / mean - 1)));
}

test("updates are spread evenly over the table, and all write", () => {
  const { lines, writes } = take(new Gups({ span: 2 ** 20, seed: 3 }), 400_000);
  expect(writes).toBe(400_000);
  expect(Math.max(...new Set(lines))).toBe(2 ** 14 - 1);
  const pages = histogram(
    lines.map((line) => line >>> 6),
    256,
  );
  expect(evenness(pages)).toBeLessThan(0.2);
});

test("a table beyond 4 GiB of words is reached to its end", () => {
  const { lines } = take(new Gups({ span: 2 ** 37, seed: 1 }), 100_000);
  const sixteenths = histogram(
    lines.map((line) => Math.floor(line / 2 ** 27)),
    16,
  );
  expect(evenness(sixteenths)).toBeLessThan(0.1);
});

test("the seed is all there is to it, and a table is a power of two", () => {
  const lines = (seed: number) => take(new Gups({ span: 2 ** 24, seed }), 1000).lines;
  expect(lines(5)).toEqual(lines(5));
  expect(lines(5)).not.toEqual(lines(6));
  expect(() => new Gups({ span: 3000, seed: 0 })).toThrow(/a table of 3000 bytes/);
});

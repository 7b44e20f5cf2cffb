import { expect, test } from "vitest";
import { Draw } from "../../../src/guests/streams/random.ts";
import { Zipf, ZipfRanks } from "../../../src/guests/streams/zipf.ts";
import { histogram, take } from "./take.ts";

/** Largest distance between the distribution of the ranks drawn and the law's (Kolmogorov and Smirnov). */
function distance(n: number, s: number, draws: number): number {
  const ranks = new ZipfRanks(n, s, new Draw(11));
  const counts = histogram(
    Array.from({ length: draws }, () => ranks.next() - 1),
    n,
  );
  const weights = counts.map((_, rank) => (rank + 1) ** -s);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let [drawn, lawful, most] = [0, 0, 0];
  counts.forEach((count, rank) => {
    drawn += count / draws;
    lawful += (weights[rank] as number) / total;
    most = Math.max(most, Math.abs(drawn - lawful));
  });
  return most;
}

test.each([
  [1, 1],
  [2, 0.5],
  [10, 0.99],
  [1000, 1],
  [1000, 1.2],
  [100_000, 0.99],
  [5000, 2.5],
])("%i items, exponent %f: ranks come as often as the law says", (n, s) => {
  // 1.95 / √draws is exceeded by one run in a thousand.
  expect(distance(n, s, 100_000)).toBeLessThan(1.95 / Math.sqrt(100_000));
});

test("popular items lie anywhere, and an item's lines are alike", () => {
  const span = 2 ** 24;
  const { lines, writes } = take(new Zipf({ span, item: 1024, writes: 0.25, seed: 4 }), 200_000);
  const items = histogram(
    lines.map((line) => line >>> 4),
    span / 1024,
  );
  const hottest = items.map((count, item) => ({ count, item })).sort((a, b) => b.count - a.count);
  const places = hottest.slice(0, 64).map(({ item }) => item);
  expect(Math.min(...places)).toBeLessThan(2000);
  expect(Math.max(...places)).toBeGreaterThan(14_000);
  expect((hottest[0]?.count as number) / (hottest[1]?.count as number)).toBeCloseTo(2 ** 0.99, 0);
  expect(writes / 200_000).toBeCloseTo(0.25, 2);
});

test("an exponent of nothing is no law", () => {
  expect(() => new ZipfRanks(10, 0, new Draw(1))).toThrow("Zipf's law over 10 items with an exponent of 0");
});

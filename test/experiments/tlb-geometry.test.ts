/** Miss rates over geometry, where they are known without a TLB. */
import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { tlbGeometry } from "../../src/experiments/tlb-geometry.ts";

const misses = (settings: object): number =>
  run(tlbGeometry, { accesses: 50_000, ways: "all", ...settings })[0]?.misses as number;

test("random updates miss as often as the page is not among those that fit", () => {
  // 16 MiB are 4096 pages, of which the TLB holds so many.
  for (const entries of [64, 1024]) {
    const expected = 1000 * (1 - entries / 4096);
    expect(Math.abs(misses({ stream: "gups", entries }) - expected)).toBeLessThan(15);
  }
});

test("a stride of a line misses once a page, whatever the TLB", () => {
  expect([16, 1024].map((entries) => misses({ stream: "strided", entries, accesses: 64_000 }))).toEqual([
    1000 / 64,
    1000 / 64,
  ]);
});

test("large pages: a TLB that holds all of them never misses", () => {
  expect(misses({ stream: "gups", entries: 16, page: "2 MiB" })).toBe(0);
});

test("a larger TLB misses no oftener, and a working set that fits hardly ever", () => {
  const sizes = [16, 64, 256, 1024].map((entries) => misses({ stream: "working-sets", entries }));
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(sizes[0]).toBeGreaterThan(900);
  expect(sizes[3]).toBeLessThan(10);
});

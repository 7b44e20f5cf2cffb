/** Each piece of hardware takes its part of the two-dimensional walk away. */
import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { nestedWalkCaches } from "../../src/experiments/nested-walk-caches.ts";

const rows = run(nestedWalkCaches, { stream: "gups", memory: 64, accesses: 10_000 });
const of = (key: string) => rows.map((row) => row[key] as number);

test("with nothing cached a walk reads 24 entries, 20 of them the monitor's", () => {
  expect([of("references")[1], of("nested")[1]]).toEqual([24, 20]);
});

test("each step reads less than the one before, and a native walk least", () => {
  const [native, ...nested] = of("references");
  expect(nested).toEqual(nested.toSorted((a, b) => b - a));
  expect(new Set(nested).size).toBe(5);
  expect(native).toBeLessThan(Math.min(...nested));
  const cycles = of("cycles").slice(1);
  expect(cycles).toEqual(cycles.toSorted((a, b) => b - a));
});

test("with everything one reference to the monitor's tables is left, for the page itself", () => {
  expect(of("nested")[5]).toBeCloseTo(1, 1);
});

import { describe, expect, test } from "vitest";
import { experiment, run } from "../../src/experiments/index.ts";

const rows = run(experiment("fragmentation"), {}, { seeds: 2 });
const late = (placement: string, column: string) => {
  const some = rows.filter((row) => row.placement === placement && (row.time as number) >= 300);
  return some.reduce((sum, row) => sum + (row[column] as number), 0) / some.length;
};
const PIECES = ["first fit", "best fit", "worst fit"];

test("what is used, lost between and lost inside is never more than all", () => {
  for (const { used, between, inside } of rows as { used: number; between: number; inside: number }[])
    expect(used + between + inside).toBeLessThanOrEqual(1 + 1e-9);
});

describe("in the end", () => {
  test("placements in one piece lose a tenth or more between tenants; pages nothing, and a percent inside", () => {
    for (const placement of PIECES) {
      expect(late(placement, "between")).toBeGreaterThan(0.1);
      expect(late(placement, "used")).toBeLessThan(0.9);
      expect(late(placement, "inside")).toBe(0);
    }
    expect(late("paging", "between")).toBe(0);
    expect(late("paging", "inside")).toBeLessThan(0.02);
    expect(late("paging", "used")).toBeGreaterThan(0.95);
  });

  test("compaction gets it back, and pays with copies of many times the memory", () => {
    expect(late("compaction", "used")).toBeGreaterThan(0.95);
    const moved = rows.filter(({ placement }) => placement === "compaction").at(-1)?.moved as number;
    expect(moved).toBeGreaterThan(10 * 8);
    for (const placement of [...PIECES, "paging"]) expect(late(placement, "moved")).toBe(0);
  });

  test("the largest hole first is the worst of the three", () => {
    expect(late("worst fit", "used")).toBeLessThan(late("first fit", "used"));
    expect(late("worst fit", "used")).toBeLessThan(late("best fit", "used"));
  });

  // Knuth, The Art of Computer Programming 1, section 2.5: where holes rarely fit exactly.
  test("there are half as many holes as tenants: the fifty-per-cent rule", () => {
    for (const placement of PIECES) {
      const ratio = late(placement, "holes") / late(placement, "tenants");
      expect(ratio).toBeGreaterThan(0.43);
      expect(ratio).toBeLessThan(0.57);
    }
  });
});

test("memory fresh from the factory is in one piece", () => {
  for (const row of rows.filter(({ time }) => time === 0)) expect(row.between).toBe(0);
});

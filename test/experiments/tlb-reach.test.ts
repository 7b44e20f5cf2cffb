import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { tlbReach } from "../../src/experiments/tlb-reach.ts";
import { tlbReach as draw } from "../../src/plots/tlb-reach.ts";

const point = (settings: object) =>
  run(tlbReach, {
    stream: "gups",
    pages: "4 KiB",
    nested: "native",
    accesses: 20_000,
    ...settings,
  })[0] as Record<"cycles" | "walkRate" | "firstLevelMissRate" | "references" | "reach", number>;

test("within the first level's reach an access waits for nothing, within the second's for no walk, beyond for one each", () => {
  expect(point({ stream: "pointer-chase", span: 1, pages: "2 MiB" })).toMatchObject({
    cycles: 0,
    walkRate: 0,
  });
  const second = point({ stream: "pointer-chase", span: 4 });
  expect(second).toMatchObject({ walkRate: 0, firstLevelMissRate: 1, cycles: 7, reach: 4 });
  expect(point({ stream: "pointer-chase", span: 64 }).walkRate).toBe(1);
  expect(point({ span: 1024 }).walkRate).toBeGreaterThan(0.99);
});

test("two dimensions cost more where the TLBs miss, and nothing where they hit", () => {
  const native = point({ span: 1024 });
  const nested = point({ span: 1024, nested: "4 KiB" });
  expect(nested.walkRate).toBe(native.walkRate);
  expect(nested.cycles).toBeGreaterThan(1.5 * native.cycles);
  expect(nested.references).toBeGreaterThan(native.references);
  const within = { stream: "pointer-chase", span: 2 };
  expect(point({ ...within, nested: "4 KiB" }).cycles).toBe(point(within).cycles);
});

test("EPT's small pages cut the guest's large ones: the TLB holds the smaller of the two", () => {
  const cut = point({ span: 64, pages: "2 MiB", nested: "4 KiB" });
  const whole = point({ span: 64, pages: "2 MiB", nested: "2 MiB" });
  expect(cut.walkRate).toBeGreaterThan(0.9);
  expect(whole.walkRate).toBe(0);
});

test("graphs are walked while they fit", () => {
  expect(point({ stream: "graph-walk", span: 1 }).cycles).toBeGreaterThan(0);
  expect(run(tlbReach, { stream: "graph-walk", span: 1024, pages: "4 KiB", nested: "native" })).toEqual([]);
});

test("the figure tells each point", () => {
  const { alt } = draw(run(tlbReach, { stream: "strided", span: 4, accesses: 1000 }) as never);
  expect(alt).toContain("strided, pages of 4 KiB, 4 MiB, native: ");
  expect(alt).toContain("strided, pages of 2 MiB, 4 MiB, under EPT of 4 KiB: ");
});

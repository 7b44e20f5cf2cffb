import { describe, expect, test } from "vitest";
import { type Fit, Segments } from "../../../../src/virt/mmu/placement/segments.ts";
import { MEMORY, placementCases } from "./placement.cases.ts";

describe.each(["first", "best", "worst"] as const)("%s fit", (fit) => {
  placementCases((memory) => new Segments(memory, { fit }));
});
describe("first fit with compaction", () => {
  placementCases((memory) => new Segments(memory, { fit: "first", compact: true }));
});

/** Holes of 300, 100, 200 and, at the end, 96 bytes. */
function holed(fit: Fit, compact = false) {
  const memory = new Uint8Array(MEMORY);
  const segments = new Segments(memory, { fit, compact });
  [300, 1000, 100, 1100, 200, 1300].forEach((bytes, tenant) => {
    segments.admit(tenant, bytes);
    memory.fill(
      tenant + 1,
      segments.translate(tenant, 0, 1),
      1 + (segments.translate(tenant, bytes - 1, 1) ?? 0),
    );
  });
  for (const tenant of [0, 2, 4]) segments.leave(tenant);
  return { memory, segments };
}

test("which hole is taken", () => {
  const baseOf = (fit: Fit, bytes: number) => {
    const { segments } = holed(fit);
    segments.admit(9, bytes);
    return segments.translate(9, 0, 1);
  };
  expect(baseOf("first", 90)).toBe(0);
  expect(baseOf("best", 90)).toBe(4000);
  expect(baseOf("best", 97)).toBe(1300);
  expect(baseOf("worst", 90)).toBe(0);
  expect(holed("first").segments.admit(9, 301)).toBe(false);
});

test("compaction copies each tenant above the first hole once, and their registers with them", () => {
  const { memory, segments } = holed("first", true);
  expect(segments.admit(9, 301)).toBe(true);
  expect(segments.usage).toMatchObject({ moved: 1000 + 1100 + 1300, holes: 1 });
  expect(segments.partitions.map(({ tenant, base }) => [tenant, base])).toEqual([
    [1, 0],
    [3, 1000],
    [5, 2100],
    [9, 3400],
  ]);
  expect([0, 999, 1000, 2099, 2100, 3399, 3400].map((at) => memory[at])).toEqual([2, 2, 4, 4, 6, 6, 0]);
});

test("nobody moves when it would not help", () => {
  const { segments } = holed("first", true);
  expect(segments.admit(9, 697)).toBe(false);
  expect(segments.usage.moved).toBe(0);
});

test("the limit is checked for every byte of an access", () => {
  const { segments } = holed("first");
  expect(segments.translate(1, 996, 4)).toBe(1296);
  expect(segments.translate(1, 997, 4)).toBeUndefined();
  expect(segments.translate(1, 2 ** 32 - 300, 1)).toBeUndefined();
});

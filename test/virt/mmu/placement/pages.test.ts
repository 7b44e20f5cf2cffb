import { describe, expect, test } from "vitest";
import { Pages } from "../../../../src/virt/mmu/placement/pages.ts";
import { internalFragmentation } from "../../../../src/virt/mmu/placement/placement.ts";
import { MEMORY, placementCases } from "./placement.cases.ts";

describe("pages of 64 bytes", () => {
  placementCases((memory) => new Pages(memory, 64));
});

test("a tenant gets pages from everywhere, and the rest of its last one is lost", () => {
  const pages = new Pages(new Uint8Array(MEMORY), 1024);
  for (const tenant of [0, 1, 2, 3]) pages.admit(tenant, 1000);
  pages.leave(1);
  pages.leave(3);
  expect(pages.admit(4, 1025)).toBe(true);
  expect([0, 1023, 1024].map((offset) => pages.translate(4, offset, 1))).toEqual([3072, 4095, 1024]);
  expect(pages.usage).toMatchObject({ asked: 3025, taken: 4096, largest: 0 });
  expect(internalFragmentation(pages.usage)).toBeCloseTo(1 - 3025 / 4096, 12);
});

test("no access leads beyond the last page, or over the edge of one", () => {
  const pages = new Pages(new Uint8Array(MEMORY), 1024);
  pages.admit(0, 1025);
  expect(pages.translate(0, 2048, 1)).toBeUndefined();
  expect(pages.translate(0, 1022, 4)).toBeUndefined();
});

test("pages that do not fill the memory are refused", () => {
  expect(() => new Pages(new Uint8Array(1000), 512)).toThrow("1000 bytes of memory in pages of 512");
});

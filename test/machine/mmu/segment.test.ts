/** Segmentation alone: descriptors as the manual draws them, and the three ways to be refused. */
import { describe, expect, test } from "vitest";
import { dataDescriptor, segmentOf, translateSegment } from "../../../src/machine/mmu/segment.ts";

/** Descriptors of Linux and of a small GDT, from their published bytes. */
const FLAT = segmentOf(0x0000ffff, 0x00cf9200);
const FLAT_CODE = segmentOf(0x0000ffff, 0x00cf9a00);
const BYTES = segmentOf(0x5678_0fff, 0x12409234);
const STACK = segmentOf(0x00000fff, 0x00409600);
const SMALL_STACK = segmentOf(0x00000fff, 0x00009600);
const EXECUTE_ONLY = segmentOf(0x0000ffff, 0x00cf9800);
const READ_ONLY = segmentOf(0x0000ffff, 0x00cf9000);
const ABSENT = segmentOf(0x0000ffff, 0x00cf1200);

test("base and limit out of a descriptor's scattered fields", () => {
  expect([FLAT.base, FLAT.limit]).toEqual([0, 0xffffffff]);
  expect([BYTES.base, BYTES.limit]).toEqual([0x12345678, 0xfff]);
});

test.each([
  [0x1000, 0x1000],
  [0xfedcba98, 1],
  [0x100000, 1 << 20],
  [0x400000, 0x300000],
  [0, 2 ** 32],
])("a descriptor laid out for %x … %x reads back", (base, length) => {
  const { limit, ...segment } = segmentOf(...dataDescriptor(base, length));
  expect([segment.base, limit]).toEqual([base, length - 1]);
  expect(translateSegment({ ...segment, limit }, length - 1, 1, true).linear).toBe(
    (base + length - 1) % 2 ** 32,
  );
  expect(translateSegment({ ...segment, limit }, 0, 1, true).violation).toBeUndefined();
});

describe("an access", () => {
  test.each<[string, typeof FLAT, number, number, boolean, number | string]>([
    ["adds the base", BYTES, 0x10, 4, true, 0x12345688],
    ["may end at the limit", BYTES, 0xffc, 4, true, 0x12346674],
    ["may not pass it by a byte", BYTES, 0xffd, 4, true, "limit"],
    ["wraps at 4 GiB when the base makes it", { ...FLAT, base: 0xfffff000 }, 0x2000, 1, false, 0x1000],
    ["does not wrap within a flat segment", FLAT, 0xfffffffe, 4, false, "limit"],
    ["expand-down: above the limit", STACK, 0x1000, 4, true, 0x1000],
    ["expand-down: not at it", STACK, 0xfff, 4, true, "limit"],
    ["expand-down, B set: up to 4 GiB", STACK, 0xfffffffc, 4, true, 0xfffffffc],
    ["expand-down, B clear: up to 64 KiB", SMALL_STACK, 0xfffc, 4, true, 0xfffc],
    ["expand-down, B clear: not beyond", SMALL_STACK, 0xfffd, 4, true, "limit"],
    ["code may be read when readable", FLAT_CODE, 0, 4, false, 0],
    ["code is never written", FLAT_CODE, 0, 4, true, "type"],
    ["execute-only code is not read", EXECUTE_ONLY, 0, 4, false, "type"],
    ["read-only data is read", READ_ONLY, 8, 4, false, 8],
    ["read-only data is not written", READ_ONLY, 8, 4, true, "type"],
    ["a segment that is not present", ABSENT, 0, 1, false, "not present"],
  ])("%s", (_name, segment, offset, size, write, want) => {
    const { linear, violation } = translateSegment(segment, offset, size, write);
    expect(violation ?? linear).toBe(want);
  });

  test("a read-only descriptor laid out here refuses writes", () => {
    const segment = segmentOf(...dataDescriptor(0, 4096, { writable: false, dpl: 3 }));
    expect(translateSegment(segment, 0, 1, true).violation).toBe("type");
    expect((segment.access >> 13) & 3).toBe(3);
  });
});

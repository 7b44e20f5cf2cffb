import { expect, test } from "vitest";
import { PointerChase } from "../../../src/guests/streams/pointer-chase.ts";
import { histogram, isUniform, take } from "./take.ts";

test("one cycle through all pages, again and again the same", () => {
  const { lines } = take(new PointerChase({ span: 997 * 4096, seed: 1 }), 2 * 997);
  expect(lines.slice(997)).toEqual(lines.slice(0, 997));
  expect(new Set(lines.slice(0, 997).map((line) => line >>> 6)).size).toBe(997);
});

test("the way from page to page is of any length, and so is the place in the page", () => {
  const { lines } = take(new PointerChase({ span: 2 ** 28, seed: 2 }), 65_536);
  expect(
    isUniform(
      histogram(
        lines.map((line) => line & 63),
        64,
      ),
    ),
  ).toBe(true);
  const steps = lines
    .slice(1)
    .map((line, n) => (((line >>> 6) - ((lines[n] as number) >>> 6)) & 0xffff) >>> 8);
  expect(isUniform(histogram(steps, 256))).toBe(true);
});

test("fewer than two elements are no cycle", () => {
  expect(() => new PointerChase({ span: 4096, seed: 0 })).toThrow(
    "pointers 4096 bytes apart in a region of 4096",
  );
});

import { expect, test } from "vitest";
import { around, contrast, firstDifference } from "../../../grader/report/difference.ts";

test.each([
  [["a", "b"], ["a", "b"], undefined],
  [["a", "b"], ["a", "c"], 1],
  [["a", "b"], ["a"], 1],
  [[], ["a"], 0],
])("%j and %j differ first in %s", (expected, actual, index) =>
  expect(firstDifference(expected, actual)).toBe(index),
);

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

test("shows the lines around the first difference", () => {
  const window = around(lines(100), lines(100).with(49, "astray"), { before: 2, after: 1 });
  expect(window).toEqual({
    before: 47,
    after: 49,
    pairs: [
      { number: 48, expected: "line 48", actual: "line 48", kind: "same" },
      { number: 49, expected: "line 49", actual: "line 49", kind: "same" },
      { number: 50, expected: "line 50", actual: "astray", kind: "first" },
      { number: 51, expected: "line 51", actual: "line 51", kind: "after" },
    ],
  });
});

test("a sequence that ends too early differs where it ends", () => {
  const { pairs, before, after } = around(lines(4), lines(2), { before: 1, after: 0 });
  expect(pairs.at(-1)).toEqual({ number: 3, expected: "line 3", actual: undefined, kind: "first" });
  expect([before, after]).toEqual([1, 1]);
});

test("shows the beginning of equal sequences", () => {
  expect(around(lines(9), lines(9), { before: 1, after: 2 })).toMatchObject({ before: 0, after: 6 });
});

test.each([
  [
    "{ mode: true, p: 1 }",
    "{ mode: false, p: 1 }",
    { head: "{ mode: ", expected: "true", actual: "false", tail: ", p: 1 }" },
  ],
  ["a b c d", "a c d", { head: "a ", expected: "b ", actual: "", tail: "c d" }],
  ["same", "same", { head: "same", expected: "", actual: "", tail: "" }],
])("%s against %s", (expected, actual, found) => expect(contrast(expected, actual)).toEqual(found));

test("marks nothing in lines that have little in common", () => {
  expect(contrast("returns 12", "probe.execute(s, 4096)")).toBeUndefined();
});

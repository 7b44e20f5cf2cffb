import { expect, test } from "vitest";
import { summarize } from "../../../src/compare/analysis/statistics.ts";

test("the statistics of five repetitions", () => {
  expect(summarize([54.67, 54.21, 54.09, 55.39, 55.77])).toEqual({
    count: 5,
    mean: expect.closeTo(54.826, 9),
    median: 54.67,
    min: 54.09,
    max: 55.77,
    std: expect.closeTo(0.734, 3),
  });
});

test("one repetition has no standard deviation", () => expect(summarize([7]).std).toBeUndefined());

test("nothing, and what is no number, are refused", () => {
  expect(() => summarize([])).toThrow("no values");
  expect(() => summarize([1, Number.NaN])).toThrow("a value is NaN");
});

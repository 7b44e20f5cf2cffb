import { expect, test } from "vitest";
import { formatPoints, fraction, hundredths, total } from "../../../grader/report/points.ts";

test("a part's points spread over its tests come together again", () => {
  for (const tests of [3, 6, 7, 9, 11, 13]) expect(total(Array(tests).fill(3 / tests))).toBe(3);
  expect(total(Array(10).fill(0.1))).toBe(1);
  expect(total([])).toBe(0);
});

test.each([
  [1, 1, 2, 1],
  [1, 1, 3, 0],
  [100, 1, 3, 33],
  [200, 1, 3, 67],
  [1235, 2000, 10_000, 247],
  [0, 5, 7, 0],
])("%i × %i / %i is %i hundredths", (amount, over, under, rounded) =>
  expect(fraction(amount, over, under)).toBe(rounded),
);

test.each([
  [3, "3"],
  [12.5, "12.5"],
  [3 / 7, "0.43"],
  [0.1 + 0.2, "0.3"],
])("%d is shown as %s", (points, shown) => expect(formatPoints(points)).toBe(shown));

test("hundredths are whole", () => expect(hundredths(1.15)).toBe(115));

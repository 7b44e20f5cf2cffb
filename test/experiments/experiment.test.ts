import { describe, expect, test } from "vitest";
import { columnsOf, defineExperiment, type Row, rowsAt } from "../../src/experiments/index.ts";

const dice = defineExperiment({
  name: "dice",
  title: "Sum of dice",
  question: "Does the sum grow with the number of sides?",
  parameters: {
    sides: { default: [4, 6], min: 2, max: 20, integer: true, unit: "1", doc: "sides of a die" },
    kind: { default: "fair", oneOf: ["fair", "loaded"], unit: "", doc: "what the die is" },
    twice: { default: false, unit: "", doc: "throw two dice" },
  },
  columns: { sum: { label: "sum", unit: "pips" } },
  seed: 7,
  run: ({ sides, kind, twice }, seed) => [
    { sum: ((seed % sides) + 1) * (twice ? 2 : 1) },
    { sum: kind === "loaded" ? sides : 1 },
  ],
});
const point = { sides: 6, kind: "fair", twice: false };

test("rows carry their point and seed in front of what was measured", () => {
  expect(rowsAt(dice, point)).toEqual([
    { ...point, seed: 7, sum: 2 },
    { ...point, seed: 7, sum: 1 },
  ]);
  expect(Object.keys(rowsAt(dice, point)[0]!)).toEqual(Object.keys(columnsOf(dice)));
  expect(columnsOf(dice)).toMatchObject({ sides: { label: "sides", unit: "1" }, sum: { unit: "pips" } });
});

describe("a wrong point says what, where and what instead", () => {
  test.each([
    [{ sides: 21 }, "parameter sides: 21 is not a whole number from 2 to 20"],
    [{ sides: 2.5 }, "parameter sides: 2.5 is not a whole number from 2 to 20"],
    [{ sides: Number.NaN }, "parameter sides: NaN is not a whole number from 2 to 20"],
    [{ sides: "six" }, "parameter sides: six is not a whole number from 2 to 20"],
    [{ kind: "laoded" }, "parameter kind: laoded is not one of fair, loaded; did you mean loaded?"],
    [{ twice: 1 }, "parameter twice: 1 is not true or false"],
    [{ side: 6 }, "dice has no parameter side; did you mean sides?"],
    [{ constructor: 6 }, "dice has no parameter constructor; there are: sides, kind, twice"],
  ])("%o", (change, message) => {
    expect(() => rowsAt(dice, { ...point, ...(change as object) })).toThrow(message);
  });
  test("a missing value", () => {
    expect(() => rowsAt(dice, { sides: 6 })).toThrow("dice: no value for kind, twice");
  });
  test.each([-1, 0.5, 2 ** 53])("seed %d", (seed) => {
    expect(() => rowsAt(dice, point, seed)).toThrow(`seed: ${seed} is not a whole number`);
  });
});

describe("a wrong definition is refused at once", () => {
  const { run: _, ...rest } = dice;
  const wrong = (change: object) => () => defineExperiment({ ...rest, run: () => [], ...change } as never);
  test("a default out of its range", () => {
    expect(wrong({ parameters: { n: { default: 3, max: 2, unit: "1", doc: "" } } })).toThrow("3 is not");
  });
  test("one name for two things", () => {
    expect(wrong({ columns: { sides: { label: "x", unit: "1" } } })).toThrow("sides is taken twice");
    expect(wrong({ columns: { seed: { label: "x", unit: "1" } } })).toThrow("seed is taken twice");
  });
  test("a name that is no file name", () => {
    expect(wrong({ name: "Sum of dice" })).toThrow("kebab-case");
  });
});

test("a row that does not match its columns is named", () => {
  const broken = { ...dice, run: (): Row[] => [{ sum: 1 }, { som: 1 }] };
  expect(() => rowsAt(broken, point)).toThrow("experiment dice, row 1: columns and row disagree on sum, som");
});

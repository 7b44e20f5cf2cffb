import { describe, expect, test } from "vitest";
import { type Experiment, grid, run } from "../../src/experiments/index.ts";
import { EXPERIMENTS } from "./dice.fixture.mjs";

const [dice] = EXPERIMENTS as [Experiment];

test("the first parameter changes slowest, the seed fastest", () => {
  const jobs = grid(dice, { kind: ["fair", "loaded"] }, { seed: 1, seeds: 2 });
  expect(jobs.map(({ point, seed }) => `${point.sides}${(point.kind as string)[0]}${seed}`).join(" ")).toBe(
    "4f1 4f2 4l1 4l2 6f1 6f2 6l1 6l2 8f1 8f2 8l1 8l2",
  );
});

test("defaults stand where nothing is set", () => {
  expect(grid(dice).map(({ point, seed }) => [point, seed])).toEqual(
    [4, 6, 8].map((sides) => [{ sides, kind: "fair" }, 7]),
  );
});

test("run gives the rows of all points", () => {
  const rows = run(dice, { sides: [4, 6] });
  expect(rows).toHaveLength(4);
  expect(rows[2]).toMatchObject({ sides: 6, kind: "fair", seed: 7, note: 'a "fair", die' });
});

test("a failure names its point", () => {
  expect(() => run(dice, { kind: "broken" })).toThrow(
    "dice failed at sides=6 kind=broken seed=7: the die broke",
  );
});

describe("what cannot be run is refused before anything runs", () => {
  const { seed: _, ...seedless } = dice;
  test.each([
    [() => grid(dice, { side: 4 }), "dice has no parameter side; did you mean sides?"],
    [() => grid(dice, { sides: [4, 21] }), "parameter sides: 21 is not a whole number from 2 to 20"],
    [() => grid(dice, { sides: [] }), "parameter sides has no values"],
    [() => grid(dice, {}, { seeds: 0 }), "seeds: 0 is not a whole number of at least 1"],
    [() => grid(dice, {}, { seeds: 1e6 }), "3000000 runs are more than 1000000"],
    [() => grid(dice, {}, { seed: -1 }), "seed: -1 is not a whole number"],
    [() => grid(seedless, {}, { seed: 1 }), "dice draws nothing at random: it takes no seed"],
  ])("%s", (plan, message) => expect(plan).toThrow(message));
});

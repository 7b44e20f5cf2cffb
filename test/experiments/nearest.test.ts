import { expect, test } from "vitest";
import { nearest, suggestion } from "../../src/experiments/index.ts";

const names = ["formal-map", "direct-execution"];

test.each([
  ["formal-mpa", "formal-map"],
  ["Formal-Map", "formal-map"],
  ["direct", "direct-execution"],
  ["derict-execution", "direct-execution"],
  ["rate", undefined],
])("%s is near %s", (typed, meant) => expect(nearest(typed, names)).toBe(meant));

test("where nothing is near, the names are listed", () => {
  expect(suggestion("rate", names)).toBe("there are: formal-map, direct-execution");
  expect(suggestion("rate", [])).toBe("there are: none");
});

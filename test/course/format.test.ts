import fc from "fast-check";
import { expect, test } from "vitest";
import { format, lines } from "../../src/course/format.ts";

test.each<[unknown, string]>([
  [undefined, "undefined"],
  ["a", '"a"'],
  [-0, "0"],
  [3n, "3n"],
  [[], "[]"],
  [{ b: 1, a: [true, null] }, "{ a: [true, null], b: 1 }"],
  [{ "not a name": 1, gone: undefined }, '{ "not a name": 1 }'],
  [new Map([["k", 1]]), "{ k: 1 }"],
  [Math.max, "function max"],
])("%o reads %s", (value, text) => expect(format(value)).toBe(text));

test("what does not fit on a line is broken", () => {
  expect(format({ long: "x".repeat(80), short: [1, 2] })).toBe(
    `{\n  long: "${"x".repeat(80)}",\n  short: [1, 2]\n}`,
  );
});

test("two pieces of JSON read the same exactly when they are equal", () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(json, json, (one, other) => {
      const equal = format(one) === format(other);
      expect(equal).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
      expect(format(sorted(one))).toBe(format(one));
    }),
    { seed: 1 },
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("an event sequence is one line an event", () => {
  expect(lines(["read 1", "write 2"])).toEqual(["read 1", "write 2"]);
  expect(lines([])).toEqual(["(nothing)"]);
  expect(lines("two\nlines")).toEqual(["two", "lines"]);
  expect(lines([1, 2])).toEqual(["[1, 2]"]);
});

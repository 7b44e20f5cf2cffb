import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode } from "../../../grader/record/tokens.ts";
import { copy } from "../../../src/course/plain.ts";
import { plainData } from "../../support/plain-data.ts";

const overTheWire = (value: unknown) => decode(JSON.parse(JSON.stringify(encode(copy(value)))));

test("plain data arrives as it was sent", () => {
  fc.assert(
    fc.property(plainData, (value) => {
      expect(overTheWire(value)).toStrictEqual(value);
    }),
    { seed: 4, numRuns: 1000 },
  );
});

test("whole numbers travel as they are", () => expect(encode(-7)).toBe(-7));

test.each<[string, unknown]>([
  ["an unknown kind", { $: ["Function", "return 1"] }],
  ["no pair", { $: 7 }],
  ["a bigint that is none", { $: ["bigint", "1; drop"] }],
  ["a bigint of a million digits", { $: ["bigint", "9".repeat(1_000_000)] }],
  ["bytes that are no text", { $: ["Uint8Array", 7] }],
])("%s is refused", (_, token) => expect(() => decode(token)).toThrow(TypeError));

test("nesting without end is refused", () => {
  let deep: unknown = 0;
  for (let n = 0; n < 1000; n++) deep = [deep];
  expect(() => decode(deep)).toThrow("nested too deeply");
});

test("a key __proto__ pollutes nothing", () => {
  const made = decode(JSON.parse('{"__proto__": {"passed": true}, "a": 1}')) as { passed?: boolean };
  expect(made.passed).toBeUndefined();
  expect(({} as { passed?: boolean }).passed).toBeUndefined();
});

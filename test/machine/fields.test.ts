import { expect, test } from "vitest";
import { loadFields, saveFields } from "../../src/machine/fields.ts";
import { StateReader, StateWriter } from "../../src/machine/state.ts";

test("numbers stay numbers and flags stay flags", () => {
  const out = new StateWriter();
  saveFields(out, { a: 2 ** 40 + 0.5, b: true, c: Number.POSITIVE_INFINITY }, "a b c");
  const part = { a: 0, b: false, c: 0, d: "untouched" };
  loadFields(new StateReader(out.finish()), part, "a b c");
  expect(part).toEqual({ a: 2 ** 40 + 0.5, b: true, c: Number.POSITIVE_INFINITY, d: "untouched" });
});

test("a name that the part does not have is a broken invariant", () => {
  const text = 'invariant: a Object has no register "x"';
  expect(() => saveFields(new StateWriter(), { a: 1 }, "x")).toThrow(text);
  expect(() => loadFields(new StateReader(new Uint8Array(8)), { a: 1 }, "x")).toThrow(text);
});

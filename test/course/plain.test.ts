import fc from "fast-check";
import { expect, test } from "vitest";
import { copy, frozenCopy, NotPlain, viewName, viewOf } from "../../src/course/plain.ts";
import { plainData } from "../support/plain-data.ts";

test("a copy is equal and shares nothing", () => {
  fc.assert(
    fc.property(plainData, (value) => {
      const made = copy(value);
      expect(made).toStrictEqual(value);
      if (typeof value === "object" && value !== null) expect(made).not.toBe(value);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test.each<[string, unknown, string]>([
  ["a function", () => 1, "a function"],
  ["a function in a list", [() => 1], "a function"],
  ["a symbol", Symbol("x"), "a symbol"],
  ["a date", new Date(0), "an object of the class Date"],
  ["a map", new Map(), "an object of the class Map"],
  ["a promise", Promise.resolve(1), "an object of the class Promise"],
  ["an object of a class", new (class Walker {})(), "an object of the class Walker"],
  [
    "an object whose class has a lying name",
    Object.create({ constructor: { name: "\u001b[2J" } }),
    "an object of the class without a name",
  ],
  ["a DataView", new DataView(new ArrayBuffer(1)), "a view of memory of an unusual kind"],
])("%s is no plain data", (_, value, words) => {
  expect(() => copy(value)).toThrow(NotPlain);
  expect(() => copy(value)).toThrow(words);
});

test("data that contains itself comes to an end", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => copy(circle)).toThrow("contains itself");
});

test("a getter is asked once, and what it said counts", () => {
  let asked = 0;
  const lying = {
    get value() {
      return asked++;
    },
  };
  expect(copy(lying)).toEqual({ value: 0 });
  expect(asked).toBe(1);
});

test("a proxy that grows while it is read gives what it had", () => {
  const list = new Proxy([1, 2], {
    get: (target, key) => {
      if (key === "1") target.push(3);
      return Reflect.get(target, key);
    },
  });
  expect(copy(list)).toEqual([1, 2]);
});

test("a member called __proto__ stays a member", () => {
  const made = copy(JSON.parse('{"__proto__": {"passed": true}}')) as { passed?: boolean };
  expect(made.passed).toBeUndefined();
  expect(Object.keys(made)).toEqual(["__proto__"]);
});

test("a frozen copy can be written nowhere, but in the elements of a typed array", () => {
  const made = frozenCopy({ list: [{ one: 1 }], bytes: Uint8Array.of(1) });
  expect(() => made.list.push({ one: 2 })).toThrow(TypeError);
  expect(() => {
    made.list[0]!.one = 2;
  }).toThrow(TypeError);
  made.bytes[0] = 2;
  expect(made.bytes).toEqual(Uint8Array.of(2));
});

test("typed arrays are told by what they are and not by what they say", () => {
  expect(viewName(new Uint16Array(1))).toBe("Uint16Array");
  expect(viewName({ [Symbol.toStringTag]: "Uint8Array" })).toBeUndefined();
  expect(viewOf("Uint16Array", Uint8Array.of(1, 0, 2, 0))).toEqual(Uint16Array.of(1, 2));
});

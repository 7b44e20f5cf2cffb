import { describe, expect, test } from "vitest";
import { parse } from "../../../src/course/submission/program.ts";

test("what the top declares, with lines", () => {
  const { declares } = parse(
    'import a, { b as c } from "x";\nimport * as d from "y";\nconst e = 1, [f, { g = 2, ...h }] = [];\nexport function i() { const no = 1; }\nclass j {}\nenum k {}\ninterface l {}\ntype m = 1;',
  );
  expect([...declares]).toEqual([
    ["a", 1],
    ["c", 1],
    ["d", 2],
    ["e", 3],
    ["f", 3],
    ["g", 3],
    ["h", 3],
    ["i", 4],
    ["j", 5],
    ["k", 6],
    ["l", 7],
    ["m", 8],
  ]);
});

test.each([
  ["export const component = 1;", ["component"]],
  ["const a = 1; export { a as component };", ["component"]],
  ['export { default as component } from "./a";', ["component"]],
  ['export * as component from "./a";', ["component"]],
  ["export const { component } = x;", ["component"]],
  ["const component = 1;", []],
  ["export type { component };", []],
  ["export default component;", []],
])("%s exports", (text, names) => expect([...parse(text).exports]).toEqual(names));

test("the first syntax error", () => {
  expect(parse("let a = 1;\nlet b = ;").problem).toEqual({
    line: 2,
    column: 9,
    message: "Expression expected.",
  });
});

describe("depth", () => {
  test.each([
    ["parentheses", "(", ")"],
    ["blocks", "{", "}"],
    ["a chain", "a.", "a"],
    ["else if", "if (a) {} else ", ";"],
    ["arrows", "a => ", "a"],
    ["a sum", "a + ", "a"],
    ["types", "A<", "x"],
  ])("of %s without end is a problem, not a crash", (_what, open, close) => {
    expect(parse(`${open.repeat(50_000)}${close}`).problem).toMatchObject({ tooDeep: true });
  });

  test("of a usual program is none", () => {
    expect(parse(`const a = ${"[".repeat(200)}${"]".repeat(200)};`).problem).toBeUndefined();
    expect(parse(`const a = ${"1 + ".repeat(1000)}1;`).problem).toBeUndefined();
  });
});

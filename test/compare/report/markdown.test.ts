import { expect, test } from "vitest";
import { anchor, fenced, number, plain } from "../../../src/compare/report/markdown.ts";

test.each([
  [undefined, "–"],
  [0, "0.000"],
  [1637.4, "1,637"],
  [18446744073678, "18,446,744,073,678"],
  [223.94, "223.9"],
  [7.3, "7.300"],
  [0.1369, "0.137"],
  [-4.2, "−4.200"],
  [0.00012, "1.20e-4"],
])("%d is shown as %s", (value, text) => expect(number(value)).toBe(text));

test("a fence is longer than any in its text", () =>
  expect(fenced("a\n````\nb")).toBe("`````\na\n````\nb\n`````"));

test("text keeps to its cell and its line", () => expect(plain("a|b\n# c")).toBe("a\\|b \\# c"));

test("anchors as GitHub makes them", () => expect(anchor("Run it again, now")).toBe("run-it-again-now"));

import { expect, test } from "vitest";
import { isReleased } from "../../src/course/released.ts";

const LAB = "01-popek-goldberg";

test.each(["checks.ts", "lab.md", "map.svg", "parts/deep.ts"])("students are given %s", (file) => {
  expect(isReleased(LAB, file)).toBe(true);
});

test.each([
  "solution.ts",
  "Solution.ts",
  "solution.d.ts",
  "solution/part.ts",
  "mutants/forgets-p.ts",
  "rubric.ts",
  "notes.txt",
  "x.ts.orig",
  "../01-popek-goldberg/solution.ts",
  "./solution.ts",
  "/etc/passwd",
  ".hidden.ts",
  "",
])("students are not given %j", (file) => {
  expect(isReleased(LAB, file)).toBe(false);
});

test("what is no lab has no files", () => expect(isReleased("../grader", "checks.ts")).toBe(false));

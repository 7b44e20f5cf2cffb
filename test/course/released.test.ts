/** No lab's answer is among the files that students are given: by name, by what files import, and by what they export. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { isReleased } from "../../src/course/released.ts";

const LABS = resolve(import.meta.dirname, "../../labs");
const labs = readdirSync(LABS).filter((name) => /^\d\d-/.test(name));

const filesOf = (lab: string) =>
  readdirSync(join(LABS, lab), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(LABS, lab), join(entry.parentPath, entry.name)));

test.each([
  ["starter.ts", true],
  ["checks.ts", true],
  ["lab.md", true],
  ["map.svg", true],
  ["helpers/tables.ts", true],
  ["contract.d.ts", true],
  ["solution.ts", false],
  ["Solution.TS", false],
  ["SOLUTION.ts", false],
  ["solution.js", false],
  ["solution.d.ts", false],
  ["solution.js.map", false],
  ["solution.test.ts", false],
  ["solution/part.ts", false],
  ["mutants/forgets-p.ts", false],
  ["Mutants/forgets-p.ts", false],
  ["mutants", false],
  ["mutants.ts", false],
  ["./starter.ts", false],
  ["x/../solution.ts", false],
  ["../01-popek-goldberg/starter.ts", false],
  ["/etc/passwd.ts", false],
  ["a\\solution.ts", false],
  ["", false],
  [".env", false],
  ["notes.txt", false],
  ["key.pem", false],
])("%j: %j", (file, released) => expect(isReleased("01-popek-goldberg", file)).toBe(released));

test("only of labs", () => {
  expect(isReleased("../grader", "starter.ts")).toBe(false);
  expect(isReleased("grader", "starter.ts")).toBe(false);
});

describe.each(labs)("lab %s", (lab) => {
  const released = filesOf(lab).filter((file) => isReleased(lab, file));
  const programs = released.filter((file) => file.endsWith(".ts"));
  const text = (file: string) => readFileSync(join(LABS, lab, file), "utf8");

  test("keeps back the solution, the rubric and the mutants, and hands out all other files", () => {
    const kept = filesOf(lab).filter((file) => !released.includes(file));
    expect(kept.filter((file) => !file.startsWith("mutants/"))).toEqual(["rubric.ts", "solution.ts"]);
    expect(released).toContain("starter.ts");
  });

  test("hands out nothing that imports what is kept back", () => {
    for (const file of programs)
      for (const { fileName } of ts.preProcessFile(text(file), true, true).importedFiles) {
        const own = fileName.startsWith(".")
          ? posix.join(lab, posix.dirname(file), fileName)
          : /^ringlab\/labs\/(.*)/.exec(fileName)?.[1];
        const [, of, target] = /^(\d\d-[^/]+)\/(.*)$/.exec(own ?? "") ?? [];
        if (of !== undefined)
          expect(isReleased(of, target!.replace(/(\.ts)?$/, ".ts")), `${file} imports ${fileName}`).toBe(
            true,
          );
      }
  });

  test("hands out one component, and that is the starter", () => {
    const exporting = programs.filter((file) =>
      /^export (const|let|function|class) component\b|^export \{[^}]*\bcomponent\b/m.test(text(file)),
    );
    expect(exporting).toEqual(["starter.ts"]);
  });
});

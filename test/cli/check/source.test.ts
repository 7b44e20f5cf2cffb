/** What cannot even be compiled is refused with a reason: file, line, and what to do. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readComponent } from "../../../src/cli/check/source.ts";
import { typeErrors } from "../../../src/cli/check/types.ts";
import { compile } from "../../../src/course/bundle/compile.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const LAB = "01-popek-goldberg";
const SOLUTION = readFileSync(join(ROOT, `labs/${LAB}/solution.ts`), "utf8");
const folder = mkdtempSync(join(tmpdir(), "ringlab-source-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string | Uint8Array): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const EXPORT = "export const component: Classifier = { classify, virtualizable };";

/** The solution with something else in place of a line. */
function altered(name: string, line: string, instead: string): string {
  expect(SOLUTION).toContain(line);
  return write(name, SOLUTION.replace(line, instead));
}

const take = async (path: string) => compile(readComponent(path, LAB).source, LAB);

const refused: [string, () => string, string][] = [
  [
    "a syntax error",
    () => altered("syntax.ts", "  let pairs = 0;", "  let pairs = ;"),
    'syntax.ts, line 23, column 15: Unexpected ";"\n    let pairs = ;',
  ],
  ["no component", () => altered("none.ts", EXPORT, ""), "none.ts does not export `component`"],
  ["no file", () => join(folder, "gone.ts"), "there is no file"],
  ["a folder", () => folder, "is a folder; name a file in it"],
  ["Latin 1", () => write("latin.ts", Buffer.from([0xe9, 0x0a])), "is not UTF-8 text"],
  ["another kind of file", () => write("a.txt", ""), "is neither a notebook (.ipynb) nor a program (.ts)"],
  [
    "a module of Node",
    () => write("fs.ts", `import { rmSync } from "node:fs";\nrmSync("x");\n${SOLUTION}`),
    'fs.ts, line 1, column 24: "node:fs" cannot be imported.',
  ],
  [
    "the library's own reference",
    () =>
      write(
        "cheat.ts",
        `import { referenceClassifier as r } from "ringlab/formal";\nexport const component = { ...r };\n`,
      ),
    '"ringlab/formal" does not give `referenceClassifier` to components',
  ],
  [
    "the solution of the lab",
    () => write("copy.ts", `export * from "ringlab/labs/${LAB}/solution";\n`),
    `"ringlab/labs/${LAB}/solution" cannot be imported.`,
  ],
  [
    "a helper that is not there",
    () => write("lonely.ts", `import { a } from "./helper-that-is-not-there.ts";\n${SOLUTION}; a();\n`),
    'There is no file "./helper-that-is-not-there.ts"',
  ],
  [
    "the notebook of another lab",
    () => write("other.ipynb", readFileSync(join(ROOT, "notebooks/02-modes-and-rings.ipynb"))),
    "This is the notebook of lab 02-modes-and-rings",
  ],
  ["a damaged notebook", () => write("bad.ipynb", "{"), "The notebook is damaged: it is not JSON."],
  [
    "hidden characters",
    () => write("bidi.ts", `// \u202e\n${SOLUTION}`),
    "bidirectional control character U+202E",
  ],
];

test.each(refused)("%s", async (_, make, message) => {
  const path = make();
  await expect((async () => take(path))()).rejects.toThrow(message);
});

describe("accepted", () => {
  test("helpers beside the file and below it", async () => {
    mkdirSync(join(folder, "parts"));
    write("helper.ts", `import { deep } from "./parts/deep.js";\nexport const title: string = deep;\n`);
    write("parts/deep.ts", `export const deep: string = "from below";\n`);
    const main = write("main.ts", `import { title } from "./helper.ts";\nconsole.log(title);\n${SOLUTION}`);
    expect(await take(main)).toContain("from below");
    expect([...readComponent(main, LAB).source.files.keys()].sort()).toEqual([
      "helper.ts",
      "main.ts",
      "parts/deep.ts",
    ]);
  });

  test("a component that is declared and not exported, with a note", async () => {
    const path = altered("declared.ts", EXPORT, "const component: Classifier = { classify, virtualizable };");
    expect(readComponent(path, LAB).notes).toEqual([
      "`component` was declared but not exported; the export was added.",
    ]);
    expect(await take(path)).toContain("component");
  });
});

test("type errors stand where the student wrote them", () => {
  const path = altered("types.ts", "  let pairs = 0;", "  let pairs: string = 0;");
  const { source } = readComponent(path, LAB);
  expect(typeErrors(source)).toMatch(
    /^3 type errors:\n {2}types\.ts, line 23, column 7: Type 'number' is not assignable to type 'string'\./,
  );
});

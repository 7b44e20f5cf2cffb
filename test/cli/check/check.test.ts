/** `ringlab check` as students run it: the built command on files of their own. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const LAB = "01-popek-goldberg";
const folder = mkdtempSync(join(tmpdir(), "ringlab-check-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function ringlab(...words: string[]): Promise<Ran> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(ROOT, "bin/ringlab.js"), ...words],
      { cwd: folder },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const SOLUTION = readFileSync(join(ROOT, `labs/${LAB}/solution.ts`), "utf8");
const INSIDE = "  let pairs = 0;";
const EXPORT = "export const component: Classifier = { classify, virtualizable };";

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** The solution with something else in place of a line. */
function altered(name: string, line: string, instead: string): string {
  expect(SOLUTION).toContain(line);
  return file(name, SOLUTION.replace(line, instead));
}

test("the solution passes every check, and the points stand beside the parts", async () => {
  const { code, stdout } = await ringlab("check", "1", file("component.ts", SOLUTION));
  expect(stdout).toContain("Step 5, the verdict: 6 of 6 checks pass");
  expect(stdout).toContain("✓ Step 1, control-sensitive     8 of 8 checks   3 points");
  expect(stdout).toContain("All checks pass in parts worth 15 of 15 points.");
  expect(code).toBe(0);
});

test("the notebook in its usual place, as it was given, fails with the table of the notebook", async () => {
  const { code, stdout } = await ringlab("check", LAB, "--part", "verdict");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^Step 5, the verdict: 1 of 6 checks pass$/m);
  expect(stdout).toMatch(/expected +{ breaks: \["JRST1"\]/);
  expect(stdout).toMatch(/clause C9 +Hybrid-virtualizable/);
  expect(stdout).not.toContain("Step 4");
});

test("lines are those of the cell", async () => {
  const notebook = JSON.parse(readFileSync(join(ROOT, `notebooks/${LAB}.ipynb`), "utf8"));
  const cell = notebook.cells.find(({ id }: { id: string }) => id === "component");
  cell.source = SOLUTION.replace("export ", "").replace(INSIDE, "  const a: string = 5; (null as any).b;");
  const name = file("mine.ipynb", JSON.stringify(notebook));
  const { code, stdout } = await ringlab("check", "1", name, "--part", "mode", "--types");
  expect(stdout).toMatch(/cell 11 \("component"\), line 23, column 9: Type 'number' is not assignable/);
  expect(stdout).toMatch(/classify threw TypeError: .*, cell 11 \("component"\), line 23$/m);
  expect(code).toBe(1);
});

test("unseen cases are drawn from a seed", async () => {
  const starter = readFileSync(join(ROOT, `labs/${LAB}/starter.ts`), "utf8");
  const bad = await ringlab("check", "1", file("starter.ts", starter), "--seed", "5");
  expect(bad.stdout).toContain("✗ privileged, 60 instructions");
  expect(bad.code).toBe(1);
});

test.each([
  ["time", "for (;;);", "call 1 of virtualizable did not end: stopped after 2 s of processor time"],
  [
    "heap",
    "const a: number[][] = []; for (;;) a.push(new Array(999).fill(0.5));",
    "virtualizable took more than 256 MB",
  ],
  [
    "buffers",
    "const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1));",
    "virtualizable took more than 256 MB",
  ],
  ["exit", "process.exit(0);", "call 1 of virtualizable ended the whole process (exit code 0)"],
])("out of %s: it says which call, and the other parts are checked", async (name, instead, message) => {
  const line = "  const unprivileged = ";
  const { code, stdout } = await ringlab("check", "1", altered(`${name}.ts`, line, `${instead}\n${line}`));
  expect(stdout).toContain("Step 4, mode-sensitive: 6 of 6 checks pass");
  expect(stdout).toContain("Step 5, the verdict: 0 of 6 checks pass");
  expect(stdout).toContain(message);
  expect(stdout).toContain("not run: a check of this step had to be stopped before");
  expect(code).toBe(1);
});

test.each([
  [
    "syntax",
    altered("syntax.ts", INSIDE, "  let pairs = ;"),
    'syntax.ts, line 23, column 15: Unexpected ";"',
  ],
  [
    "load",
    file("load.ts", `throw new Error("no");\n${SOLUTION}`),
    "loading the component failed: Error: no, load.ts, line 1",
  ],
])("nothing can be run: %s", async (_, name, message) => {
  const { code, stderr, stdout } = await ringlab("check", "1", name);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stdout).toBe("");
  expect(code).toBe(1);
});

test("a method that is missing, a helper beside the file, an export that was forgotten", async () => {
  file("helper.ts", "export const title: string = 'helper';\n");
  const text = `import { title } from "./helper.ts";\nconsole.log(title);\n${SOLUTION}`;
  const name = file("missing.ts", text.replace(EXPORT, "const component = { classify };"));
  const { code, stdout } = await ringlab("check", "1", name);
  expect(stdout).toContain("Note: `component` was declared but not exported; the export was added.");
  expect(stdout).toContain("component has no method virtualizable.");
  expect(stdout).toContain("helper\n");
  expect(stdout).toContain("Step 4, mode-sensitive: 6 of 6 checks pass");
  expect(stdout).toContain("virtualizable was not handed to the check");
  expect(code).toBe(1);
});

test.each([
  [["check", "1", "x.ts", "--part", "zzz"], 'no part "zzz"; its parts are control, privileged, location'],
  [["check", "1", "x.ts", "--seed", "-1"], 'got "-1"'],
])("%j is explained", async (words, message) => {
  const { code, stderr } = await ringlab(...words);
  expect(stderr).toContain(message);
  expect(code).toBe(1);
});

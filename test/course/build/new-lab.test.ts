import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildNotebook } from "../../../src/course/build/build.ts";
import { loadLab, TEMPLATE } from "../../../src/course/build/lab-folder.ts";
import { beginLab } from "../../../src/course/build/new-lab.ts";

const ROOT = join(import.meta.dirname, "../../..");

// The template itself is type-checked with everything else, tested in test/labs and verified in test/grader/verify. What is left
// is that a copy is the same lab under another name.
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ringlab-new-lab-"));
  for (const path of [`labs/${TEMPLATE}`, `grader/hidden/${TEMPLATE}.ts`, `test/labs/${TEMPLATE}.test.ts`])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  mkdirSync(join(root, "labs/05-hardware-assist"));
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (file: string) => readFileSync(join(root, file), "utf8");
const everything = () => readdirSync(root, { recursive: true }).map(String).sort();

test("writes lab, hidden tests and test, the same as the template but for the name", async () => {
  const { id, files } = await beginLab(root, "08-shadow-paging");
  expect(id).toBe("08-shadow-paging");
  expect(files.slice(-2)).toEqual([
    "grader/hidden/08-shadow-paging.ts",
    "test/labs/08-shadow-paging.test.ts",
  ]);
  expect(files).toContain("labs/08-shadow-paging/mutants/keeps-nothing.ts");
  for (const file of files) {
    const [text, original] = [read(file), read(file.replace(id, TEMPLATE))];
    expect(text).not.toContain(TEMPLATE);
    expect(text.replaceAll(id, TEMPLATE).replace("# 8 ·", "# 0 ·")).toBe(original);
  }
  expect(readdirSync(join(root, "labs", id), { recursive: true }).sort()).toEqual(
    readdirSync(join(root, "labs", TEMPLATE), { recursive: true }).sort(),
  );
});

test("gives the next number to a name without one", async () => {
  expect((await beginLab(root, "shadow-paging")).id).toBe("06-shadow-paging");
  expect((await beginLab(root, "nested-paging")).id).toBe("07-nested-paging");
});

test.each([
  ["Shadow", /no name of a lab: it has small letters/],
  ["8-shadow", /no name/],
  ["../escape", /no name/],
  ["08-", /no name/],
  ["08-a--b", /no name/],
  ["", /no name/],
  ["hardware-assist", /there is a lab 05-hardware-assist already/],
  ["09-hardware-assist", /there is a lab 05-hardware-assist already/],
  ["05-other", /the number 05 belongs to 05-hardware-assist/],
  ["00-other", /the number 00 belongs to 00-template/],
])("refuses %s and writes nothing", async (name, said) => {
  const before = everything();
  await expect(beginLab(root, name)).rejects.toThrow(said);
  expect(everything()).toEqual(before);
});

test("overwrites nothing", async () => {
  writeFileSync(join(root, "grader/hidden/06-mine.ts"), "mine");
  const before = everything();
  await expect(beginLab(root, "06-mine")).rejects.toThrow(
    /hidden.06-mine.ts exists already; nothing was written/,
  );
  expect(everything()).toEqual(before);
});

test("says where it must be run", () =>
  expect(beginLab(join(root, "labs"), "mine")).rejects.toThrow(/run this in a checkout/));

test("the template's notebook has everything that a lab must have", async () => {
  const importModule = (id: string, module: string) => import(`../../../labs/${id}/${module}.ts`);
  const notebook = buildNotebook(await loadLab(join(ROOT, "labs", TEMPLATE), importModule));
  const ids = notebook.cells.map((cell) => cell.id);
  for (const id of [
    "opening",
    "read-first",
    "by-hand",
    "prediction",
    "component",
    "unseen",
    "measurement",
    "break-it",
  ])
    expect(ids).toContain(id);
  for (const tag of ["reflection-1", "reflection-2", "check-frames", "check-faults", "check-reads"])
    expect(ids).toContain(tag);
});

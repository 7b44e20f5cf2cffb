/** The student edition gives nothing away, and works. */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { studentEdition } from "../../../grader/release/edition.ts";
import { add, type Release } from "../../../grader/release/files.ts";
import { place } from "../../../grader/release/place.ts";
import { labIds } from "../../../src/course/build/lab-folder.ts";
import { ROOT } from "../../../src/kernel/package.ts";
import { leaks, secrets } from "./leaks.ts";

const LAB = "01-popek-goldberg";
const LABS = labIds(join(ROOT, "labs"));

let release: Release;
beforeAll(async () => {
  release = await studentEdition(LABS);
}, 240_000);

describe("nothing is given away", () => {
  test("no line of solutions, mutants, rubrics, hidden tests, the grader or our tests is in it", () => {
    expect(secrets.size).toBeGreaterThan(3000);
    expect(leaks(release)).toEqual([]);
  });

  test.each([
    ["src/planted.ts", `labs/${LAB}/solution.ts`, "in a program"],
    ["dist/src/planted.js", `dist/labs/${LAB}/solution.js`, "as it was built"],
    ["dist/src/planted.d.ts", "dist/grader/run/grade.d.ts", "as a declaration"],
    ["README.md", `grader/hidden/${LAB}.ts`, "in prose"],
  ])("a line in %s would be found", (path, from) => {
    const text = readFileSync(join(ROOT, from), "utf8");
    const planted = text.split("\n").find((line) => secrets.has(line.trim()))!;
    const altered = new Map(release);
    add(altered, path, `\n\t ${planted.replaceAll(" ", "  ")}\n`);
    expect(leaks(altered)).toEqual([expect.stringContaining(path)]);
  });

  test("nor in the strings of a notebook or of a source map", () => {
    const solution = readFileSync(join(ROOT, `labs/${LAB}/solution.ts`), "utf8");
    for (const path of ["notebooks/planted.ipynb", "dist/src/planted.js.map"]) {
      const altered = new Map(release);
      add(altered, path, JSON.stringify({ cells: [{ source: [solution] }] }));
      expect(leaks(altered).length).toBeGreaterThan(10);
    }
  });

  test("no path names them, and dist holds nothing without its source", () => {
    const paths = [...release.keys()];
    expect(
      paths.filter((path) =>
        /solution|mutant|labs\/.*rubric|hidden|grader|^test|\.test\.|tsbuildinfo/.test(path),
      ),
    ).toEqual([]);
    const orphans = paths.filter(
      (path) =>
        path.startsWith("dist/") &&
        !release.has(path.replace(/^dist\/(.*?)(\.d)?\.(js|ts)(\.map)?$/, "$1.ts")),
    );
    expect(orphans).toEqual([]);
  });

  test("the notebook holds the starter, whoever worked in the checkout's own", () => {
    const notebook = JSON.parse(release.get(`notebooks/${LAB}.ipynb`)!.data.toString());
    const cell = notebook.cells.find(({ id }: { id: string }) => id === "component");
    const starter = readFileSync(join(ROOT, `labs/${LAB}/starter.ts`), "utf8");
    expect([cell.source].flat().join("")).toBe(starter.replace(/^export /m, "").trim());
  });
});

test("it is the same every time, and only of the labs that were asked for", async () => {
  const again = await studentEdition(LABS);
  expect([...again.keys()]).toEqual([...release.keys()]);
  for (const [path, { data }] of release)
    if (!again.get(path)!.data.equals(data)) expect(path).toBe("the same");
  const paths = [...(await studentEdition([LAB])).keys()];
  expect(paths.filter((path) => path.includes("02-modes-and-rings"))).toEqual([]);
  expect(paths).toContain(`notebooks/${LAB}.ipynb`);
});

describe("it works", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-edition-"));
  const edition = join(folder, "edition");
  beforeAll(async () => {
    await place(release, edition, { force: false });
    symlinkSync(join(ROOT, "node_modules"), join(edition, "node_modules"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ringlab = (...words: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      execFile(process.execPath, ["bin/ringlab.js", ...words], { cwd: edition }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  test("its labs are listed, and its notebooks are as its labs would make them", {
    timeout: 120_000,
  }, async () => {
    const { stdout } = await ringlab("labs", "list");
    expect(stdout.trim().split("\n")).toHaveLength(LABS.length);
    expect(stdout).toMatch(/^01-popek-goldberg .* \(15 points, notebook as it was given\)$/m);
  });

  test("its checks run on the notebook, and on a solution", async () => {
    const starter = await ringlab("check", "1", "--part", "verdict");
    expect(starter.stdout).toContain("Step 5, the verdict: 1 of 6 checks pass");
    expect(starter.code).toBe(1);
    writeFileSync(join(folder, "mine.ts"), readFileSync(join(ROOT, `labs/${LAB}/solution.ts`)));
    const solved = await ringlab("check", "1", "../mine.ts");
    expect(solved.stdout).toContain("All checks pass in parts worth 15 of 15 points.");
    expect(solved.code).toBe(0);
  });

  test("a student's work is never overwritten by a fresh notebook", async () => {
    const file = join(edition, `notebooks/${LAB}.ipynb`);
    const given = readFileSync(file);
    writeFileSync(file, "my work");
    const { stderr, code } = await ringlab("labs", "build", "1");
    expect(stderr).toContain("holds work of yours; rename it");
    expect(code).toBe(1);
    expect(readFileSync(file, "utf8")).toBe("my work");
    rmSync(file);
    await ringlab("labs", "build", "1");
    expect(readFileSync(file).equals(given)).toBe(true);
  });

  test("commands of instructors are not there", async () => {
    const { stderr, code } = await ringlab("release", "--out", "x");
    expect(stderr).toContain("unknown command 'release'");
    expect(code).toBe(1);
    expect(existsSync(join(edition, "grader"))).toBe(false);
    expect(readdirSync(join(edition, "dist")).sort()).toEqual(["labs", "src"]);
  });
});

test("its lockfile has every package that it needs, for use and not for development, from no named place", () => {
  const manifest = JSON.parse(release.get("package.json")!.data.toString());
  const lock = JSON.parse(release.get("package-lock.json")!.data.toString());
  expect(lock.packages[""].dependencies).toEqual(manifest.dependencies);
  for (const name of Object.keys(manifest.dependencies))
    expect(lock.packages).toHaveProperty([`node_modules/${name}`]);
  expect(Object.keys(manifest.dependencies)).toEqual(
    expect.arrayContaining(["commander", "esbuild", "typescript", "zod", "@jupyterlab/notebook", "mermaid"]),
  );
  for (const absent of ["vitest", "playwright-core", "v86", "fast-check", "yauzl"])
    expect(lock.packages).not.toHaveProperty([`node_modules/${absent}`]);
  const flags = Object.values<{ dev?: boolean; resolved?: string }>(lock.packages);
  expect(flags.some(({ dev }) => dev)).toBe(false);
  expect(flags.filter(({ resolved }) => resolved?.includes("://"))).toEqual([]);
});

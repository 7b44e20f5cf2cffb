/** The Gradescope bundle, unpacked where Gradescope would unpack it and started as Gradescope starts it. */
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Release } from "../../../grader/release/files.ts";
import { gradescopeBundle, isBundle, zip } from "../../../grader/release/gradescope/bundle.ts";
import { costOfLateness, readMetadata } from "../../../grader/release/gradescope/metadata.ts";
import { releaseBundle } from "../../../grader/release/index.ts";
import { latePolicy } from "../../../grader/report/late.ts";
import { ROOT } from "../../../src/kernel/package.ts";
import { lacks } from "../../support/needs.ts";

const LAB = "01-popek-goldberg";
const late = latePolicy.parse({ percentPerDay: 10 });
const top = mkdtempSync(join(tmpdir(), "ringlab-gradescope-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let bundle: Release;
let data: Uint8Array;
beforeAll(() => {
  bundle = gradescopeBundle({ lab: LAB, seed: 7, release: "hidden", late });
  data = zip(bundle);
});

/** Where the central directory of a zip says what may be executed. */
function modes(archive: Uint8Array): Map<string, number> {
  const view = Buffer.from(archive);
  const found = new Map<string, number>();
  for (let at = view.indexOf("PK\x01\x02"); at !== -1; at = view.indexOf("PK\x01\x02", at + 46)) {
    const name = view.toString("utf8", at + 46, at + 46 + view.readUInt16LE(at + 28));
    found.set(name, view.readUInt32LE(at + 38) >>> 16);
  }
  return found;
}

describe("the archive", () => {
  test("holds the grader of this lab, its hidden tests, and nobody else's", () => {
    const paths = [...bundle.keys()];
    expect(paths).toEqual(
      expect.arrayContaining([
        "setup.sh",
        "run_autograder",
        "package-lock.json",
        `dist/grader/hidden/${LAB}.js`,
      ]),
    );
    expect(
      paths.filter((path) => /solution|mutant|labs.*rubric|02-modes|\.test\.|\.map$|frontend/.test(path)),
    ).toEqual([]);
    const { dependencies } = JSON.parse(bundle.get("package.json")!.data.toString());
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(["esbuild", "zod", "typescript"]));
    for (const unused of ["zeromq", "vega", "commander"]) expect(dependencies).not.toHaveProperty(unused);
  });

  test("both scripts may be executed, and equal bundles are equal bytes", () => {
    const all = modes(data);
    for (const script of ["setup.sh", "run_autograder"]) expect(all.get(script)! & 0o777).toBe(0o755);
    expect(all.get("package.json")! & 0o777).toBe(0o644);
    expect(Buffer.from(zip(bundle)).equals(Buffer.from(data))).toBe(true);
    expect(isBundle(data)).toBe(true);
    expect(isBundle(Buffer.from("no zip"))).toBe(false);
  });

  test("the scripts are bash", async () => {
    for (const script of ["setup.sh", "run_autograder"]) {
      const file = join(top, script);
      writeFileSync(file, bundle.get(script)!.data);
      await new Promise<void>((done, fail) => {
        execFile("bash", ["-n", file], (error) => (error ? fail(error) : done()));
      });
    }
  });

  test("a file that is not a bundle is never replaced", async () => {
    const file = join(top, "mine.zip");
    const options = { force: false, seed: 1, course: undefined };
    writeFileSync(file, "mine");
    await expect(releaseBundle(file, LAB, options)).rejects.toThrow("is there already; --force");
    await expect(releaseBundle(file, LAB, { ...options, force: true })).rejects.toThrow(
      "is no bundle of ours",
    );
    await expect(releaseBundle(join(top, "x.tar"), LAB, options)).rejects.toThrow("ends in .zip");
    expect(readFileSync(file, "utf8")).toBe("mine");
    await releaseBundle(join(top, "new.zip"), LAB, options);
    await releaseBundle(join(top, "new.zip"), LAB, { ...options, force: true });
    expect(isBundle(readFileSync(join(top, "new.zip")))).toBe(true);
  });
});

/** Gradescope's folders, with the bundle unpacked. */
function autograder(name: string): string {
  const root = join(top, name);
  for (const [path, text] of Object.entries(unzipSync(data))) {
    const file = join(root, "source", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const [path, mode] of modes(data)) chmodSync(join(root, "source", path), mode & 0o777);
  symlinkSync(join(ROOT, "node_modules"), join(root, "source/node_modules"));
  mkdirSync(join(root, "submission"));
  return root;
}

const run = (root: string, path = process.env.PATH) =>
  new Promise<number>((done) => {
    const child = execFile(
      join(root, "source/run_autograder"),
      { env: { ...process.env, PATH: path, RINGLAB_AUTOGRADER: root } },
      () => done(child.exitCode ?? -1),
    );
  });
const results = (root: string) => JSON.parse(readFileSync(join(root, "results/results.json"), "utf8"));

/** The form of the file ("Autograder Specifications"): every key that there is, and the type of its value. */
const SHAPE = {
  score: expect.any(Number),
  execution_time: expect.any(Number),
  output: expect.any(String),
  output_format: "text",
  visibility: "visible",
  stdout_visibility: "hidden",
  extra_data: expect.any(Object),
  tests: expect.any(Array),
};

describe.skipIf(lacks("bwrap", import.meta.url))("run_autograder", () => {
  let root: string;
  beforeAll(() => {
    root = autograder("autograder");
  });

  test("grades a submission that came two days late", async () => {
    cpSync(join(ROOT, `labs/${LAB}/solution.ts`), join(root, "submission/component.ts"));
    const metadata = {
      created_at: "2026-11-22T10:00:00.000000-08:00",
      assignment: { due_date: "2026-11-20T23:00:00.000000-08:00", late_due_date: null },
      users: [{ id: 1, name: "Ada", email: "ada@example.com" }],
    };
    writeFileSync(join(root, "submission_metadata.json"), JSON.stringify(metadata));
    expect(await run(root)).toBe(0);
    const found = results(root);
    expect(found).toEqual(SHAPE);
    expect(found.score).toBe(12);
    expect(found.output).toBe("15 of 15 points.\nHanded in 2 days late: 3 points less.");
    const hidden = found.tests.filter(({ tags }: { tags: string[] }) => tags.includes("hidden"));
    // Each is rounded to hundredths; the score of all is not made of them.
    const max = hidden.reduce((sum: number, one: { max_score: number }) => sum + one.max_score, 0);
    expect(Math.abs(max - 15)).toBeLessThan(0.01 * hidden.length);
    for (const one of found.tests) expect(["passed", "failed"]).toContain(one.status);
    expect(readdirSync(join(root, "results"))).toEqual(["results.json"]);
  });

  test("what cannot be taken has 0 points and a reason", async () => {
    rmSync(join(root, "submission"), { recursive: true });
    mkdirSync(join(root, "submission"));
    writeFileSync(join(root, "submission/notes.txt"), "nothing");
    expect(await run(root)).toBe(0);
    expect(results(root)).toMatchObject({
      score: 0,
      output: expect.stringContaining("There is no component in it"),
    });
  });

  test.each([
    ["its settings are damaged", "source/gradescope.json"],
    ["a module is damaged", "source/dist/grader/run/class/class.js"],
    ["the grader is damaged", "source/dist/grader/release/gradescope/main.js"],
  ])("when %s there is no score, and the student is told whose fault it is", async (_, file) => {
    const whole = readFileSync(join(root, file));
    writeFileSync(join(root, file), "{");
    expect(await run(root)).toBe(1);
    writeFileSync(join(root, file), whole);
    const found = results(root);
    expect(found.output).toMatch(/your submission is not at fault and no points are lost/);
    expect(found).not.toHaveProperty("score");
    expect(found).not.toHaveProperty("tests");
  });

  test("also when there is no Node at all, and nothing of an earlier run is left", async () => {
    const bin = join(top, "bin");
    mkdirSync(bin);
    for (const name of ["bash", "env", "mkdir", "rm", "mv"]) {
      const program = ["/bin", "/usr/bin"].map((folder) => join(folder, name)).find(existsSync);
      symlinkSync(program!, join(bin, name));
    }
    writeFileSync(join(root, "results/results.json"), '{"score":15}');
    expect(await run(root, bin)).toBe(127);
    expect(results(root)).not.toHaveProperty("score");
  });
});

describe("lateness", () => {
  const file = join(top, "metadata.json");
  const handed = (value: object) => {
    writeFileSync(file, JSON.stringify(value));
    return readMetadata(file);
  };
  const created_at = "2026-11-21T00:00:00+00:00";

  test("an extension of one student counts", () => {
    const one = handed({
      created_at,
      assignment: { due_date: "2026-11-20T00:00:00+00:00" },
      users: [{ assignment: { due_date: "2026-11-22T00:00:00+00:00" } }],
    });
    expect(costOfLateness(late, one, 15, 15)).toEqual({ points: 0, sentence: "" });
  });

  test("nothing was due, or no file: nothing is taken", () => {
    expect(handed({ created_at, assignment: { due_date: null } })).toBeUndefined();
    expect(readMetadata(join(top, "gone.json"))).toBeUndefined();
    expect(costOfLateness(late, undefined, 15, 15).points).toBe(0);
  });

  test("a day late, with and without a policy", () => {
    const one = handed({ created_at, assignment: { due_date: "2026-11-20T12:00:00+00:00" } });
    expect(costOfLateness(late, one, 15, 15)).toEqual({
      points: 1.5,
      sentence: "Handed in 1 day late: 1.5 points less.",
    });
    expect(costOfLateness(undefined, one, 15, 15).points).toBe(0);
  });
});

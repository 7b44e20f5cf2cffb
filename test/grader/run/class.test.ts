/** A small class in the real sandbox, by the real command: what it gives, that it gives it twice, and that it can be killed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Graded } from "../../../grader/report/result.ts";
import { lacks } from "../../support/needs.ts";
import { eventually, grade, hashes, processesOf, startGrading, tree } from "./command-line.ts";
import { type Kind, LAB, type Synthetic, synthesize } from "./submissions.ts";

const home = mkdtempSync(join(tmpdir(), "ringlab-class-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (...names: string[]) => join(home, ...names);
/** Each kind and each form, twice. */
const CLASS = 24;

describe.skipIf(lacks("bwrap", import.meta.url))("a class", () => {
  let students: Synthetic[];
  let summary: { graded: number; unchanged: number; refused: number; notGraded: unknown[]; mean: number };
  const arguments_ = [at("class"), "--lab", LAB, "--out", at("out"), "--json"];
  const result = (id: string): Graded => JSON.parse(readFileSync(at("out", "results", `${id}.json`), "utf8"));

  beforeAll(async () => {
    students = synthesize(at("class"), CLASS, 2);
    const { code, stdout, stderr } = await grade(at("tmp"), ...arguments_);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    summary = JSON.parse(stdout);
  }, 180_000);

  test("everybody has a result", () => {
    expect(summary).toMatchObject({ graded: CLASS, unchanged: 0, notGraded: [] });
    expect(readdirSync(at("out", "results")).sort()).toEqual(students.map(({ id }) => `${id}.json`));
  });

  const SCORES: Readonly<Record<Kind, (score: number) => boolean>> = {
    correct: (score) => score === 15,
    wrong: (score) => score > 0 && score < 15,
    starter: (score) => score === 0,
    // The last part goes wrong, the four before it count; or the module does not even load.
    hanging: (score) => score === 12,
    memory: (score) => score === 12,
    crashing: (score) => score === 12 || score === 0,
    hostile: (score) => score === 0,
    refused: (score) => score === 0,
  };

  test("with the points that its kind deserves", () => {
    const odd = students.filter(({ id, kind }) => !SCORES[kind](result(id).score));
    expect(odd).toEqual([]);
  });

  test("and the reason, told apart", () => {
    const statuses = (kind: Kind) =>
      new Set(
        students
          .filter((one) => one.kind === kind)
          .flatMap(({ id }) => result(id).tests.map(({ status }) => status)),
      );
    expect(statuses("hanging")).toEqual(new Set(["passed", "timeout"]));
    expect(statuses("memory")).toContain("memory");
    expect(statuses("correct")).toEqual(new Set(["passed"]));
    for (const { id } of students.filter(({ kind }) => kind === "refused")) {
      expect(result(id).refused).toMatch(/component/);
      expect(result(id).tests).toEqual([]);
    }
  });

  test("pages and tables are there, and nothing in the temporary folder", () => {
    expect(readdirSync(at("out", "feedback"))).toHaveLength(CLASS);
    expect(readdirSync(at("out", "gradescope"))).toHaveLength(CLASS);
    for (const page of [
      "index.html",
      "class.csv",
      "canvas.csv",
      "manual.csv",
      "similarity.html",
      "answers.html",
    ])
      expect(readFileSync(at("out", page), "utf8").length).toBeGreaterThan(20);
    expect(readdirSync(at("tmp"))).toEqual([]);
  });

  test("grading again runs nothing and touches no file", async () => {
    const before = tree(at("out"));
    const { code, stdout } = await grade(at("tmp"), ...arguments_);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ graded: 0, unchanged: CLASS, mean: summary.mean });
    expect(tree(at("out"))).toEqual(before);
  }, 60_000);
});

describe.skipIf(lacks("bwrap", import.meta.url))("a run that is killed", () => {
  const arguments_ = (out: string) => [at("few"), "--lab", LAB, "--out", at(out)];
  beforeAll(() => {
    synthesize(at("few"), 6, 2, ["correct", "wrong", "crashing", "refused", "starter"]);
  });

  test("twice: its sandboxes die with it, and in the end all is as if nothing had happened", async () => {
    const temporary = at("tmp-killed");
    for (const count of [1, 4]) {
      const run = startGrading(temporary, ...arguments_("killed"));
      await run.reached(count);
      run.process.kill("SIGKILL");
      await run.ended;
      // But for a bwrap that had started nothing yet, which the next run ends.
      expect(await eventually(() => processesOf(temporary, "bwrap").length === 0)).toBe(true);
    }
    expect(readdirSync(at("killed")), "the killed run's lock").toContain(".lock");
    expect(readdirSync(temporary), "its temporary folder").not.toEqual([]);

    const last = await grade(temporary, ...arguments_("killed"));
    expect(last).toMatchObject({ code: 0 });
    expect(last.stdout).toMatch(/unchanged +[4-6]/);
    expect(readdirSync(temporary)).toEqual([]);
    expect(await eventually(() => processesOf(temporary).length === 0)).toBe(true);

    // By one worker instead of two, which must not show either.
    const undisturbed = await grade(at("tmp"), ...arguments_("undisturbed"), "--jobs", "1");
    expect(undisturbed).toMatchObject({ code: 0 });
    expect(hashes(at("killed"))).toEqual(hashes(at("undisturbed")));
  }, 180_000);

  test("by Ctrl+C: it says so, keeps what it has and leaves nothing else", async () => {
    const temporary = at("tmp-stopped");
    const run = startGrading(temporary, ...arguments_("stopped"));
    await run.reached(2);
    run.process.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped; what is graded is kept in .*stopped, and the same command goes on/);
    expect(readdirSync(at("stopped", "results")).length).toBeGreaterThanOrEqual(2);
    expect(readdirSync(at("stopped"))).not.toContain(".lock");
    expect(readdirSync(temporary)).toEqual([]);
    expect(processesOf(temporary)).toEqual([]);
  }, 60_000);
});

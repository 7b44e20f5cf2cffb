/** What holds in every lab: the solution passes, the starter fails with a text that helps, every mutant is caught where it says. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { HiddenTest } from "../../grader/run/kit.ts";
import { readHeader } from "../../grader/verify/header.ts";
import { type Check, examine, type Lab, runChecks } from "../../src/course/index.ts";

const LABS = join(import.meta.dirname, "../../labs");

export interface EveryLab<C extends object> {
  lab: Lab<C>;
  checks: readonly Check<C>[];
  /** By name: the solution, and what the library has that must do as well. */
  right: Readonly<Record<string, C>>;
  starter: C;
  /** Clauses that define a term, which nothing can break by itself. */
  definitions: readonly string[];
  unseen(seed: number): readonly Check<C>[];
}

/** "part: name" of the checks that fail. */
export function failures<C extends object>(lab: Lab<C>, checks: readonly Check<C>[], component: C): string[] {
  return lab.parts.flatMap(({ id }) =>
    examine(lab, checks, id, component)
      .verdicts.filter(({ passed }) => !passed)
      .map(({ name }) => `${id}: ${name}`),
  );
}

export function everyLab<C extends object>(given: EveryLab<C>): void {
  const { lab, checks, right, starter, definitions, unseen } = given;
  const failed = (component: C) => failures(lab, checks, component);
  const wrong = (seed: number, component: C) =>
    runChecks(lab, "", unseen(seed), component).verdicts.filter(({ passed }) => !passed);

  test.each(Object.entries(right))("%s passes every public check", (_, component) =>
    expect(failed(component)).toEqual([]),
  );

  test.each(lab.parts)("the starter fails $id with a text that helps", ({ id }) => {
    const result = examine(lab, checks, id, starter);
    expect(result.ok).toBe(false);
    const text = String(result);
    expect(text).toMatch(/input {5}.*\n[\s\S]*expected {2}.*\n[\s\S]*actual {4}.*\n[\s\S]*clause C\d/);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test("every clause but the definition of terms has a check that breaks it", () => {
    const cited = new Set(checks.map(({ clause }) => clause));
    const uncited = lab.clauses.map(({ id }) => id).filter((id) => !cited.has(id));
    expect(uncited).toEqual(definitions);
  });

  const folder = join(LABS, lab.id, "mutants");
  const files = readdirSync(folder);
  const mutant = async (file: string): Promise<C> =>
    (await import(`../../labs/${lab.id}/mutants/${file.replace(/\.ts$/, "")}.ts`)).component;

  describe("mutants", () => {
    test("there are at least five", () => expect(files.length).toBeGreaterThanOrEqual(5));

    test.each(files)("%s is caught by the check that its header names", async (file) => {
      const { caughtBy, clause } = readHeader(readFileSync(join(folder, file), "utf8"));
      expect(failed(await mutant(file))).toContain(caughtBy);
      const check = checks.find(({ part, name }) => `${part}: ${name}` === caughtBy);
      expect(check?.clause).toBe(clause);
    });
  });

  describe("unseen seeds", () => {
    test.each([1, 2, 3])("seed %i: what is right passes", (seed) => {
      for (const component of Object.values(right)) expect(wrong(seed, component)).toEqual([]);
    });

    test("a seed gives the same cases every time", () => {
      const texts = (seed: number) => String(runChecks(lab, "", unseen(seed), starter));
      expect(texts(5)).toBe(texts(5));
      expect(texts(5)).not.toBe(texts(6));
    });

    test.each(files)("%s is caught by some of five seeds", async (file) => {
      const component = await mutant(file);
      expect([1, 2, 3, 4, 5].some((seed) => wrong(seed, component).length > 0)).toBe(true);
    });
  });

  describe("hidden tests", () => {
    // With the real sandbox and more seeds: test/grader/verify, and `ringlab labs verify`.
    const hidden = async (): Promise<HiddenTest<C>[]> =>
      (await import(`../../grader/hidden/${lab.id}.ts`)).hidden(11);

    test("every part has some, each by a name of its own, about a clause that there is", async () => {
      const tests = await hidden();
      const titles = tests.map(({ part, name }) => `${part}: ${name}`);
      expect(new Set(titles).size).toBe(titles.length);
      for (const { id } of lab.parts)
        expect(tests.filter(({ part }) => part === id).length).toBeGreaterThan(1);
      const clauses = lab.clauses.map(({ id }) => id);
      for (const { clause } of tests) expect(clauses).toContain(clause);
    });

    test("their inputs are plain data, and hold nothing of what is expected", async () => {
      for (const { input, expected, name } of await hidden()) {
        expect(JSON.parse(JSON.stringify(input)), name).toEqual(input);
        expect(JSON.stringify(input), name).not.toContain(JSON.stringify(expected));
      }
    });

    test("what is right passes them all", async () => {
      const tests = await hidden();
      for (const component of Object.values(right)) {
        const { verdicts } = runChecks(lab, "", tests, component);
        expect(verdicts.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual([]);
      }
    });
  });
}

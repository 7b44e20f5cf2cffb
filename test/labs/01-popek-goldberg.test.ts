import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKS } from "../../labs/01-popek-goldberg/checks.ts";
import { LAB } from "../../labs/01-popek-goldberg/contract.ts";
import { component as solution } from "../../labs/01-popek-goldberg/solution.ts";
import { component as starter } from "../../labs/01-popek-goldberg/starter.ts";
import { unseen } from "../../labs/01-popek-goldberg/unseen.ts";
import { examine, runChecks } from "../../src/course/index.ts";
import { type Classifier, referenceClassifier } from "../../src/formal/index.ts";

const FOLDER = join(import.meta.dirname, "../../labs/01-popek-goldberg");

const failed = (component: Classifier) =>
  LAB.parts.flatMap(({ id }) =>
    examine(LAB, CHECKS, id, component)
      .verdicts.filter(({ passed }) => !passed)
      .map(({ name }) => `${id}: ${name}`),
  );

test.each([
  ["the solution", solution],
  ["the library's own classifier", referenceClassifier],
])("%s passes every public check", (_, component) => expect(failed(component)).toEqual([]));

test.each(LAB.parts)("the starter fails $id with a text that helps", ({ id }) => {
  const result = examine(LAB, CHECKS, id, starter);
  expect(result.ok).toBe(false);
  const text = String(result);
  expect(text).toMatch(/input {5}.*\n[\s\S]*expected {2}.*\n[\s\S]*actual {4}.*\n[\s\S]*clause C\d/);
  expect(text).not.toMatch(/undefined|NaN|\[object/);
});

test("every clause but the definition of terms has a check that breaks it", () => {
  const cited = new Set(CHECKS.map(({ clause }) => clause));
  const uncited = LAB.clauses.map(({ id }) => id).filter((id) => !cited.has(id));
  expect(uncited).toEqual(["C6", "C7"]);
});

const files = readdirSync(join(FOLDER, "mutants"));
const mutant = (file: string): Promise<{ component: Classifier }> =>
  import(`../../labs/01-popek-goldberg/mutants/${file.replace(/\.ts$/, "")}.ts`);

describe("mutants", () => {
  test("there are at least five", () => expect(files.length).toBeGreaterThanOrEqual(5));

  test.each(files)("%s is caught by the check that its header names", async (file) => {
    const header = readFileSync(join(FOLDER, "mutants", file), "utf8");
    const named = /^ \* Caught by: (.*)$/m.exec(header)?.[1];
    const clause = /^ \* Breaks clause: (C\d+)$/m.exec(header)?.[1];
    const caught = failed((await mutant(file)).component);
    expect(caught).toContain(named);
    const check = CHECKS.find(({ part, name }) => `${part}: ${name}` === named);
    expect(check?.clause).toBe(clause);
  });
});

describe("unseen seeds", () => {
  const wrong = (seed: number, component: Classifier) =>
    runChecks(LAB, "", unseen(seed), component).verdicts.filter(({ passed }) => !passed);

  test.each([1, 2, 3])(
    "seed %i: the solution and the library agree, the starter fails every step",
    (seed) => {
      expect(wrong(seed, solution)).toEqual([]);
      expect(wrong(seed, starter).map(({ clause }) => clause.id)).toEqual(["C3", "C2", "C4", "C5", "C10"]);
    },
  );

  test("a seed gives the same instructions every time", () => {
    const texts = () => String(runChecks(LAB, "", unseen(5), starter));
    expect(texts()).toBe(texts());
    expect(texts()).not.toBe(String(runChecks(LAB, "", unseen(6), starter)));
  });

  test.each(files)("%s is caught by some of five seeds", async (file) => {
    const { component } = await mutant(file);
    expect([1, 2, 3, 4, 5].flatMap((seed) => wrong(seed, component)).length).toBeGreaterThan(0);
  });
});

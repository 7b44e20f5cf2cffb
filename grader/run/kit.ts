/** What the grader has of one lab: the contract, the scenarios, the public checks and the hidden tests. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Check, Lab, Scenario } from "../../src/course/index.ts";

/** A hidden test is a check that only instructors have. */
export interface HiddenTest<C extends object> extends Check<C> {
  /** Its share of the part's points beside the part's other tests; 1 when absent. */
  weight?: number;
}

export interface Kit {
  // biome-ignore lint/suspicious/noExplicitAny: the folder does not say which component its lab declares.
  lab: Lab<any>;
  scenarios: Readonly<Record<string, Scenario<Record<string, unknown>>>>;
  /** The module that exports SCENARIOS, for the harness. */
  scenariosFile: string;
  tests: readonly KitTest[];
}

export interface KitTest {
  /** "hidden/classify/3": unique, stable, and safe to show. */
  id: string;
  visibility: "public" | "hidden";
  /** Points for a share of 1; public checks have none. */
  points: number;
  /** What the harness calls the scenario. */
  scenario: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  check: Check<any>;
}

/** The folder above grader/ and labs/: the checkout, or dist. */
export const HOME = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** Modules are sources under a test runner, and compiled otherwise. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

export const moduleFile = (...path: string[]): string => `${join(HOME, ...path)}.${ENDING}`;

async function load(...path: string[]): Promise<Record<string, unknown>> {
  const file = moduleFile(...path);
  if (!existsSync(file))
    throw new Error(`There is no ${path.join("/")}.ts; is "${path.at(-1)}" the id of a lab?`);
  return import(/* @vite-ignore */ pathToFileURL(file).href);
}

/**
 * @param id "NN-name"
 * @param seed draws the hidden tests: with a seed of one's own they are in no repository
 * @throws Error when there is no such lab, when it has no hidden tests, or when they do not fit its contract
 */
export async function loadKit(id: string, seed: number): Promise<Kit> {
  const [{ LAB }, { SCENARIOS }, { CHECKS }, { hidden }] = await Promise.all([
    load("labs", id, "contract"),
    load("labs", id, "scenarios"),
    load("labs", id, "checks"),
    load("grader", "hidden", id),
  ]);
  const lab = LAB as Kit["lab"];
  const scenarios = SCENARIOS as Kit["scenarios"];
  const secret = (hidden as (seed: number) => HiddenTest<object>[])(seed);
  const tests = [
    ...numbered("public", CHECKS as Check<object>[], scenarios, () => 0),
    ...numbered("hidden", secret, scenarios, (test) => worth(test, secret, lab)),
  ];
  const bare = lab.parts.find(({ id: part }) => !secret.some((test) => test.part === part));
  if (bare) throw new Error(`grader/hidden/${id}.ts has no test of the part "${bare.id}".`);
  return { lab, scenarios, scenariosFile: moduleFile("labs", id, "scenarios"), tests };
}

/** The part's points, spread over its tests by weight. */
function worth(
  { part, weight = 1 }: HiddenTest<object>,
  all: readonly HiddenTest<object>[],
  lab: Kit["lab"],
): number {
  const points = lab.parts.find(({ id }) => id === part)?.points;
  if (points === undefined) throw new Error(`A hidden test of lab ${lab.id} names no part of it: "${part}".`);
  const weights = all.filter((test) => test.part === part).reduce((sum, test) => sum + (test.weight ?? 1), 0);
  return (points * weight) / weights;
}

function numbered<T extends Check<object>>(
  visibility: KitTest["visibility"],
  checks: readonly T[],
  scenarios: Kit["scenarios"],
  points: (check: T) => number,
): KitTest[] {
  const counts = new Map<string, number>();
  return checks.map((check) => {
    const count = (counts.get(check.part) ?? 0) + 1;
    counts.set(check.part, count);
    const scenario = Object.keys(scenarios).find((name) => scenarios[name] === check.scenario);
    if (scenario === undefined)
      throw new Error(`"${check.name}" plays a scenario that scenarios.ts does not export.`);
    return { id: `${visibility}/${check.part}/${count}`, visibility, points: points(check), scenario, check };
  });
}

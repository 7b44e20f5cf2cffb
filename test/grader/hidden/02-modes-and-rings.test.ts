import { describe, expect, test } from "vitest";
import { finding } from "../../../grader/hidden/02-modes-and-rings/findings.ts";
import { hidden } from "../../../grader/hidden/02-modes-and-rings.ts";
import type { ModesAndRings } from "../../../labs/02-modes-and-rings/component.ts";
import { LAB } from "../../../labs/02-modes-and-rings/contract.ts";
import { canonical } from "../../../labs/02-modes-and-rings/describe.ts";
import { component as solution } from "../../../labs/02-modes-and-rings/solution.ts";
import { component as starter } from "../../../labs/02-modes-and-rings/starter.ts";
import { judge } from "../../../labs/02-modes-and-rings/unseen.ts";
import { runChecks } from "../../../src/course/index.ts";
import { classify, LEAKS, PENTIUM_II, probes, Stage } from "../../../src/experiments/index.ts";

const SEEDS = [1, 2026, -5];
const KNOWN = new Map(SEEDS.map((seed) => [seed, hidden(seed)]));
const reference: ModesAndRings = { ...solution, classify, verdict: judge };

const passed = (seed: number, component: ModesAndRings): string[] => {
  const tests = KNOWN.get(seed)!;
  const { verdicts } = runChecks(LAB, "", tests, component);
  return tests.filter((_, n) => verdicts[n]?.passed).map(({ part, name }) => `${part}: ${name}`);
};

test("the naive judge and the library's agree on every instruction of a Pentium II", () => {
  for (const probe of probes(1, new Stage({ features: PENTIUM_II })))
    expect(finding(probe), probe.mnemonic).toEqual(canonical(classify(probe)));
});

describe.each(SEEDS)("seed %i", (seed) => {
  test("the library's own component passes every test, the starter none", () => {
    expect(passed(seed, reference)).toHaveLength(KNOWN.get(seed)!.length);
    expect(passed(seed, starter)).toEqual([]);
  });
});

test("whoever always gives the same answer passes nothing", () => {
  const none = { tables: [], status: [], protection: [], silence: [], resources: [] };
  for (const outcome of ["same", "traps", "differs"] as const)
    for (const leak of LEAKS) {
      const constant: ModesAndRings = {
        ...starter,
        classify: () => ({ outcome, leaks: outcome === "differs" ? [leak] : [] }),
        verdict: () => ({ virtualizable: outcome !== "differs", entries: [], leaks: none }),
      };
      expect(passed(1, constant)).toEqual([]);
    }
});

test("a seed gives the same tests every time, another one gives others", () => {
  const [one, other] = [KNOWN.get(1)!, KNOWN.get(2026)!];
  expect(hidden(1)).toEqual(one);
  expect(one.map(({ name }) => name)).toEqual(other.map(({ name }) => name));
  for (const [n, { input }] of one.entries()) expect(input).not.toEqual(other[n]?.input);
});

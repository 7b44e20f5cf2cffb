import { describe, expect, test } from "vitest";
import { CLASSES, tryAll } from "../../../grader/hidden/01-popek-goldberg/classes.ts";
import { hidden } from "../../../grader/hidden/01-popek-goldberg.ts";
import { LAB } from "../../../labs/01-popek-goldberg/contract.ts";
import { component as starter } from "../../../labs/01-popek-goldberg/starter.ts";
import { runChecks } from "../../../src/course/index.ts";
import {
  type Classification,
  type Classifier,
  ISAS,
  probe,
  referenceClassifier,
} from "../../../src/formal/index.ts";

const SEEDS = [1, 2026, -5];
const KNOWN = new Map(SEEDS.map((seed) => [seed, hidden(seed)]));

const passed = (seed: number, component: Classifier): string[] => {
  const tests = KNOWN.get(seed)!;
  const { verdicts } = runChecks(LAB, "", tests, component);
  return tests.filter((_, n) => verdicts[n]?.passed).map(({ part, name }) => `${part}: ${name}`);
};

test("the naive classifier and the library's agree on every instruction of every machine", () => {
  for (const isa of Object.values(ISAS))
    for (const { mnemonic } of isa.instructions) {
      const whole = probe(isa, mnemonic);
      const seen = tryAll(whole);
      const steps = Object.keys(CLASSES) as (keyof Classification)[];
      const found = Object.fromEntries(steps.map((step) => [step, CLASSES[step](seen)]));
      expect(found, `${isa.name} ${mnemonic}`).toEqual(referenceClassifier.classify(whole));
    }
});

describe.each(SEEDS)("seed %i", (seed) => {
  test("the library's classifier passes every test, the starter none", () => {
    expect(passed(seed, referenceClassifier)).toHaveLength(KNOWN.get(seed)!.length);
    expect(passed(seed, starter)).toEqual([]);
  });
});

test("whoever always gives the same answer passes nothing", () => {
  const booleans = [false, true];
  for (const s of booleans)
    for (const u of booleans)
      for (const mode of booleans) {
        const classes = { privileged: mode, control: { s, u }, location: { s, u }, mode };
        const constant: Classifier = {
          classify: () => classes,
          virtualizable: () => ({ virtualizable: s, hybrid: u, breaks: [], breaksHybrid: [] }),
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

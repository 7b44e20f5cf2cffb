import { expect, test } from "vitest";
import type { Scenario } from "../../../src/compare/record.ts";
import { identity, plan } from "../../../src/compare/run/plan.ts";

const scenario = (name: string): Scenario => ({
  name,
  about: "of a test",
  resources: { processors: 1, memory: 256 },
  seconds: 1,
  pageCache: "warm",
  cases: [1000, 2000].map((maxPrime) => ({
    name: `cpu-${maxPrime}`,
    workload: { kind: "cpu", maxPrime, threads: 1 },
  })),
});
const TARGETS = ["host", "docker", "qemu-tcg"];
const SCENARIOS = [scenario("one"), scenario("two")];
const steps = (seed: number) => plan(TARGETS, SCENARIOS, { seed, warmups: 1, repetitions: 4 });

test("every round has every target, scenario and case once; warm-ups come first", () => {
  const all = steps(1);
  const size = TARGETS.length * SCENARIOS.length * 2;
  expect(all.map(({ position }) => position)).toEqual(all.map((_, index) => index));
  expect(new Set(all.map(identity)).size).toBe(5 * size);
  for (let round = 0; round < 5; round++)
    for (const step of all.slice(round * size, (round + 1) * size)) {
      expect(step.warmup).toBe(round === 0);
      expect(step.index).toBe(Math.max(0, round - 1));
    }
});

test("the seed decides the order, and rounds differ in theirs", () => {
  expect(steps(7)).toEqual(steps(7));
  expect(steps(7).map(identity)).not.toEqual(steps(8).map(identity));
  const order = (round: number) =>
    steps(7)
      .slice(round * 12, round * 12 + 12)
      .map((step) => `${step.target} ${step.scenario.name} ${step.case.name}`);
  expect(order(1)).not.toEqual(order(2));
});

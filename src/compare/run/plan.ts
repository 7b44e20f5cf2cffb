/** The order of a run. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Case, Repetition, Scenario } from "../record.ts";

export interface Step {
  target: string;
  scenario: Scenario;
  case: Case;
  warmup: boolean;
  index: number;
  position: number;
}

/**
 * Every target × scenario × case once in random order, then all again in another order, …: a machine that gets slower
 * with time, or busier, does so to every target. The warm-ups come first.
 */
export function plan(
  targets: readonly string[],
  scenarios: readonly Scenario[],
  { seed, warmups, repetitions }: { seed: number; warmups: number; repetitions: number },
): Step[] {
  const random = xoroshiro128plus(seed);
  const block = targets.flatMap((target) =>
    scenarios.flatMap((scenario) => scenario.cases.map((one) => ({ target, scenario, case: one }))),
  );
  const steps: Omit<Step, "position">[] = [];
  for (let round = 0; round < warmups + repetitions; round++) {
    const warmup = round < warmups;
    const index = warmup ? round : round - warmups;
    for (let last = block.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [block[last], block[other]] = [block[other] as (typeof block)[0], block[last] as (typeof block)[0]];
    }
    steps.push(...block.map((one) => ({ ...one, warmup, index })));
  }
  return steps.map((step, position) => ({ ...step, position }));
}

/** Says which repetition it is, the same for a planned and for a recorded one. */
export function identity(step: Step | Repetition): string {
  const nameOf = (value: string | { name: string }) => (typeof value === "string" ? value : value.name);
  return [
    step.target,
    nameOf(step.scenario),
    nameOf(step.case),
    step.warmup ? "warmup" : "measured",
    step.index,
  ].join(" ");
}

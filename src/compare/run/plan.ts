/** The order of a run. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { CannotCompare } from "../errors.ts";
import type { Case, Repetition, Scenario } from "../record.ts";

export interface Step {
  target: string;
  scenario: Scenario;
  case: Case;
  warmup: boolean;
  index: number;
  position: number;
}

/** What is measured repeatedly, by its names. */
export interface NamedPlace {
  readonly target: string;
  readonly scenario: string;
  readonly case: string;
}

/** A repetition of it. */
export interface Turn extends NamedPlace {
  readonly warmup: boolean;
  /** From 0, within warm-ups or within measured ones. */
  readonly index: number;
}

export interface Design {
  readonly warmups: number;
  readonly repetitions: number;
  readonly seed: number;
}

/** In which order places are measured. Students of lab 16 write one. */
export type Order = (places: readonly NamedPlace[], design: Design) => readonly Turn[];

/**
 * Every place once in random order, then all again in another order, …: a machine that gets slower with time, or busier,
 * does so to every target. The warm-ups come first.
 */
export const inRounds: Order = (places, { seed, warmups, repetitions }) => {
  const random = xoroshiro128plus(seed);
  const block = [...places];
  const turns: Turn[] = [];
  for (let round = 0; round < warmups + repetitions; round++) {
    const warmup = round < warmups;
    const index = warmup ? round : round - warmups;
    for (let last = block.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [block[last], block[other]] = [block[other]!, block[last]!];
    }
    turns.push(...block.map((one) => ({ ...one, warmup, index })));
  }
  return turns;
};

/** @throws CannotCompare when the order leaves a repetition out, or has one that was not asked for */
export function plan(
  targets: readonly string[],
  scenarios: readonly Scenario[],
  design: Design,
  order: Order = inRounds,
): Step[] {
  const places = targets.flatMap((target) =>
    scenarios.flatMap((scenario) => scenario.cases.map((one) => ({ target, scenario, case: one }))),
  );
  const named = places.map(({ target, scenario, case: one }) => ({
    ...{ target, scenario: scenario.name, case: one.name },
  }));
  const turns = order(named, design);
  const whole = new Set(inRounds(named, design).map(identity));
  const planned = new Set(turns.map(identity));
  if (turns.length !== whole.size || [...planned].some((one) => !whole.has(one)) || planned.size < whole.size)
    throw new CannotCompare(
      `the order is no order of ${whole.size} repetitions, each of which is in it once: ${turns.length} were named`,
    );
  return turns.map(({ target, scenario, case: name, warmup, index }, position) => {
    const place = places.find(
      (one) => one.target === target && one.scenario.name === scenario && one.case.name === name,
    )!;
    return { ...place, warmup, index, position };
  });
}

/** Says which repetition it is, the same for a planned and for a recorded one. */
export function identity(step: Step | Turn | Repetition): string {
  const nameOf = (value: string | { name: string }) => (typeof value === "string" ? value : value.name);
  return [
    step.target,
    nameOf(step.scenario),
    nameOf(step.case),
    step.warmup ? "warmup" : "measured",
    step.index,
  ].join(" ");
}

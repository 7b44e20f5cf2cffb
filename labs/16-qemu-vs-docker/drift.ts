/** Two targets that are one and the same, on a machine that gets slower while they are measured. */
import { dice } from "./chance.ts";
import type { Comparison, Design, Step } from "./component.ts";

/** Of the first repetition's speed, lost until the last one: a processor that gets warm, a neighbour that wakes up. */
const LOST = 0.1;
/** Events a CPU-second before. */
const SPEED = 1600;
/** Standard deviation of a repetition, as a share. */
const NOISE = 0.005;

const TARGETS = ["target A", "target B"];

/** All of one target, then all of the other. */
const oneAfterTheOther: Comparison["plan"] = (places, { repetitions }) =>
  places.flatMap((place) =>
    Array.from({ length: repetitions }, (_, index) => ({ ...place, warmup: false, index })),
  );

function valuesOf(steps: readonly Step[], seed: number) {
  const roll = dice(seed);
  const noise = () => (roll(1000) + roll(1000) + roll(1000) + roll(1000) - 1998) / 577;
  return steps.map((step, position) => ({
    ...{ target: step.target, warmup: step.warmup, position },
    rate: SPEED * (1 - (LOST * position) / (steps.length - 1)) * (1 + NOISE * noise()),
  }));
}

/** Every repetition in its order, and what `effect` says of the two targets. */
export function driftRows(component: Pick<Comparison, "plan" | "effect">, seed = 1) {
  const places = TARGETS.map((target) => ({ target, scenario: "small", case: "cpu" }));
  const design: Design = { warmups: 1, repetitions: 8, seed };
  return [
    { order: "one after the other", plan: oneAfterTheOther },
    { order: "your plan", plan: component.plan },
  ].map(({ order, plan }) => {
    const rows = valuesOf(plan(places, design), seed + 1);
    const rates = (target: string) =>
      rows.filter((row) => row.target === target && !row.warmup).map(({ rate }) => rate);
    const found = component.effect(rates(TARGETS[1]!), rates(TARGETS[0]!), { resamples: 4000, seed });
    return { order, rows: rows.map((row) => ({ ...row, order })), effect: found };
  });
}

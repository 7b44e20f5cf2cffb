/** Experiments whose truth is known: how many of a hundred intervals hold it? */
import { dice } from "./chance.ts";
import type { Comparison } from "./component.ts";

const TRUTH = 1.25;
const EXPERIMENTS = 200;

export const coverageRows = (component: Pick<Comparison, "effect">, seed = 1) =>
  [3, 5, 10].map((repetitions) => {
    const roll = dice(seed + repetitions);
    const value = (mean: number) =>
      mean * (1 + (0.05 * (roll(1000) + roll(1000) + roll(1000) + roll(1000) - 1998)) / 577);
    const sample = (mean: number) => Array.from({ length: repetitions }, () => value(mean));
    const held = Array.from({ length: EXPERIMENTS }, () => {
      const found = component.effect(sample(TRUTH), sample(1), { resamples: 800, seed: roll(1_000_000) });
      return found !== null && found.low <= TRUTH && TRUTH <= found.high;
    }).filter(Boolean).length;
    return { repetitions, "hold the truth": `${(100 * held) / EXPERIMENTS} %` };
  });

/** Chance that can be repeated, and how much of it an interval leaves out. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { tailOf } from "../../src/compare/analysis/tail.ts";

/** dice(7)(6): a whole number from 0 to 5, each as likely as another. The same seed gives the same numbers. */
export function dice(seed: number): (below: number) => number {
  const generator = xoroshiro128plus(seed);
  return (below) => uniformInt(generator, 0, below - 1);
}

/**
 * The share of resamples to leave out at each end, so that an interval from so many values contains the truth in about 95 of 100
 * experiments. Of many values it is 0.025; a few vary less than what they were drawn from, and then it has to be smaller
 * (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015: the expanded percentile interval).
 */
export const tail = (count: number): number => tailOf(count);

/** The value below which that share of the values lies; between two of them in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}

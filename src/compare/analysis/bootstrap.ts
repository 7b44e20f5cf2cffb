/**
 * Confidence intervals by the bootstrap: draw the sample again from itself, with replacement, and look how far the
 * statistic wanders (Efron 1979).
 */
import { mean, quantileSorted } from "d3-array";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { tailOf } from "./tail.ts";

/** Of 95 %. */
export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  seed: number;
  /** How often the samples are drawn again. */
  resamples?: number;
}

const RESAMPLES = 4000;

/** Of the mean. @throws RangeError when there are fewer than two values */
export function meanInterval(values: readonly number[], options: BootstrapOptions): Interval {
  return interval([values], ([drawn]) => mean(drawn!)!, options);
}

/** Of mean(above) / mean(below), whose repetitions are independent. @throws RangeError when either has fewer than two values */
export function ratioInterval(
  above: readonly number[],
  below: readonly number[],
  options: BootstrapOptions,
): Interval {
  return interval([above, below], ([a, b]) => mean(a!)! / mean(b!)!, options);
}

function interval(
  samples: readonly (readonly number[])[],
  statistic: (drawn: readonly (readonly number[])[]) => number,
  { seed, resamples = RESAMPLES }: BootstrapOptions,
): Interval {
  const least = Math.min(...samples.map((sample) => sample.length));
  if (least < 2) throw new RangeError("an interval needs at least two repetitions of each");
  const generator = xoroshiro128plus(seed);
  const drawn = samples.map((sample) => [...sample]);
  const statistics = Array.from({ length: resamples }, () => {
    for (const [which, sample] of samples.entries())
      for (let at = 0; at < sample.length; at++)
        drawn[which]![at] = sample[uniformInt(generator, 0, sample.length - 1)]!;
    return statistic(drawn);
  }).sort((a, b) => a - b);
  const tail = tailOf(least);
  return { low: quantileSorted(statistics, tail)!, high: quantileSorted(statistics, 1 - tail)! };
}

/**
 * The bootstrap without chance: all samples that can be drawn again, each with its probability. Of five values there are 126
 * (choose(9, 5)), however often one draws; the ends of an interval follow from them without an error of drawing.
 */

import { tail } from "./chance.ts";
import type { Ends, Samples } from "./scenarios.ts";

interface Mass {
  readonly value: number;
  readonly probability: number;
}

/** Of the mean of as many values as there are, drawn with replacement. */
export function exactMeans(values: readonly number[]): Mass[] {
  const count = values.length;
  const found: Mass[] = [];
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const walk = (at: number, left: number, sum: number, ways: number): void => {
    if (at === count - 1) {
      const all = factorial(count) / (ways * factorial(left));
      found.push({ value: (sum + left * values[at]!) / count, probability: all / count ** count });
      return;
    }
    for (let taken = 0; taken <= left; taken++)
      walk(at + 1, left - taken, sum + taken * values[at]!, ways * factorial(taken));
  };
  walk(0, count, 0, 1);
  return found;
}

/** The ends of the interval of the ratio of means. */
export function exactEnds({ above, below }: Pick<Samples, "above" | "below">): Ends {
  const share = tail(Math.min(above.length, below.length));
  return { low: quantile(above, below, share), high: 1 / quantile(below, above, share) };
}

/** The value that the ratio of means stays below with that probability: searched for by halving. */
function quantile(above: readonly number[], below: readonly number[], share: number): number {
  const under = exactMeans(below).sort((a, b) => a.value - b.value);
  const over = exactMeans(above);
  // From each mean of `below` on: the probability of it and of all that are greater.
  const rest = under.map(({ probability }) => probability);
  for (let at = rest.length - 2; at >= 0; at--) rest[at]! += rest[at + 1]!;
  let [low, high] = [Math.min(...above) / Math.max(...below), Math.max(...above) / Math.min(...below)];
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    const passed = over.reduce((sum, a) => {
      const first = firstFrom(under, a.value / middle);
      return sum + a.probability * (rest[first] ?? 0);
    }, 0);
    if (passed < share) low = middle;
    else high = middle;
  }
  return high;
}

/** Where the first is that is not less. */
function firstFrom(sorted: readonly Mass[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.value < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How far an end may be from the exact one, in halves of the interval: what 10,000 resamples of five values never reach. */
const OFF = 0.25;

/** 1 where both ends are as near to the exact ones as drawing allows. */
export function worthOfEnds(actual: Ends | string, exact: Ends): number {
  if (typeof actual === "string") return 0;
  const allowed = (OFF * (exact.high - exact.low)) / 2;
  const near = (a: number, b: number) => Math.abs(a - b) <= allowed;
  return near(actual.low, exact.low) && near(actual.high, exact.high) ? 1 : 0;
}

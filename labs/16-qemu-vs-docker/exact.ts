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
  const under = exactMeans(below);
  const ratios = exactMeans(above)
    .flatMap((a) =>
      under.map((b) => ({ value: a.value / b.value, probability: a.probability * b.probability })),
    )
    .sort((a, b) => a.value - b.value);
  const share = tail(Math.min(above.length, below.length));
  return { low: quantile(ratios, share), high: quantile(ratios.toReversed(), share) };
}

function quantile(sorted: readonly Mass[], share: number): number {
  let passed = 0;
  for (const { value, probability } of sorted) {
    passed += probability;
    if (passed >= share) return value;
  }
  return sorted.at(-1)!.value;
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

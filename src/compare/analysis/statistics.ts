/** The plain statistics of repetitions: what the handouts ask for, and nothing that five numbers cannot carry. */
import { deviation, max, mean, median, min } from "d3-array";

export interface Summary {
  count: number;
  mean: number;
  median: number;
  min: number;
  max: number;
  /** Sample standard deviation (divisor n − 1), between repetitions; undefined for a single one. */
  std: number | undefined;
}

/** @throws RangeError when there is nothing to summarize, or a value is not finite: a check has to refuse those before */
export function summarize(values: readonly number[]): Summary {
  const bad = values.find((value) => !Number.isFinite(value));
  if (values.length === 0 || bad !== undefined)
    throw new RangeError(values.length === 0 ? "no values to summarize" : `a value is ${bad}`);
  return {
    count: values.length,
    mean: mean(values)!,
    median: median(values)!,
    min: min(values)!,
    max: max(values)!,
    std: deviation(values),
  };
}

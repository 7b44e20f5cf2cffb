/**
 * How much to leave out at each end of what was drawn again. Repetitions are few, and then the plain percentile interval is
 * too narrow by about √((n − 1)/n) and by the tails of Student's t. So its percentiles are moved outward to
 * Φ(−√(n/(n − 1)) · t): the expanded percentile interval of Hesterberg, "What Teachers Should Know About the Bootstrap" (The
 * American Statistician 69(4), 2015).
 */

/** Student's t, 97.5th percentile, for 1 … 30 degrees of freedom; beyond that the normal distribution's. */
const T975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The share of resamples to leave out at each end, of so many values. */
export function tailOf(count: number): number {
  const t = T975[count - 2] ?? 1.96;
  return lowerTail(Math.sqrt(count / (count - 1)) * t);
}

/** 1 − Φ(x) for x ≥ 0, absolute error below 7.5e-8 (Abramowitz and Stegun, 26.2.17). */
function lowerTail(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.max(0, (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial);
}

/**
 * Points are counted in hundredths, as whole numbers: sums and penalties are exact, and the same on every machine. A test
 * may be worth a fraction (a part's three points over seven tests); a sum of such is rounded once, at its end.
 */

/** Points as whole hundredths, halves away from zero. */
export function hundredths(points: number): number {
  return Math.round(points * 100);
}

/** The sum in points, rounded to hundredths. */
export function total(points: readonly number[]): number {
  return hundredths(points.reduce((sum, each) => sum + each, 0)) / 100;
}

/** `numerator / denominator` of whole hundredths, rounded half up. All three are whole and not negative. */
export function fraction(amount: number, numerator: number, denominator: number): number {
  return Math.floor((2 * amount * numerator + denominator) / (2 * denominator));
}

/** At most two decimals and no idle zero: "12.5", "3". */
export function formatPoints(points: number): string {
  return String(hundredths(points) / 100);
}

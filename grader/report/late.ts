/** What lateness costs: a policy that is data, and whole hundredths of a point. */
import { z } from "zod";
import type { Instant } from "./instant.ts";
import { fraction, hundredths } from "./points.ts";

/** Percent with at most two decimals, so that penalties stay exact. */
const percent = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => Number.isInteger(Number((value * 100).toFixed(6))), "at most two decimals");

export const latePolicy = z.strictObject({
  /** So many minutes cost nothing. After them lateness counts from the due date. */
  graceMinutes: z.number().int().min(0).default(0),
  /** For each day that has begun. */
  percentPerDay: percent,
  /** Percent of what: of the points that can be had, or of those that were. */
  of: z.enum(["max", "score"]).default("score"),
  /** What comes later than so many days earns nothing. */
  maxDays: z.number().int().min(1).optional(),
  /** Percent of the points that can be had; within `maxDays`, lateness alone takes nothing below it. */
  floorPercent: percent.default(0),
});
export type LatePolicy = z.infer<typeof latePolicy>;

export interface Lateness {
  due: Instant;
  submitted: Instant;
  /** Days that have begun since it was due; 0 when in time or within the grace. */
  days: number;
  /** Too late to earn anything. */
  refused: boolean;
}

const DAY = 86_400_000;

export function lateness(policy: LatePolicy | undefined, due: Instant, submitted: Instant): Lateness {
  const after = submitted.ms - due.ms;
  const late = after > (policy?.graceMinutes ?? 0) * 60_000;
  const days = late ? Math.ceil(after / DAY) : 0;
  return { due, submitted, days, refused: days > (policy?.maxDays ?? Number.POSITIVE_INFINITY) };
}

/**
 * Points that lateness takes from `score`, rounded to hundredths; never more than the score.
 * @param score, max in points
 */
export function penalty(
  policy: LatePolicy | undefined,
  { days, refused }: Lateness,
  score: number,
  max: number,
): number {
  if (!policy || days === 0) return 0;
  const earned = hundredths(score);
  if (refused) return earned / 100;
  const base = policy.of === "max" ? hundredths(max) : earned;
  const asked = fraction(base, hundredths(policy.percentPerDay) * days, 10_000);
  const floor = fraction(hundredths(max), hundredths(policy.floorPercent), 10_000);
  return Math.min(asked, Math.max(0, earned - floor)) / 100;
}

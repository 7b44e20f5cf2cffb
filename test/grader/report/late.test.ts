import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInstant } from "../../../grader/report/instant.ts";
import { lateness, latePolicy, penalty } from "../../../grader/report/late.ts";

const due = parseInstant("2026-11-20T23:59:00+01:00")!;
const at = (text: string) => parseInstant(text)!;
const policy = latePolicy.parse({ graceMinutes: 15, percentPerDay: 10, maxDays: 3 });

describe("days begun", () => {
  test.each([
    ["2026-11-20T10:00:00+01:00", 0],
    ["2026-11-20T23:59:00+01:00", 0],
    ["2026-11-20T22:59:00Z", 0],
    ["2026-11-21T00:14:00+01:00", 0],
    ["2026-11-21T00:14:01+01:00", 1],
    ["2026-11-21T23:59:00+01:00", 1],
    ["2026-11-21T23:59:01+01:00", 2],
    ["2026-11-23T23:59:00+01:00", 3],
  ])("%s", (submitted, days) =>
    expect(lateness(policy, due, at(submitted))).toMatchObject({ days, refused: false }),
  );

  test("after the last day it is refused, and takes everything", () => {
    const late = lateness(policy, due, at("2026-11-24T00:00:00+01:00"));
    expect(late).toMatchObject({ days: 4, refused: true });
    expect(penalty(policy, late, 12.34, 15)).toBe(12.34);
  });

  test("counts calendar time over the end of summer time", () => {
    const spring = lateness(policy, at("2026-10-24T23:59:00+02:00"), at("2026-10-25T23:59:00+01:00"));
    expect(spring.days).toBe(2);
  });
});

describe("penalty", () => {
  const two = lateness(policy, due, at("2026-11-22T12:00:00+01:00"));
  const cost = (change: object, score: number, max = 15) =>
    penalty(latePolicy.parse({ percentPerDay: 10, ...change }), two, score, max);

  test("of the score, halves up", () => expect(cost({ percentPerDay: 12.5 }, 0.1)).toBe(0.03));
  test("of the score", () => expect(cost({}, 12.35)).toBe(2.47));
  test("of the maximum", () => expect(cost({ of: "max" }, 12.35)).toBe(3));
  test("never more than the score", () => expect(cost({ of: "max" }, 2)).toBe(2));
  test("nothing below the floor", () => expect(cost({ of: "max", floorPercent: 40 }, 7)).toBe(1));
  test("nothing from below the floor", () => expect(cost({ floorPercent: 40 }, 5)).toBe(0));
  test("none without a policy", () => expect(penalty(undefined, two, 5, 15)).toBe(0));

  test("leaves whole hundredths between 0 and the score", () => {
    const hundredth = fc.integer({ min: 0, max: 10_000 });
    const days = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(hundredth, hundredth, hundredth, days, (score, percent, floor, begun) => {
        const policy = latePolicy.parse({ percentPerDay: percent / 100, floorPercent: floor / 100 });
        const taken = penalty(policy, { ...two, days: begun }, score / 100, 100);
        expect(taken).toBe(Math.round(taken * 100) / 100);
        expect(taken).toBeGreaterThanOrEqual(0);
        expect(taken).toBeLessThanOrEqual(score / 100);
        const kept = score - taken * 100;
        expect(kept).toBeGreaterThanOrEqual(Math.min(score, floor) - 1e-6);
        const exact = Number((2n * BigInt(score * percent * begun) + 10_000n) / 20_000n);
        expect(Math.round(taken * 100)).toBe(Math.min(exact, Math.max(0, score - floor)));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

test("a policy with more decimals than are exact is refused", () => {
  expect(latePolicy.safeParse({ percentPerDay: 3.333 }).success).toBe(false);
  expect(latePolicy.safeParse({ percentPerDay: 10, grace: 5 }).success).toBe(false);
});

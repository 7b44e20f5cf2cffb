/** A class in numbers. Shares and quartiles are over those whose component ran; quantiles as R's type 7, by d3-array. */
import { max, mean, median, min, quantile } from "d3-array";
import type { Part } from "../../../src/course/index.ts";
import { OUTCOME_ORDER, type Outcome, outcomeOf } from "../disclosure.ts";
import { partScores } from "../feedback/part.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { hundredths } from "../points.ts";
import type { Graded, TestResult } from "../result.ts";

/** In points, rounded to hundredths. */
export interface Summary {
  count: number;
  mean: number;
  min: number;
  lower: number;
  median: number;
  upper: number;
  max: number;
}

/** Hidden tests of one part, name and clause: to a reader they are one case with several inputs. */
export interface TestStatistics {
  part: Part;
  name: string;
  clause: string;
  /** Inputs that were tried with each submission. */
  count: number;
  outcomes: Readonly<Record<Outcome, number>>;
  /** Share that did not pass, from 0 to 1. */
  missed: number;
}

export interface ClassStatistics {
  handedIn: number;
  missing: readonly Entry[];
  refused: readonly Entry[];
  /** Undefined when nobody handed anything in. */
  score: Summary | undefined;
  parts: readonly { part: Part; summary: Summary }[];
  /** Hidden tests, hardest first. */
  tests: readonly TestStatistics[];
  /** Submissions with at least one test of that outcome, public checks included. */
  with: Readonly<Record<Outcome, readonly Entry[]>>;
}

export function statistics({ lab, entries }: Gradebook): ClassStatistics {
  const handedIn = entries.filter(({ graded }) => graded !== undefined);
  const ran = handedIn.filter(({ graded }) => graded!.refused === undefined);
  const scores = ran.map(({ graded }) => partScores(lab.parts, graded!.tests));
  return {
    handedIn: handedIn.length,
    missing: entries.filter(({ graded }) => graded === undefined),
    refused: handedIn.filter(({ graded }) => graded!.refused !== undefined),
    score: summary(handedIn.map(({ grade }) => grade.score)),
    parts: lab.parts.flatMap((part, at) => {
      const found = summary(scores.map((parts) => parts[at]!.score));
      return found ? [{ part, summary: found }] : [];
    }),
    tests: hardest(
      lab.parts,
      ran.map(({ graded }) => graded!),
    ),
    with: byOutcome((outcome) =>
      ran.filter(({ graded }) => graded!.tests.some((test) => outcomeOf(test) === outcome)),
    ),
  };
}

function summary(points: readonly number[]): Summary | undefined {
  if (points.length === 0) return undefined;
  const rounded = (value: number | undefined) => hundredths(value!) / 100;
  return {
    count: points.length,
    mean: rounded(mean(points)),
    min: rounded(min(points)),
    lower: rounded(quantile(points, 0.25)),
    median: rounded(median(points)),
    upper: rounded(quantile(points, 0.75)),
    max: rounded(max(points)),
  };
}

const byOutcome = <T>(value: (outcome: Outcome) => T) =>
  Object.fromEntries(OUTCOME_ORDER.map((outcome) => [outcome, value(outcome)])) as Record<Outcome, T>;

/** In the order of the tests where they are equally hard. */
function hardest(parts: readonly Part[], results: readonly Graded[]): TestStatistics[] {
  const alike = new Map<string, TestResult[]>();
  for (const { tests } of results)
    for (const test of tests) {
      if (test.visibility !== "hidden") continue;
      const key = JSON.stringify([test.part, test.name, test.clause]);
      const known = alike.get(key);
      if (known) known.push(test);
      else alike.set(key, [test]);
    }
  return [...alike.values()]
    .map((all): TestStatistics => {
      const { part: id, name, clause } = all[0]!;
      const outcomes = byOutcome((outcome) => all.filter((test) => outcomeOf(test) === outcome).length);
      const part = parts.find((each) => each.id === id) ?? { id, title: id, points: 0 };
      const count = new Set(all.map((test) => test.id)).size;
      return { part, name, clause, count, outcomes, missed: 1 - outcomes.passed / all.length };
    })
    .sort((one, other) => other.missed - one.missed);
}

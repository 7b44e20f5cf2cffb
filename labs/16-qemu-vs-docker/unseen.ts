/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import { dice } from "./chance.ts";
import type { Comparison } from "./component.ts";
import { LAB } from "./contract.ts";
import {
  drawClear,
  drawCpu,
  drawFiles,
  drawOrders,
  drawPair,
  drawPlanning,
  drawRecorded,
  drawSamples,
  drawTroubled,
} from "./drawn.ts";
import { exactEnds, worthOfEnds } from "./exact.ts";
import {
  expectedOrders,
  expectedRatio,
  expectedRefusal,
  expectedRounds,
  expectedSeeds,
  expectedSummary,
  worthOfOrders,
} from "./expected.ts";
import { expectedSuspicions } from "./expected-suspicions.ts";
import { type Ends, SCENARIOS } from "./scenarios.ts";

const EACH = 40;
const INTERVALS = 2;

export function unseen(seed: number): readonly Check<Comparison>[] {
  const draw = dice(seed);
  const many = <T>(one: () => T, count = EACH): T[] => Array.from({ length: count }, one);
  const plans = many(() => drawPlanning(draw), 10);
  const shuffles = drawOrders(draw, 600);
  const records = many(() => drawRecorded(draw));
  const samples = many(() => drawSamples(draw, 1 + draw(100) / 100, 0.1), INTERVALS);
  const exact = samples.map(exactEnds);
  const different = many(() => drawSamples(draw, 1 + draw(100) / 100, 0.3, [4, 4]), 10);
  const clear = [
    ...many(() => drawClear(draw, "more"), 3),
    ...many(() => drawClear(draw, "no difference detected"), 3),
  ];
  const pairs = many(() => drawPair(draw), 2 * EACH);
  const runs = many(() => [drawCpu(draw), drawFiles(draw), drawTroubled(draw)]).flat();
  return [
    check({
      ...{ part: "plan", clause: "C1", name: "10 plans", scenario: SCENARIOS["rounds-many"] },
      ...{ input: plans, expected: plans.map(expectedRounds) },
    }),
    check({
      ...{ part: "plan", clause: "C3", name: "600 rounds", scenario: SCENARIOS.orders, input: shuffles },
      expected: expectedOrders(shuffles),
      worth: (actual: Record<string, number>) => worthOfOrders(actual, shuffles),
    }),
    check({
      ...{
        part: "plan",
        clause: "C4",
        name: "two seeds",
        scenario: SCENARIOS.seeds,
        input: { ...shuffles, repetitions: 9 },
      },
      expected: expectedSeeds(shuffles),
    }),
    check({
      ...{ part: "summarize", clause: "C5", name: `${EACH} records`, scenario: SCENARIOS["summary-many"] },
      ...{ input: records, expected: records.map((one) => expectedSummary(one)) },
    }),
    check({
      ...{ part: "effect", clause: "C10", name: `${INTERVALS} intervals`, input: samples },
      ...{ scenario: SCENARIOS["interval-many"], expected: exact },
      worth: (actual: (Ends | string)[]) =>
        exact.every((one, at) => worthOfEnds(actual[at] ?? "none", one) === 1) ? 1 : 0,
    }),
    check({
      ...{
        part: "effect",
        clause: "C9",
        name: "10 ratios",
        input: different.map((one) => ({ ...one, resamples: 100 })),
      },
      ...{ scenario: SCENARIOS["ratio-many"], expected: different.map(expectedRatio) },
    }),
    check({
      ...{
        part: "effect",
        clause: "C12",
        name: "6 verdicts",
        input: clear.map(({ samples: drawn }) => drawn),
      },
      ...{ scenario: SCENARIOS["verdict-many"], expected: clear.map(({ verdict }) => verdict) },
    }),
    check({
      ...{ part: "refuse", clause: "C13", name: `${2 * EACH} pairs`, scenario: SCENARIOS["refusal-many"] },
      ...{ input: pairs, expected: pairs.map((one) => expectedRefusal(one)) },
    }),
    check({
      ...{ part: "suspect", clause: "C18", name: `${3 * EACH} runs`, scenario: SCENARIOS["suspicions-many"] },
      ...{ input: runs, expected: runs.map((one) => expectedSuspicions(one)) },
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<Comparison>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { MemoryManagement } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawHistory, drawScarcity } from "./drawn.ts";
import { expectedEvents, expectedTargets } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 30;

export function unseen(seed: number): readonly Check<MemoryManagement>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <T>(one: () => T): T[] => Array.from({ length: EACH }, one);
  const claims = [false, true].map((taxed) => many(() => drawScarcity(draw, taxed)));
  const histories = many(() => drawHistory(draw, ["scan", "scan", "scan", "write"], 14));
  return [
    ...claims.map((scarcities, taxed) =>
      check<MemoryManagement, typeof scarcities, number[][]>({
        ...{ part: taxed ? "tax" : "shares", clause: taxed ? "C5" : "C2" },
        ...{ name: `${EACH} hosts with too little memory${taxed ? ", taxed" : ""}` },
        ...{ scenario: SCENARIOS["targets-many"], input: scarcities },
        expected: scarcities.map((one) => expectedTargets(one)),
      }),
    ),
    check({
      ...{ part: "scan", clause: "C10", name: `${EACH} hosts with equal pages` },
      ...{ scenario: SCENARIOS["share-many"], input: histories },
      expected: histories.map((one) => expectedEvents(one)),
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<MemoryManagement>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

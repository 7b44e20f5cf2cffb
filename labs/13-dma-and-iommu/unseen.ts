/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { DmaProtection } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawKnock, drawRetirement, drawSteps } from "./drawn.ts";
import { expectedFlushes, expectedInterrupt, expectedTables } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 30;

export function unseen(seed: number): readonly Check<DmaProtection>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <T>(one: (at: number) => T): T[] => Array.from({ length: EACH }, (_, at) => one(at));
  const maps = many(() => drawSteps(draw, 6, false));
  const steps = many(() => drawSteps(draw, 12, true));
  const retirements = many((at) => drawRetirement(draw, at % 3 === 0));
  const knocks = many(() => drawKnock(draw));
  return [
    check({
      ...{ part: "map", clause: "C1", name: `${EACH} devices with pages` },
      ...{ scenario: SCENARIOS["tables-many"], input: maps },
      expected: maps.map((one) => expectedTables(one)),
    }),
    check({
      ...{ part: "unmap", clause: "C5", name: `${EACH} devices whose pages come and go` },
      ...{ scenario: SCENARIOS["tables-many"], input: steps },
      expected: steps.map((one) => expectedTables(one)),
    }),
    check({
      ...{ part: "flush", clause: "C8", name: `${EACH} lists of pages` },
      ...{ scenario: SCENARIOS["flush-many"], input: retirements },
      expected: retirements.map((one) => expectedFlushes(one)),
    }),
    check({
      ...{ part: "interrupt", clause: "C12", name: `${EACH} messages` },
      ...{ scenario: SCENARIOS["interrupt-many"], input: knocks },
      expected: knocks.map((one) => expectedInterrupt(one)),
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<DmaProtection>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { VirtqueueDevice } from "./component.ts";
import { LAB } from "./contract.ts";
import * as drawn from "./drawn.ts";
import { SCENARIOS, type Situation } from "./scenarios.ts";

const EACH = 6;

export function unseen(seed: number): readonly Check<VirtqueueDevice>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <K>(kinds: readonly K[], of: (draw: drawn.Draw, kind: K) => Situation) =>
    kinds.flatMap((kind) => Array.from({ length: EACH }, () => of(draw, kind)));
  const tests = [
    { part: "next", clause: "C2", scenario: "heads-many", cases: many(drawn.HEAD_KINDS, drawn.drawHeads) },
    { part: "chain", clause: "C5", scenario: "chains-many", cases: many(drawn.CHAIN_KINDS, drawn.drawChain) },
    {
      part: "indirect",
      clause: "C10",
      scenario: "chains-many",
      cases: many(drawn.TABLE_KINDS, drawn.drawChain),
    },
    { part: "give", clause: "C12", scenario: "whole-many", cases: many(drawn.GIVE_KINDS, drawn.drawGives) },
    { part: "tell", clause: "C15", scenario: "whole-many", cases: many(drawn.TELL_KINDS, drawn.drawTells) },
  ] as const;
  return tests.map(({ part, clause, scenario, cases }) =>
    check({
      ...{ part, clause, name: `${cases.length} queues`, scenario: SCENARIOS[scenario], input: cases },
      expected: cases.map((one) => drawn.expected(one, part === "next")),
    }),
  );
}

export function checkUnseen(seed: number, component: Partial<VirtqueueDevice>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

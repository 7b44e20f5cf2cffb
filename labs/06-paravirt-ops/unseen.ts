/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { ParavirtOps } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawCase, drawSituation, drawStream } from "./drawn.ts";
import { batchLines, patchLines, updateLines } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";
import { targetOf } from "./site.ts";

const EACH = 20;

export function unseen(seed: number): readonly Check<ParavirtOps>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <T>(one: () => T): T[] => Array.from({ length: EACH }, one);
  const [situations, streams, cases] = [
    many(() => drawSituation(draw)),
    many(() => drawStream(draw)),
    many(() => drawCase(draw)),
  ];
  return [
    check({
      ...{ part: "uses", clause: "C3", name: `${EACH} tables of frames`, scenario: SCENARIOS["update-many"] },
      input: situations,
      expected: situations.map((one) => updateLines(one)),
    }),
    check({
      ...{ part: "batch", clause: "C7", name: `${EACH} kernels`, scenario: SCENARIOS["batch-many"] },
      input: streams,
      expected: streams.map((one) => batchLines(one)),
    }),
    check({
      ...{ part: "patch", clause: "C10", name: `${EACH} sites`, scenario: SCENARIOS["patch-many"] },
      input: cases,
      expected: cases.map((one) => patchLines(one, targetOf(one).body.length)),
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<ParavirtOps>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

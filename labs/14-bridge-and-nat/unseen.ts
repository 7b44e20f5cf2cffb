/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { BridgeAndNat } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawBridge, drawNat } from "./drawn.ts";
import { expectedBridge, expectedNat } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 60;

export function unseen(seed: number): readonly Check<BridgeAndNat>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <T>(one: () => T): T[] => Array.from({ length: EACH }, one);
  const bridges = many(() => drawBridge(draw, true));
  const nats = many(() => drawNat(draw, ["out", "out", "in", "clock"]));
  return [
    check({
      ...{ part: "forward", clause: "C3", name: `${EACH} bridges`, scenario: SCENARIOS["bridge-many"] },
      ...{ input: bridges, expected: bridges.map((one) => expectedBridge(one)) },
    }),
    check({
      ...{ part: "outbound", clause: "C7", name: `${EACH} NATs`, scenario: SCENARIOS["nat-many"] },
      ...{ input: nats, expected: nats.map((one) => expectedNat(one)) },
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<BridgeAndNat>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

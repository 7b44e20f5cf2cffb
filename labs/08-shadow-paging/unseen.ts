/** Worlds that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { ShadowPaging } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawWorld, type Wishes } from "./drawn.ts";
import { guestLines } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 25;

export function unseen(seed: number): readonly Check<ShadowPaging>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = (part: string, clause: string, name: string, wishes: Wishes) => {
    const input = Array.from({ length: EACH }, () => drawWorld(draw, wishes));
    return check({
      ...{ part, clause, name: `${EACH} guests that ${name}`, input, scenario: SCENARIOS["guest-many"] },
      expected: input.map((one) => guestLines(one)),
    });
  };
  return [
    many("fault", "C4", "touch pages", { stores: false, switches: false }),
    many("spaces", "C9", "switch processes", { stores: false }),
    many("unsync", "C11", "do all that guests do", { events: 24 }),
  ];
}

export function checkUnseen(seed: number, component: Partial<ShadowPaging>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import { counting } from "./checks.ts";
import type { Walker } from "./component.ts";
import { LAB } from "./contract.ts";
import { expectedLines } from "./expected.ts";
import { SCENARIOS, type Walk } from "./scenarios.ts";

export function unseen(seed: number): readonly Check<Walker>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const walks = Array.from({ length: 20 }, (): Walk => {
    const entries = Array.from({ length: 1 + draw(6) }, () => draw(64));
    return { entries, addresses: Array.from({ length: 12 }, () => draw(128)) };
  });
  const answers = (part: string, clause: string) =>
    check({
      ...{ part, clause, name: `${part}, ${walks.length} tables`, scenario: SCENARIOS["answers-many"] },
      input: walks,
      expected: walks.map(expectedLines),
    });
  return [
    answers("frames", "C1"),
    answers("faults", "C2"),
    counting("reads", "C4", walks[0]!, "reads, one table"),
  ];
}

export function checkUnseen(seed: number, component: Partial<Walker>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

/** Fragments that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { type Check, present, runChecks } from "../../src/course/index.ts";
import type { Translator } from "./component.ts";
import { LAB } from "./contract.ts";
import { fragmentsCheck } from "./expected.ts";
import { drawFrom } from "./fragments.ts";
import { ALL_KINDS } from "./kinds.ts";

/** Checks by seed: what is expected takes longer than the component. */
const known = new Map<number, readonly Check<Translator>[]>();

export function unseen(seed: number): readonly Check<Translator>[] {
  const before = known.get(seed);
  if (before) return before;
  const draw = drawFrom(seed);
  const checks = LAB.parts.map(({ id: part }) => {
    const kinds = ALL_KINDS.filter((kind) => kind.part === part);
    const { clause } = kinds[0]!;
    return fragmentsCheck(
      { part, clause, name: `${part}, ${kinds.length} fragments` },
      kinds.map((kind) => kind.draw(draw)),
    );
  });
  known.set(seed, checks);
  return checks;
}

/** Runs the component on what a seed draws, in the notebook, and shows where it first goes wrong. */
export function checkUnseen(seed: number, component: Partial<Translator>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

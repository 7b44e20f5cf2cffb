/** Fragments that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { type Check, present, runChecks } from "../../src/course/index.ts";
import type { Translator } from "./component.ts";
import { LAB } from "./contract.ts";
import { fragmentsCheck } from "./expected.ts";
import { drawFrom, KINDS, type PartName } from "./fragments.ts";
import { METHODS } from "./scenarios.ts";

/** The clause that a kind of fragments is mostly about. */
export const CLAUSES: Readonly<Record<PartName, string>> = {
  branches: "C2",
  sensitive: "C4",
  interrupts: "C6",
  chain: "C7",
  invalidate: "C9",
};
/** Fragments of a kind. */
const EACH = 2;

export function unseen(seed: number): readonly Check<Translator>[] {
  const draw = drawFrom(seed);
  return (Object.keys(KINDS) as PartName[]).map((part) => {
    const makers = Object.values(KINDS[part]);
    const programs = makers.flatMap((make) => Array.from({ length: EACH }, () => make(draw)));
    return fragmentsCheck(
      { part, clause: CLAUSES[part], name: `${part}, ${programs.length} fragments` },
      programs.map((program) => ({ program, part: METHODS[part] })),
    );
  });
}

/** Runs the component on what a seed draws, in the notebook, and shows where it first goes wrong. */
export function checkUnseen(seed: number, component: Partial<Translator>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

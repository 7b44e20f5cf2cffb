/** A cell of the experiment: one target, one scenario, one case, and its repetitions. */
import type { Case, Repetition, RunFacts, Scenario, TargetFacts } from "../record.ts";
import type { Run } from "./read.ts";

export interface Cell {
  target: TargetFacts;
  scenario: Scenario;
  case: Case;
  /** How many were planned. */
  planned: number;
  /** Measured ones, warm-ups left out, failed ones included, in the order in which they ran. */
  repetitions: readonly Repetition[];
}

/** Of every target that works, whether or not anything ran there. */
export function cellsOf({ facts, repetitions }: Pick<Run, "facts" | "repetitions">): Cell[] {
  return working(facts).flatMap((target) =>
    facts.scenarios.flatMap((scenario) =>
      scenario.cases.map((one) => ({
        target,
        scenario,
        case: one,
        planned: facts.repetitions,
        repetitions: repetitions.filter(
          (repetition) =>
            !repetition.warmup &&
            repetition.target === target.name &&
            repetition.scenario === scenario.name &&
            repetition.case === one.name,
        ),
      })),
    ),
  );
}

export const working = ({ targets }: RunFacts): TargetFacts[] =>
  targets.filter(({ probe }) => probe.state === "works");

export const done = ({ repetitions }: Cell): Repetition[] =>
  repetitions.filter(({ outcome }) => outcome === "done");

/** "docker, cores, prime-20000". */
export const placeOf = (cell: Cell): string =>
  `${cell.target.name}, ${cell.scenario.name}, ${cell.case.name}`;

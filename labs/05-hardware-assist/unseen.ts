/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { HardwareAssist } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawExit, drawField, drawProgram, drawWaiting } from "./drawn.ts";
import { controlsLine, exitLine, guestLines, injectLine } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 30;
const GUESTS = 6;
export const REASONS = [0, 0, 1, 7, 10, 12, 28, 28, 30, 30, 48, 31];

export function unseen(seed: number): readonly Check<HardwareAssist>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);
  const fields = many(EACH, () => drawField(draw));
  const exits = many(EACH, () => drawExit(draw, REASONS));
  const waits = many(EACH, () => drawWaiting(draw));
  const programs = many(GUESTS, () => drawProgram(draw));
  return [
    check({
      ...{
        part: "controls",
        clause: "C1",
        name: `${EACH} control fields`,
        scenario: SCENARIOS["controls-many"],
      },
      ...{ input: fields, expected: fields.map(controlsLine) },
    }),
    check({
      ...{ part: "exits", clause: "C4", name: `${EACH} exits`, scenario: SCENARIOS["exit-many"] },
      ...{ input: exits, expected: exits.map(exitLine) },
    }),
    check({
      ...{ part: "inject", clause: "C9", name: `${EACH} entries`, scenario: SCENARIOS["inject-many"] },
      ...{ input: waits, expected: waits.map(injectLine) },
    }),
    check({
      ...{ part: "guest", clause: "C8", name: `${GUESTS} guests`, scenario: SCENARIOS["guest-many"] },
      ...{ input: programs, expected: programs.map(guestLines) },
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<HardwareAssist>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

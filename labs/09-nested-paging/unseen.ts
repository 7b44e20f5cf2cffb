/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks, type Scenario } from "../../src/course/index.ts";
import type { NestedPaging } from "./component.ts";
import { LAB } from "./contract.ts";
import { type Draw, drawFilling, drawFlush, drawLookup, drawNested, drawWalk } from "./drawn.ts";
import { fillLines, flushLine, lookupLine } from "./expected.ts";
import { nestedLines, walkLines } from "./expected-walks.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 60;

export function unseen(seed: number): readonly Check<NestedPaging>[] {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (below) => uniformInt(generator, 0, below - 1);
  const many = <T, A>(
    what: { part: string; clause: string; name: string },
    scenario: Scenario<NestedPaging, readonly T[], A[]>,
    drawn: (draw: Draw) => T,
    answer: (input: T) => A,
  ) => {
    const input: readonly T[] = Array.from({ length: EACH }, () => drawn(draw));
    const name = `${EACH} ${what.name}`;
    return check({ ...what, name, scenario, input, expected: input.map((each) => answer(each)) });
  };
  return [
    many(
      { part: "nested", clause: "C4", name: "addresses" },
      SCENARIOS["nested-many"],
      drawNested,
      nestedLines,
    ),
    many({ part: "walk", clause: "C6", name: "guests" }, SCENARIOS["walk-many"], drawWalk, walkLines),
    many(
      { part: "lookup", clause: "C11", name: "accesses" },
      SCENARIOS["lookup-many"],
      drawLookup,
      lookupLine,
    ),
    many({ part: "flush", clause: "C14", name: "flushes" }, SCENARIOS["flush-many"], drawFlush, flushLine),
    many(
      { part: "fill", clause: "C17", name: "empty tables" },
      SCENARIOS["fill-many"],
      drawFilling,
      fillLines,
    ),
  ];
}

export function checkUnseen(seed: number, component: Partial<NestedPaging>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { PagingAndTlb } from "./component.ts";
import { LAB } from "./contract.ts";
import { drawFlush, drawLookup, drawRoom, drawStream, drawWalk } from "./drawn.ts";
import { flushLine, lookupLine, placeLine, streamLines, walkLines } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 20;

export function unseen(seed: number): readonly Check<PagingAndTlb>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const many = <T>(next: () => T): T[] => Array.from({ length: EACH }, next);
  const reads = many(() => drawWalk(draw, { rarity: 1000 }));
  const walks = many(() => drawWalk(draw));
  const [lookups, flushes] = [many(() => drawLookup(draw)), many(() => drawFlush(draw))];
  const [streams, rooms] = [many(() => drawStream(draw)), many(() => drawRoom(draw))];
  return [
    check({
      ...{ part: "walk", clause: "C1", name: `${EACH} ways`, scenario: SCENARIOS["walk-many"] },
      ...{ input: reads, expected: reads.map((one) => walkLines(one)) },
    }),
    check({
      ...{ part: "rights", clause: "C4", name: `${EACH} ways with rights`, scenario: SCENARIOS["walk-many"] },
      ...{ input: walks, expected: walks.map((one) => walkLines(one)) },
    }),
    check({
      ...{ part: "lookup", clause: "C8", name: `${EACH} lookups`, scenario: SCENARIOS["lookup-many"] },
      ...{ input: lookups, expected: lookups.map((one) => lookupLine(one)) },
    }),
    check({
      ...{ part: "replace", clause: "C11", name: `${EACH} flushes`, scenario: SCENARIOS["flush-many"] },
      ...{ input: flushes, expected: flushes.map((one) => flushLine(one)) },
    }),
    check({
      ...{ part: "replace", clause: "C10", name: `${EACH} streams`, scenario: SCENARIOS["stream-many"] },
      ...{ input: streams, expected: streams.map((one) => streamLines(one)) },
    }),
    check({
      ...{ part: "segments", clause: "C15", name: `${EACH} rooms`, scenario: SCENARIOS["place-many"] },
      ...{ input: rooms, expected: rooms.map((one) => placeLine(one)) },
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<PagingAndTlb>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

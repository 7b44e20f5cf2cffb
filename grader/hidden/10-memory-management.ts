/** Hidden tests of lab 10: new claims and new pages, drawn against the ways to misread a clause. */
import type { MemoryManagement } from "../../labs/10-memory-management/component.ts";
import { drawHistory, drawScarcity } from "../../labs/10-memory-management/drawn.ts";
import {
  expectedEvents,
  expectedTargets,
  SHARE_SLIPS,
  type ShareSlip,
  TARGET_SLIPS,
  type TargetSlip,
} from "../../labs/10-memory-management/expected.ts";
import type { Step } from "../../labs/10-memory-management/host.ts";
import { type History, SCENARIOS, type Scarcity } from "../../labs/10-memory-management/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { drawCases, drawFor } from "./cases.ts";

/** The starter gives everybody everything and shares nothing: right where there is enough, which none of these tests asks alone. */
export const STARTER_POINTS = 0;

const COUNT = 10;

export function hidden(seed: number): HiddenTest<MemoryManagement>[] {
  return [
    targets(seed, "shares", "C1", "how many give", ["one too many", "in proportion"]),
    targets(seed, "shares", "C2", "the fewest shares for a page", [
      "shares alone",
      "pages at the beginning",
      "the richest gives",
    ]),
    targets(seed, "shares", "C3", "minima", ["below the minimum", "stops at the first minimum"]),
    targets(seed, "shares", "C4", "equals", ["the last of equals"]),
    targets(seed, "tax", "C5", "idle memory, taxed", ["no tax", "taxes what is used"]),
    targets(seed, "tax", "C5", "how much an idle page costs", ["k is 1 + tax"]),
    events(seed, "scan", "C6", "pages that are shared already", ["scan"], ["scans shared pages"]),
    events(seed, "scan", "C7", "pages that nobody has seen", ["scan"], ["forgets to remember"]),
    events(seed, "scan", "C8", "pages that are looked at again", ["scan"], ["shares with itself"]),
    events(
      seed,
      "scan",
      "C9",
      "hints that are out of date",
      ["scan"],
      ["believes old hints", "gives up on old hints"],
    ),
    events(seed, "scan", "C9", "frames that cannot have changed", ["scan"], ["hashes shared frames again"]),
    events(seed, "scan", "C10", "pages that are equal", ["scan"], ["the first page moves"]),
    events(
      seed,
      "scan",
      "C11",
      "pages that only look equal",
      ["scan"],
      ["trusts the hash", "replaces what is different"],
    ),
    events(seed, "write", "C12", "several users", ["write"], ["never copies", "owns at two"]),
    events(seed, "write", "C13", "the last user", ["write"], ["always copies"]),
    events(
      seed,
      "write",
      "C12",
      "scans and writes in turn",
      ["scan", "write"],
      ["never copies", "always copies"],
    ),
  ];
}

function targets(seed: number, part: string, clause: string, name: string, shows: readonly TargetSlip[]) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<Scarcity, number[], TargetSlip>(
    { slips: TARGET_SLIPS, answer: expectedTargets },
    { count: COUNT, draw: () => drawScarcity(draw, part === "tax"), shows, mayShow: TARGET_SLIPS },
    draw,
  );
  return check<MemoryManagement, readonly Scarcity[], number[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["targets-many"] },
    expected: answers,
  });
}

function events(
  seed: number,
  part: string,
  clause: string,
  name: string,
  kinds: readonly Step["kind"][],
  shows: readonly ShareSlip[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<History, string[], ShareSlip>(
    { slips: SHARE_SLIPS, answer: expectedEvents },
    { count: COUNT, draw: () => drawHistory(draw, kinds, 3 + draw(6)), shows, mayShow: SHARE_SLIPS },
    draw,
  );
  return check<MemoryManagement, readonly History[], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["share-many"] },
    expected: answers,
  });
}

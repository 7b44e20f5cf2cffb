/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import type { SplitDrivers } from "./component.ts";
import { LAB } from "./contract.ts";
import * as drawn from "./drawn.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 10;

export function unseen(seed: number): readonly Check<SplitDrivers>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const all = <K, T>(kinds: readonly K[], of: (draw: drawn.Draw, kind: K) => T): T[] =>
    kinds.flatMap((kind) => Array.from({ length: EACH }, () => of(draw, kind)));
  const pins = all(drawn.PIN_KINDS, drawn.drawPins);
  const unpins = all(drawn.UNPIN_KINDS, drawn.drawUnpins);
  const events = all(drawn.EVENT_KINDS, drawn.drawEvents);
  const takes = all(drawn.TAKE_KINDS, drawn.drawTakes);
  const pushes = all(drawn.PUSH_KINDS, drawn.drawPushes);
  const [grants, ring] = [SCENARIOS["grants-many"], SCENARIOS["ring-many"]];
  return [
    check({
      ...{ part: "pin", clause: "C1", name: `${pins.length} grants`, scenario: grants },
      ...{ input: pins, expected: pins.map(drawn.expectedGrants) },
    }),
    check({
      ...{ part: "unpin", clause: "C8", name: `${unpins.length} grants in use`, scenario: grants },
      ...{ input: unpins, expected: unpins.map(drawn.expectedGrants) },
    }),
    check({
      ...{ part: "deliver", clause: "C11", name: `${events.length} days of events` },
      ...{ scenario: SCENARIOS["events-many"], input: events, expected: events.map(drawn.expectedEvents) },
    }),
    check({
      ...{ part: "take", clause: "C13", name: `${takes.length} rings`, scenario: ring },
      ...{ input: takes, expected: takes.map(drawn.expectedRing) },
    }),
    check({
      ...{ part: "push", clause: "C18", name: `${pushes.length} rings with answers`, scenario: ring },
      ...{ input: pushes, expected: pushes.map(drawn.expectedRing) },
    }),
  ];
}

export function checkUnseen(seed: number, component: Partial<SplitDrivers>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}

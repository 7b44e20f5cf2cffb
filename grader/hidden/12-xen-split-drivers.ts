/** Hidden tests of lab 12: new grants, events and rings, each test of one kind. */
import type { SplitDrivers } from "../../labs/12-xen-split-drivers/component.ts";
import {
  drawEvents,
  drawPins,
  drawPushes,
  drawTakes,
  drawUnpins,
  type EventKind,
  expectedEvents,
  expectedGrants,
  expectedRing,
  type PinKind,
  type PushKind,
  type TakeKind,
  type UnpinKind,
} from "../../labs/12-xen-split-drivers/drawn.ts";
import { SCENARIOS } from "../../labs/12-xen-split-drivers/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawFor } from "./cases.ts";

/** The starter grants nothing, takes nothing and tells nobody. */
export const STARTER_POINTS = 0;

const COUNT = 12;

type Own = HiddenTest<SplitDrivers>;

export function hidden(seed: number): Own[] {
  const drawn = <K, Day>(
    part: string,
    clause: string,
    name: string,
    kinds: readonly K[],
    of: (draw: Draw, kind: K) => Day,
  ) => {
    const draw = drawFor(seed, `${part}: ${name}`);
    const input = Array.from({ length: COUNT }, (_, at) => of(draw, kinds[at % kinds.length] as K));
    return { part, clause, name, input };
  };
  const pin = (clause: string, name: string, ...kinds: PinKind[]): Own => {
    const test = drawn("pin", clause, name, kinds, drawPins);
    return check({ ...test, scenario: SCENARIOS["grants-many"], expected: test.input.map(expectedGrants) });
  };
  const unpin = (clause: string, name: string, ...kinds: UnpinKind[]): Own => {
    const test = drawn("unpin", clause, name, kinds, drawUnpins);
    return check({ ...test, scenario: SCENARIOS["grants-many"], expected: test.input.map(expectedGrants) });
  };
  const deliver = (clause: string, name: string, ...kinds: EventKind[]): Own => {
    const test = drawn("deliver", clause, name, kinds, drawEvents);
    return check({ ...test, scenario: SCENARIOS["events-many"], expected: test.input.map(expectedEvents) });
  };
  const take = (clause: string, name: string, ...kinds: TakeKind[]): Own => {
    const test = drawn("take", clause, name, kinds, drawTakes);
    return check({ ...test, scenario: SCENARIOS["ring-many"], expected: test.input.map(expectedRing) });
  };
  const push = (clause: string, name: string, ...kinds: PushKind[]): Own => {
    const test = drawn("push", clause, name, kinds, drawPushes);
    return check({ ...test, scenario: SCENARIOS["ring-many"], expected: test.input.map(expectedRing) });
  };
  return [
    pin("C1", "kinds of entries", "types"),
    pin("C1", "who asks", "domains"),
    pin("C2", "for reading only", "readonly"),
    pin("C3", "entries that change while they are in use", "in use"),
    pin("C4", "pages that cannot be had", "no page"),
    pin("C5", "flags and counts", "flags"),
    pin("C6", "entries that change between two reads", "changing"),
    unpin("C7", "one less", "a reader left", "a writer left"),
    unpin("C8", "to the last", "to the last"),
    unpin("C8", "flags that are not ours", "flags"),
    deliver("C11", "one by one", "one by one"),
    deliver("C9", "pending already", "pending"),
    deliver("C10", "masked channels", "masked"),
    deliver("C11", "words that are selected", "selected"),
    deliver("C11", "upcalls that are on their way", "other words"),
    deliver("C12", "unmasked channels", "unmasked"),
    deliver("C11", "first and last bits", "edges"),
    take("C13", "some requests", "some"),
    take("C13", "around the end", "wrapped"),
    take("C13", "a few at a time", "few wanted"),
    take("C14", "full rings", "full"),
    take("C14", "more than full", "too far"),
    take("C14", "too many that were not answered", "too many unanswered"),
    take("C15", "indices that change between two reads", "changing"),
    take("C16", "nothing new", "empty"),
    take("C16", "something comes meanwhile", "meanwhile"),
    push("C17", "answers that nobody waits for", "no event"),
    push("C18", "events", "event"),
    push("C18", "events at the edge", "just past", "first", "last", "not yet"),
    push("C18", "around the end", "wrapped"),
    push("C18", "asked for meanwhile", "meanwhile"),
  ];
}

/** The public checks of lab 12: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { SplitDrivers } from "./component.ts";
import { LAB } from "./contract.ts";
import {
  expectedEvents,
  expectedGrants,
  expectedRing,
  QUIET_EVENTS,
  QUIET_GRANT,
  QUIET_RING,
} from "./drawn.ts";
import { type EventDay, type GrantDay, type GrantStep, type RingDay, SCENARIOS } from "./scenarios.ts";

type Own = Check<SplitDrivers>;

function grants(part: string, clause: string, name: string, given: Partial<GrantDay>): Own {
  const input = { ...QUIET_GRANT, ...given };
  return define({
    ...{ part, clause, name, input, scenario: SCENARIOS.grants },
    expected: expectedGrants(input),
  });
}

function events(clause: string, name: string, given: Partial<EventDay>): Own {
  const input = { ...QUIET_EVENTS, ...given };
  return define({
    ...{ part: "deliver", clause, name, input, scenario: SCENARIOS.events },
    expected: expectedEvents(input),
  });
}

function ring(part: string, clause: string, name: string, given: Partial<RingDay>): Own {
  const input = { ...QUIET_RING, ...given };
  return define({
    ...{ part, clause, name, input, scenario: SCENARIOS.ring },
    expected: expectedRing(input),
  });
}

const read: GrantStep = { kind: "pin", domain: 0, readonly: true };
const write: GrantStep = { kind: "pin", domain: 0, readonly: false };
const done = (readonly: boolean): GrantStep => ({ kind: "unpin", readonly });
const sent = (channel: number) => ({ kind: "sent", channel }) as const;
const unmasked = (channel: number) => ({ kind: "unmasked", channel }) as const;
const handled = { kind: "handled" } as const;
const take = (most = 8) => ({ kind: "take", most }) as const;
const push = (answers: number) => ({ kind: "push", answers }) as const;
const LAST = 2 ** 32 - 1;

export const CHECKS = defineChecks<SplitDrivers>(LAB, [
  grants("pin", "C1", "an entry for a transfer, and one that is not in use", {
    steps: [{ kind: "entry", flags: 2 }, read, { kind: "entry", flags: 0 }, read],
  }),
  grants("pin", "C1", "flags of which the lowest two are 3", { flags: [3], steps: [read] }),
  grants("pin", "C1", "somebody else's", { domain: [2], steps: [read] }),
  grants("pin", "C2", "for reading only", { flags: [5], steps: [write, read] }),
  grants("pin", "C3", "the entry names another page while it is in use", {
    steps: [read, { kind: "entry", frame: 8 }, read],
  }),
  grants("pin", "C3", "in use, and of the entry's page there is none", {
    ...{ flags: [9], use: { frame: 9, readers: 1, writers: 0 }, frame: [55], steps: [read] },
  }),
  grants("pin", "C4", "a page that is not there", { frame: [55], steps: [read] }),
  grants("pin", "C4", "a page that cannot be written", { fixed: [7], steps: [write, read] }),
  grants("pin", "C5", "a writer, then a reader", { steps: [write, read] }),
  grants("pin", "C5", "a flag that means nothing here", { flags: [33], steps: [read] }),
  grants("pin", "C6", "read-only by the second read", { flags: [1, 5], steps: [write] }),
  grants("pin", "C6", "another page by the second read", { frame: [7, 8], steps: [read] }),
  grants("unpin", "C7", "two readers", {
    ...{ flags: [9], use: { frame: 7, readers: 2, writers: 0 }, steps: [done(true), done(true)] },
  }),
  grants("unpin", "C8", "the writer goes, the reader stays", {
    ...{ flags: [25], use: { frame: 7, readers: 1, writers: 1 }, steps: [done(false), done(true)] },
  }),
  grants("unpin", "C8", "the reader goes, the writer stays", {
    ...{ flags: [25], use: { frame: 7, readers: 1, writers: 1 }, steps: [done(true), done(false)] },
  }),
  grants("unpin", "C8", "one of two writers", {
    ...{ flags: [25], use: { frame: 7, readers: 0, writers: 2 }, steps: [done(false), done(false)] },
  }),
  grants("unpin", "C8", "the entry's own flags have changed", {
    ...{ flags: [9], use: { frame: 7, readers: 1, writers: 0 } },
    steps: [{ kind: "entry", flags: 45 }, done(true)],
  }),
  events("C9", "twice the same channel", { steps: [sent(37), handled, sent(37), sent(37)] }),
  events("C9", "pending already, selected by nobody", { pending: [37], steps: [sent(37)] }),
  events("C10", "a masked channel", { masked: [37], steps: [sent(37)] }),
  events("C11", "two channels of a word", { steps: [sent(37), sent(38)] }),
  events("C11", "two words, one upcall", { steps: [sent(37), sent(70)] }),
  events("C11", "the last of a word, and the last of all", { steps: [sent(63), handled, sent(1023)] }),
  events("C11", "the last of a word, pending already", { pending: [63], steps: [sent(63), sent(31)] }),
  events("C11", "a word that is selected, and no upcall", { selected: [1], steps: [sent(37)] }),
  events("C12", "masked and pending", { masked: [37, 38], pending: [37], steps: [unmasked(37)] }),
  events("C12", "masked, and nothing has come", { masked: [37], steps: [unmasked(37), sent(37)] }),
  events("C12", "pending, but not masked", { pending: [37], steps: [unmasked(37)] }),
  ring("take", "C13", "three requests", { produced: [3], steps: [take()] }),
  ring("take", "C13", "two are wanted", { produced: [5], steps: [take(2), take(2)] }),
  ring("take", "C13", "around the end of ring and index", {
    ...{ requests: LAST, responses: LAST, produced: [2], steps: [take()] },
  }),
  ring("take", "C14", "just a ring's worth", {
    requests: 20,
    responses: 20,
    produced: [28],
    steps: [take()],
  }),
  ring("take", "C14", "one more than that", { requests: 20, responses: 20, produced: [29], steps: [take()] }),
  ring("take", "C14", "too many with those that were not answered", {
    ...{ requests: 20, responses: 15, produced: [24], steps: [take()] },
  }),
  ring("take", "C14", "an index that went back", {
    ...{ requests: 20, responses: 15, produced: [19], steps: [take()] },
  }),
  ring("take", "C15", "another index by the second read", { produced: [3, 500], steps: [take()] }),
  ring("take", "C16", "nothing is there", {
    ...{ requests: 20, responses: 20, produced: [20], steps: [take()] },
  }),
  ring("take", "C16", "with work to do nobody is asked", { produced: [2], steps: [take(1)] }),
  ring("take", "C16", "a request that comes meanwhile", {
    ...{ requests: 20, responses: 20, produced: [20], meanwhile: 21, steps: [take()] },
  }),
  ring("push", "C17", "two answers", { ...{ requests: 5, responses: 3, event: 9 }, steps: [push(2)] }),
  ring("push", "C17", "around the end of ring and index", {
    ...{ requests: 1, responses: LAST, event: 9, steps: [push(2)] },
  }),
  ...[3, 4, 6, 7].map((event) =>
    ring("push", "C18", `answers 4, 5 and 6, the event is ${event}`, {
      ...{ requests: 6, responses: 3, event, steps: [push(3)] },
    }),
  ),
  ring("push", "C18", "an event across the end of the index", {
    ...{ requests: 1, responses: LAST, event: 0, steps: [push(2)] },
  }),
  ring("push", "C18", "the front end asks meanwhile", {
    ...{ requests: 4, responses: 3, event: 3, eventMeanwhile: 4, steps: [push(1)] },
  }),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);

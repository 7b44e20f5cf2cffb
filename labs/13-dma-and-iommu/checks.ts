/** The public checks of lab 13: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { DmaProtection, Entry } from "./component.ts";
import { LAB } from "./contract.ts";
import { expectedFlushes, expectedInterrupt, expectedTables } from "./expected.ts";
import { type Knock, type Retirement, SCENARIOS, type Step } from "./scenarios.ts";

const at = (high: number, middle: number, low: number): number => (high * 512 + middle) * 512 + low;
const map = (page: number, frame: number, writable = true): Step => ({
  kind: "map",
  ...{ page, frame, writable },
});
const unmap = (page: number): Step => ({ kind: "unmap", page });
const entry = (requester: number, vector: number, rest: Partial<Entry> = {}): Entry => ({
  ...{ present: true, requester, anyFunction: false, vector },
  ...rest,
});

const tables = (part: string, clause: string, name: string, ...input: Step[]): Check<DmaProtection> =>
  define({ ...{ part, clause, name, input }, scenario: SCENARIOS.tables, expected: expectedTables(input) });

const flush = (clause: string, name: string, input: Retirement): Check<DmaProtection> =>
  define({
    ...{ part: "flush", clause, name, input, scenario: SCENARIOS.flush },
    expected: expectedFlushes(input),
  });

const knock = (
  clause: string,
  name: string,
  from: number,
  value: number,
  entries: Entry[],
  rest: Partial<Knock & Knock["message"]> = {},
): Check<DmaProtection> => {
  const { remappable = true, old = false } = rest;
  const input: Knock = { message: { requester: from, remappable, value }, entries, old };
  return define({
    ...{ part: "interrupt", clause, name, input, scenario: SCENARIOS.interrupt },
    expected: expectedInterrupt(input),
  });
};

const PAGE = at(1, 300, 7);

export const CHECKS = defineChecks<DmaProtection>(LAB, [
  tables("map", "C1", "one page, three indices", map(PAGE, 80)),
  tables(
    "map",
    "C2",
    "a neighbour, and one farther away",
    map(PAGE, 80),
    map(PAGE + 1, 81),
    map(at(1, 301, 7), 82),
  ),
  tables("map", "C3", "to be read alone", map(PAGE, 1_000_000, false)),
  tables("map", "C4", "the same page twice", map(PAGE, 80), map(PAGE, 90)),
  tables("unmap", "C5", "one of two", map(PAGE, 80), map(PAGE + 1, 81), unmap(PAGE), map(PAGE, 82)),
  tables("unmap", "C6", "nothing there at all", unmap(PAGE)),
  tables("unmap", "C6", "twice", map(PAGE, 80), unmap(PAGE), unmap(PAGE)),
  flush("C7", "one by one", { limit: 1, pages: [5, 6] }),
  flush("C8", "three at a time", { limit: 3, pages: [5, 6, 7, 8] }),
  flush("C9", "two at a time, and who is free when", { limit: 2, pages: [5, 6, 7, 8] }),
  knock("C10", "the old format, which is off", 24, 1, [entry(24, 50), entry(24, 51)], { remappable: false }),
  knock("C10", "the old format, which is on", 24, 1, [entry(24, 50), entry(24, 51)], {
    ...{ remappable: false, old: true },
  }),
  knock("C11", "behind the table's end", 24, 2, [entry(24, 50), entry(24, 51)]),
  knock("C11", "an entry that is not present", 24, 0, [entry(24, 50, { present: false })]),
  knock("C12", "another device's entry", 24, 0, [entry(32, 50)]),
  knock("C12", "another function", 25, 0, [entry(24, 50)]),
  knock("C12", "another function, which will do", 25, 0, [entry(24, 50, { anyFunction: true })]),
  knock("C12", "another device, although any function will do", 32, 0, [
    entry(24, 50, { anyFunction: true }),
  ]),
  knock("C13", "its own", 24, 1, [entry(24, 50), entry(24, 51)]),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);

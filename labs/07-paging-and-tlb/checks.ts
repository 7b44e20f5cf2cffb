/** The public checks of lab 07: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Flush, PagingAndTlb, Partition, Way } from "./component.ts";
import { LAB } from "./contract.ts";
import { flushLine, lookupLine, placeLine, streamLines, victimLine, walkLines } from "./expected.ts";
import { type Room, SCENARIOS, type WalkCase } from "./scenarios.ts";
import type { FormatName } from "./tables.ts";
import type { TlbEvent } from "./tlb.ts";

/** "user writes 1000": who, what, where in hexadecimal. */
function accessOf(text: string): WalkCase["accesses"][number] {
  const [who, what, at = ""] = text.split(" ");
  return { user: who === "user", write: what === "writes", address: Number.parseInt(at, 16) };
}

const walk = (
  part: string,
  clause: string,
  name: string,
  [format, root]: readonly [FormatName, number],
  entries: WalkCase["entries"],
  ...accesses: string[]
): Check<PagingAndTlb> => {
  const input = { format, root, entries, accesses: accesses.map(accessOf) };
  return define({ ...{ part, clause, name, input }, scenario: SCENARIOS.walk, expected: walkLines(input) });
};

const PAGE: Way = { valid: true, page: 5, size: 4096, space: 1, global: false, used: 10 };
const LARGE: Way = { ...PAGE, page: 1, size: 2 ** 21 };

const lookup = (name: string, ways: readonly Way[], address: number, space = 1): Check<PagingAndTlb> => {
  const input = { ways, request: { address, space } };
  return define({
    ...{ part: "lookup", clause: "C8", name, input },
    ...{ scenario: SCENARIOS.lookup, expected: lookupLine(input) },
  });
};

const victim = (clause: string, name: string, ways: readonly Way[]): Check<PagingAndTlb> =>
  define({
    ...{ part: "replace", clause, name, input: ways },
    ...{ scenario: SCENARIOS.victim, expected: victimLine(ways) },
  });

const flush = (
  clause: string,
  name: string,
  command: Flush,
  ways: readonly Way[] = WAYS,
): Check<PagingAndTlb> => {
  const input = { ways, command };
  return define({
    ...{ part: "replace", clause, name, input },
    ...{ scenario: SCENARIOS.flush, expected: flushLine(input) },
  });
};

const WAYS: readonly Way[] = [
  { ...PAGE, space: 3, global: true },
  { ...PAGE, page: 7, global: true },
  { ...PAGE, page: 6, space: 2 },
  { ...PAGE, valid: false },
  { ...PAGE, page: 6 },
  { ...LARGE, page: 0 },
];

const stream = (
  clause: string,
  name: string,
  ways: number,
  events: readonly TlbEvent[],
): Check<PagingAndTlb> => {
  const input = { ways, events };
  return define({
    ...{ part: "replace", clause, name, input },
    ...{ scenario: SCENARIOS.stream, expected: streamLines(input) },
  });
};

const place = (
  clause: string,
  name: string,
  fit: Room["fit"],
  bytes: number,
  partitions: readonly Partition[] = ROOM,
): Check<PagingAndTlb> => {
  const input = { partitions, memory: 100, bytes, fit };
  return define({
    ...{ part: "segments", clause, name, input },
    ...{ scenario: SCENARIOS.place, expected: placeLine(input) },
  });
};

/** Holes: 20 bytes at 0, 10 at 30, 15 at 50, 20 at 80. */
const ROOM: readonly Partition[] = [
  { base: 65, bytes: 15 },
  { base: 20, bytes: 10 },
  { base: 40, bytes: 10 },
];

const pages = (...numbers: number[]): TlbEvent[] => numbers.map((page) => ({ kind: "access", page }));
const SMALL = ["small", 0x1000] as const;

/** The way of ab123h: entries 2, 5 and 3. */
const way = (top: number, middle: number, leaf: number) => ({ "1008": top, "2014": middle, "300c": leaf });

export const CHECKS = defineChecks<PagingAndTlb>(LAB, [
  walk("walk", "C1", "one table of eight entries", ["eight", 0x2000], { "200c": 0x9027 }, "user reads 3123"),
  walk("walk", "C1", "three tables of eight", SMALL, way(0x2027, 0x3027, 0x9027), "user reads ab123"),
  walk(
    ...(["walk", "C1", "four levels, and frames above 4 GiB", ["IA-32e", 0x1000]] as const),
    { "1008": 0x100002027, "100002008": 0x100003027, "100003008": 0x100004027, "100004008": 0x200005027 },
    "user reads 8040201abc",
  ),
  walk(
    "walk",
    "C2",
    "no page, and no table",
    SMALL,
    way(0x2027, 0x3027, 0x9066),
    "supervisor reads ab123",
    "supervisor reads ac123",
  ),
  walk("walk", "C3", "a large page", ["IA-32", 0x1000], { "1004": 0xc110a7 }, "user reads 412345"),
  walk("walk", "C7", "as many entries as levels", SMALL, way(0x2027, 0x3027, 0x9067), "user writes ab123"),
  walk(
    "rights",
    "C4",
    "a directory that is the supervisor's",
    SMALL,
    way(0x2027, 0x3023, 0x9027),
    "user reads ab000",
    "supervisor reads ab000",
  ),
  walk(
    "rights",
    "C4",
    "a page that is read only, for everybody",
    SMALL,
    way(0x2027, 0x3027, 0x9025),
    "user writes ab000",
    "supervisor writes ab000",
    "user reads ab000",
  ),
  walk(
    "rights",
    "C4",
    "a table that is read only",
    SMALL,
    way(0x2025, 0x3027, 0x9027),
    "supervisor writes ab000",
  ),
  walk(
    "rights",
    "C5",
    "who wanted what",
    SMALL,
    way(0x2027, 0x3027, 0),
    "user writes ab000",
    "supervisor writes ab000",
    "user reads ab000",
  ),
  walk(
    "rights",
    "C6",
    "marks on the way, and for a write",
    SMALL,
    way(0x2007, 0x3007, 0x9007),
    "user reads ab000",
    "user writes ab000",
  ),
  walk("rights", "C6", "a page that is refused", SMALL, way(0x2007, 0x3007, 0x9005), "user writes ab000"),
  walk(
    "rights",
    "C7",
    "marks that are there already",
    SMALL,
    way(0x2027, 0x3027, 0x9067),
    "user writes ab000",
  ),
  lookup("the second of three", [{ ...PAGE, page: 4 }, PAGE, { ...PAGE, page: 6 }], 0x5abc),
  lookup("not valid", [{ ...PAGE, valid: false }], 0x5000),
  lookup(
    "another space's, and a global one",
    [
      { ...PAGE, space: 2 },
      { ...PAGE, space: 3, global: true },
    ],
    0x5000,
  ),
  lookup("a large page", [{ ...PAGE, page: 0x3fe }, LARGE], 0x3ff123),
  victim("C9", "a free way", [
    PAGE,
    { ...PAGE, used: 1 },
    { ...PAGE, valid: false, used: 30 },
    { ...PAGE, valid: false },
  ]),
  victim("C10", "the oldest", [
    { ...PAGE, used: 12 },
    { ...PAGE, used: 40 },
    { ...PAGE, used: 7 },
    { ...PAGE, used: 9 },
  ]),
  flush("C11", "a page of one space", { kind: "page", address: 0x6123, space: 2 }),
  flush("C11", "a page that is global, and one that is large", { kind: "page", address: 0x5000, space: 1 }),
  flush("C12", "a space", { kind: "space", space: 1 }),
  flush("C12", "everything", { kind: "all" }),
  flush("C13", "only what is valid", { kind: "all" }, [{ ...PAGE, valid: false }, PAGE]),
  stream("C10", "four pages in turn, in three ways", 3, pages(0, 1, 2, 3, 0, 1)),
  stream("C12", "two spaces", 3, [
    ...pages(0, 1),
    { kind: "switch", space: 1 },
    ...pages(0),
    { kind: "space", space: 0 },
    { kind: "switch", space: 0 },
    ...pages(0, 1),
  ]),
  place("C14", "below the first, in whatever order they come", "first", 15),
  place("C14", "exactly as large", "best", 15),
  place("C14", "too large", "first", 21),
  place("C14", "an empty memory", "worst", 100, []),
  place("C15", "the smallest", "best", 9),
  place("C15", "the largest", "worst", 9, [
    { base: 0, bytes: 10 },
    { base: 20, bytes: 10 },
    { base: 60, bytes: 20 },
  ]),
  place("C15", "two of one size", "worst", 12),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);

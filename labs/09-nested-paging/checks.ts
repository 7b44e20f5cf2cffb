/** The public checks of lab 09: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Access, Entry, Flush, NestedPaging } from "./component.ts";
import { LAB } from "./contract.ts";
import { fillLines, flushLine, lookupLine } from "./expected.ts";
import { nestedLines, walkLines } from "./expected-walks.ts";
import type { Words } from "./memory.ts";
import { type Filling, type LookUp, SCENARIOS, type TwoDimensions } from "./scenarios.ts";
import { CROWD, entryOf, fillings, fourByFour, lookUp, oneOf, slot, THREE, twoOf } from "./situations.ts";

const nested = (
  clause: string,
  name: string,
  gpa: number,
  changed: Words = {},
  access: Access = "read",
): Check<NestedPaging> => {
  const input = oneOf(gpa, { ...THREE, ...changed }, access);
  return define({
    ...{ part: "nested", clause, name, input },
    scenario: SCENARIOS.nested,
    expected: nestedLines(input),
  });
};

const levels = (name: string, input = oneOf(0x3a72)): Check<NestedPaging> =>
  define({
    ...{ part: "nested", clause: "C1", name, input },
    scenario: SCENARIOS.nested,
    expected: nestedLines(input),
  });

const walk = (clause: string, name: string, input: TwoDimensions): Check<NestedPaging> =>
  define({ ...{ part: "walk", clause, name, input }, scenario: SCENARIOS.walk, expected: walkLines(input) });

const lookup = (name: string, input: LookUp): Check<NestedPaging> =>
  define({
    ...{ part: "lookup", clause: "C11", name, input },
    scenario: SCENARIOS.lookup,
    expected: lookupLine(input),
  });

const flush = (clause: string, name: string, what: Flush, entries: readonly Entry[] = CROWD) => {
  const input = { entries, what };
  return define<NestedPaging, typeof input, string>({
    ...{ part: "flush", clause, name, input },
    scenario: SCENARIOS.flush,
    expected: flushLine(input),
  });
};

const fill = (clause: string, name: string, input: Filling): Check<NestedPaging> =>
  define({ ...{ part: "fill", clause, name, input }, scenario: SCENARIOS.fill, expected: fillLines(input) });

const HIGH = oneOf(0x13a72, { "101": "3000f" }, "read", 4);
const ALIGNED = slot(0x200, 0x200, 0x5200);

export const CHECKS = defineChecks<NestedPaging>(LAB, [
  levels("three digits, three references"),
  levels("no levels, no references", oneOf(0x3a72, THREE, "write", 0)),
  nested("C2", "a hole, though a frame is left in it", 0x3a72, { "11a": "128" }),
  nested("C2", "a write where nothing is", 0x4000, {}, "write"),
  nested("C3", "writable, but not readable", 0x3a72, { "11a": "122" }),
  nested("C3", "executable, and nothing else", 0x3a72, { "127": "5504" }),
  nested("C3", "a large page at an odd place", 0x3b77, { "11b": "621f" }),
  define({
    ...{ part: "nested", clause: "C3", name: "a page where only tables are, at level 4", input: HIGH },
    scenario: SCENARIOS.nested,
    expected: nestedLines(HIGH),
  }),
  nested("C3", "misconfigured before the hole", 0x3a72, { "103": "116", "11a": "0" }),
  nested("C4", "a large page", 0x3b72),
  nested("C4", "a very large page", 0x3b72, { "103": "700f" }),
  nested("C4", "L at level 1", 0x3a72, { "127": "550f" }),
  nested("C5", "a write, where one entry of three says no", 0x3a72, { "11a": "125" }, "write"),
  nested("C5", "a fetch, where the first entry says no", 0x3a72, { "103": "113" }, "fetch"),
  nested("C5", "refused above, misconfigured below", 0x3a72, { "11a": "125", "127": "5506" }, "write"),
  nested("C5", "a read of what may not be written", 0x3a72, { "103": "113", "127": "5505" }),

  walk("C6", "two by two levels, eight references", twoOf()),
  walk("C6", "a guest without paging", {
    ...twoOf(),
    guest: { root: 0, levels: 0 },
    request: { linear: 0x45, access: "write", user: true },
  }),
  walk("C6", "four by four", fourByFour(4)),
  walk("C6", "a large page of the guest's", twoOf({ linear: 0x4b7 })),
  walk("C7", "nothing there, says the guest", twoOf({ linear: 0x395 })),
  walk("C7", "nothing there, says its root", twoOf({ linear: 0x5a5 })),
  walk("C8", "a user in the kernel's page", twoOf({}, { "83a": "43" })),
  walk("C8", "a user below the kernel's entry", twoOf({}, { "713": "23" })),
  walk("C8", "the kernel in its own page", twoOf({ user: false }, { "83a": "43" })),
  walk(
    "C8",
    "the kernel writes to what it may only read",
    twoOf({ user: false, access: "write" }, { "713": "25" }),
  ),
  walk(
    "C8",
    "the guest's fault comes before the exit",
    twoOf({ access: "write" }, { "83a": "45", "114": "0" }),
  ),
  walk("C9", "no memory for the guest's table", twoOf({ access: "write" }, { "112": "0" })),
  walk("C9", "no memory for the page", twoOf({ access: "write" }, { "114": "0" })),
  walk(
    "C9",
    "the guest's tables may not be written to, and need not be",
    twoOf({ access: "write" }, { "111": "715", "112": "831" }),
  ),
  walk("C9", "misconfigured on the way to the guest's table", twoOf({}, { "112": "836" })),
  walk(
    "C10",
    "the guest's page is large, the host's is not",
    twoOf({ linear: 0x4b7 }, { "101": "127", "12b": "987" }),
  ),
  walk("C10", "large on both sides", twoOf({ linear: 0x4b7 })),
  walk("C10", "the host's page is large, the guest's is not", twoOf({}, { "83a": "147" })),
  walk("C10", "not to be written to, says the host", twoOf({}, { "114": "955" })),
  walk("C10", "not to be executed, says the host", twoOf({ user: false }, { "114": "953", "83a": "43" })),
  walk("C10", "not to be written to, says the guest", twoOf({}, { "713": "25" })),

  lookup("the second of three", lookUp(0x53, [entryOf(0x40), entryOf(0x50), entryOf(0x60)])),
  lookup("the end of a large page", lookUp(0x1ff, [entryOf(0x200), entryOf(0x100, { size: 256 })])),
  lookup("the word behind a page", lookUp(0x50, [entryOf(0x40)])),
  lookup("another process", lookUp(0x43, [entryOf(0x40, { pcid: 6 })])),
  lookup("another process, but global", lookUp(0x43, [entryOf(0x40, { pcid: 6, global: true })])),
  lookup(
    "another guest, global or not",
    lookUp(0x43, [entryOf(0x40, { vpid: 2, global: true }), entryOf(0x40)]),
  ),
  lookup(
    "other nested tables",
    lookUp(0x43, [entryOf(0x40, { ept: 0x200, global: true }), entryOf(0x40, { ept: 0x300 })]),
  ),

  flush("C12", "another page directory", { kind: "cr3", vpid: 1, pcid: 5, keep: false }),
  flush("C12", "another page directory, keeping all", { kind: "cr3", vpid: 1, pcid: 5, keep: true }),
  flush("C13", "one page", { kind: "invlpg", vpid: 1, pcid: 5, linear: 0x43 }),
  flush("C13", "one page, a global one", { kind: "invlpg", vpid: 1, pcid: 6, linear: 0x90f }),
  flush("C13", "one word of a large page", { kind: "invlpg", vpid: 1, pcid: 5, linear: 0x3a2 }),
  flush("C14", "one page of a guest's", { kind: "invvpid-address", vpid: 1, linear: 0x43 }),
  flush("C14", "one global page of a guest's", { kind: "invvpid-address", vpid: 2, linear: 0x900 }),
  flush("C14", "a guest", { kind: "invvpid-single", vpid: 1 }),
  flush("C14", "a guest but for its global pages", { kind: "invvpid-retaining-globals", vpid: 1 }),
  flush("C14", "every guest", { kind: "invvpid-all" }),
  flush("C15", "nested tables that were changed", { kind: "invept-single", ept: 0x200 }),
  flush("C15", "all nested tables", { kind: "invept-all" }),

  fill("C16", "a device, where no memory is", fillings([ALIGNED], "read fee, write 1ff, read 400")),
  fill(
    "C16",
    "a write to ROM, and a fetch",
    fillings([slot(0x200, 0x100, 0x5200, false)], "write 210, fetch 210"),
  ),
  fill("C17", "a large page", fillings([ALIGNED], "write 277")),
  fill("C17", "a very large page", fillings([slot(0, 0x3000, 0x4000)], "fetch 1234, read 2fff")),
  fill("C17", "nothing is larger than 4096 words", fillings([slot(0, 0x10000, 0x10000)], "read 1234", 4)),
  fill("C17", "a slot that is too short", fillings([slot(0x200, 0xf0, 0x5200)], "read 250")),
  fill(
    "C17",
    "a slot that begins in the middle",
    fillings([slot(0x210, 0x1f0, 0x5210)], "read 250, read 350"),
  ),
  fill("C17", "another place in the host", fillings([slot(0x200, 0x200, 0x5210)], "read 250")),
  fill("C17", "a table is there already", fillings([ALIGNED], "read 277", 3, { "10": "47", "42": "57" })),
  fill("C18", "two pages of one table", fillings([slot(0x210, 0x40, 0x5210)], "read 213, write 220")),
  fill(
    "C18",
    "ROM is read, and executed",
    fillings([slot(0x200, 0x40, 0x5200, false), slot(0x300, 0x100, 0x6300, false)], "fetch 213, read 310"),
  ),
  fill("C18", "a short tree", fillings([slot(0, 0x300, 0x4000)], "write 123, read 2ff", 2)),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);

/** The public checks of lab 11: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { VirtqueueDevice } from "./component.ts";
import { LAB } from "./contract.ts";
import { EMPTY, expected } from "./drawn.ts";
import { type Entry, MEMORY, SCENARIOS, type Situation, type Step } from "./scenarios.ts";

function one(part: string, clause: string, name: string, given: Partial<Situation>): Check<VirtqueueDevice> {
  const heads = part === "next" || clause === "C16";
  const scenario = heads
    ? SCENARIOS.heads
    : part === "chain" || part === "indirect"
      ? SCENARIOS.chains
      : SCENARIOS.whole;
  const input = { ...EMPTY, ...given };
  return define({ part, clause, name, input, scenario, expected: expected(input, heads) });
}

const take: Step = { kind: "take" };
const tell: Step = { kind: "tell" };
const give = (head: number, written: number): Step => ({ kind: "give", head, written });
const heads = { 0: 5, 1: 3, 2: 6, 3: 2, 7: 4 };
/** Read, or write, and go on at `next`. */
const r = (address: number, length: number, next = -1): Entry => ({
  ...{ address, length, flags: next < 0 ? 0 : 1, next: Math.max(0, next) },
});
const w = (address: number, length: number, next = -1): Entry => ({
  ...r(address, length, next),
  flags: next < 0 ? 2 : 3,
});
const pointer = (length: number, flags = 4, next = 0): Entry => ({ address: 0x3000, length, flags, next });
const chain = (...entries: Entry[]) => ({
  idx: 1,
  heads: { 0: 0 },
  table: Object.fromEntries(entries.entries()),
});
const table = (...entries: Entry[]) => ({ indirect: true, tables: [{ at: 0x3000, entries }] });
const ring = (length: number) => Array.from({ length }, (_, i) => r(0x100 * i, 4, (i + 1) % length));
const line = (length: number) =>
  Array.from({ length }, (_, i) => r(0x100 * i, 4, i + 1 < length ? i + 1 : -1));

export const CHECKS = defineChecks<VirtqueueDevice>(LAB, [
  one("next", "C1", "an empty ring", { position: [3, 3, 3], idx: 3, heads }),
  one("next", "C2", "two chains, from the beginning", { idx: 2, heads, steps: [take, take, take] }),
  one("next", "C2", "around the end of ring and index", {
    ...{ position: [65535, 65535, 65535], idx: 1, heads, steps: [take, take, take] },
  }),
  one("next", "C3", "one more than the queue holds", { idx: 9, heads }),
  one("next", "C3", "as many as the queue holds", { idx: 8, heads }),
  one("next", "C3", "too many with those that the device has", { position: [6, 2, 2], idx: 11, heads }),
  one("next", "C3", "an index that went back", { position: [6, 2, 2], idx: 5, heads }),
  one("next", "C4", "a ring beyond the end of memory", { idx: 1, available: MEMORY }),
  one("next", "C4", "an entry beyond the end of memory", { idx: 1, available: MEMORY - 4 }),
  one("chain", "C5", "a request of a disk", chain(r(0x100, 16, 1), w(0x200, 512, 2), w(0x500, 1))),
  one("chain", "C5", "a chain against the order of the table", {
    ...{ idx: 1, heads: { 0: 6 }, table: { 6: r(0x100, 16, 2), 2: w(0x200, 4) } },
  }),
  one("chain", "C6", "a head that is not in the table", { idx: 1, heads: { 0: 8 } }),
  one("chain", "C6", "a descriptor beyond the end of memory", {
    ...{ idx: 1, heads: { 0: 1 }, descriptors: MEMORY - 16 },
  }),
  one("chain", "C7", "a chain that bites its tail", chain(...ring(3))),
  one("chain", "C7", "a chain as long as the queue", chain(...line(8))),
  one("chain", "C8", "written, then read", chain(w(0x100, 4, 1), r(0x200, 4))),
  one("chain", "C9", "one byte too many", chain(r(0, 2 ** 32 - 1, 1), r(0, 2))),
  one("chain", "C9", "just so many bytes", chain(r(0, 2 ** 32 - 1, 1), r(0, 1))),
  one("indirect", "C10", "a table of two", { ...chain(pointer(32)), ...table(r(0x100, 16, 1), w(0x200, 1)) }),
  one("indirect", "C10", "a table whose descriptor says WRITE", {
    ...{ ...chain(pointer(16, 6)), ...table(r(0x100, 16)) },
  }),
  one("indirect", "C10", "a direct descriptor, then a table", {
    ...{ ...chain(r(0x100, 16, 1), pointer(16)), ...table(w(0x200, 1)) },
  }),
  one("indirect", "C6", "beyond the end of a table", { ...chain(pointer(16)), ...table(r(0x100, 16, 1)) }),
  one("indirect", "C7", "a table of more than the queue", { ...chain(pointer(144)), ...table(...line(9)) }),
  one("indirect", "C11", "not negotiated", {
    ...chain(pointer(16)),
    ...table(r(0x100, 16)),
    indirect: false,
  }),
  one("indirect", "C11", "a table in a table", {
    ...{ ...chain(pointer(32)), ...table(r(0x100, 16, 1), pointer(16)) },
  }),
  one("indirect", "C11", "a table, and then more", {
    ...{ ...chain(pointer(16, 5, 1), r(0x500, 1)), ...table(r(0x100, 16)) },
  }),
  one("indirect", "C11", "half a descriptor", { ...chain(pointer(24)), ...table(r(0x100, 16)) }),
  one("indirect", "C11", "an empty table", { ...chain(pointer(0)), ...table(r(0x100, 16)) }),
  one("give", "C12", "two chains back", { steps: [give(5, 513), give(3, 1)] }),
  one("give", "C12", "around the end of ring and index", {
    ...{ position: [65535, 65535, 65535], steps: [give(5, 513), give(3, 1)] },
  }),
  one("give", "C13", "a ring beyond the end of memory", { used: MEMORY - 4, steps: [give(5, 513)] }),
  one("tell", "C14", "a driver that wants to know", { position: [1, 1, 0], steps: [tell] }),
  one("tell", "C14", "a driver that does not", { position: [1, 1, 0], flags: 1, steps: [tell] }),
  ...[1, 2, 4, 5].map((event) =>
    one("tell", "C15", `given 2, 3 and 4, the event is ${event}`, {
      ...{ eventIndex: true, position: [5, 5, 2], event, steps: [tell] },
    }),
  ),
  one("tell", "C15", "an event across the end of the index", {
    ...{ eventIndex: true, position: [1, 1, 65534], event: 65535, steps: [tell] },
  }),
  one("tell", "C15", "the flags are ignored", {
    ...{ eventIndex: true, position: [1, 1, 0], flags: 1, steps: [tell] },
  }),
  one("tell", "C16", "the next one, please", { eventIndex: true, idx: 2, heads, steps: [take, take] }),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);

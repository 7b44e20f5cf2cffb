/** What is right of the TLB and of violations, as naively as it can be said; not the reference solution. Slips as in expected-walks.ts. */
import type { Entry, Slot } from "./component.ts";
import { digit, HostMemory, hex, showTables } from "./memory.ts";
import type { Filling, Flushed, LookUp } from "./scenarios.ts";

export const LOOKUP_SLIPS = [
  "whose VPID",
  "whose PCID",
  "whose EPT",
  "global is a PCID like others",
  "global everywhere",
  "sixteen words",
  "one word too many",
] as const;
export type LookupSlip = (typeof LOOKUP_SLIPS)[number];

const inPage = ({ page, size }: Entry, linear: number): boolean => linear - (linear % size) === page;

/** What the scenario `lookup` shows. */
export function lookupLine({ entries, linear, now }: LookUp, slip?: LookupSlip): string {
  for (const [index, entry] of entries.entries()) {
    const size = slip === "sixteen words" ? 16 : entry.size;
    const past = slip === "one word too many" && linear === entry.page + entry.size;
    if (!inPage({ ...entry, size }, linear) && !past) continue;
    const everywhere = slip === "global everywhere" && entry.global;
    if (entry.vpid !== now.vpid && slip !== "whose VPID" && !everywhere) continue;
    if (entry.ept !== now.ept && slip !== "whose EPT" && !everywhere) continue;
    const anyProcess = entry.global && slip !== "global is a PCID like others";
    if (entry.pcid !== now.pcid && slip !== "whose PCID" && !anyProcess) continue;
    return `entry ${index}`;
  }
  return "a miss";
}

export const FLUSH_SLIPS = [
  "cr3 drops globals",
  "cr3 drops every PCID",
  "cr3 drops every VPID",
  "cr3 never keeps",
  "invlpg keeps globals",
  "invlpg drops every PCID",
  "invlpg drops every VPID",
  "invlpg drops small pages only",
  "invvpid-address keeps globals",
  "invvpid-address drops every VPID",
  "invvpid-single keeps globals",
  "retaining retains nothing",
  "invvpid-all drops the host's",
  "invept-single keeps globals",
  "invept-all drops the host's",
  "invept is invvpid",
] as const;
export type FlushSlip = (typeof FLUSH_SLIPS)[number];

function goes(entry: Entry, what: Flushed["what"], slip?: FlushSlip): boolean {
  const { global } = entry;
  switch (what.kind) {
    case "cr3":
      if (what.keep && slip !== "cr3 never keeps") return false;
      if (entry.vpid !== what.vpid && slip !== "cr3 drops every VPID") return false;
      if (global) return slip === "cr3 drops globals" && entry.pcid === what.pcid;
      return entry.pcid === what.pcid || slip === "cr3 drops every PCID";
    case "invlpg":
      if (!inPage(entry, what.linear)) return false;
      if (entry.size > 16 && slip === "invlpg drops small pages only") return false;
      if (entry.vpid !== what.vpid && slip !== "invlpg drops every VPID") return false;
      if (global && slip === "invlpg keeps globals") return false;
      return global || entry.pcid === what.pcid || slip === "invlpg drops every PCID";
    case "invvpid-address":
      if (global && slip === "invvpid-address keeps globals") return false;
      if (entry.vpid !== what.vpid && slip !== "invvpid-address drops every VPID") return false;
      return inPage(entry, what.linear);
    case "invvpid-single":
      return entry.vpid === what.vpid && !(global && slip === "invvpid-single keeps globals");
    case "invvpid-retaining-globals":
      return entry.vpid === what.vpid && (!global || slip === "retaining retains nothing");
    case "invvpid-all":
      return entry.vpid > 0 || slip === "invvpid-all drops the host's";
    case "invept-single":
      if (slip === "invept is invvpid") return entry.vpid === what.ept;
      return entry.ept === what.ept && !(global && slip === "invept-single keeps globals");
    case "invept-all":
      return entry.ept > 0 || slip === "invept-all drops the host's";
  }
}

/** What the scenario `flush` shows. */
export function flushLine({ entries, what }: Flushed, slip?: FlushSlip): string {
  const gone: number[] = [];
  for (const [index, entry] of entries.entries()) if (goes(entry, what, slip)) gone.push(index);
  return gone.length === 0 ? "nothing goes" : `${gone.join(", ")} go`;
}

export const FILL_SLIPS = [
  "always sixteen words",
  "256 words at most",
  "beyond the slot's end",
  "before the slot's beginning",
  "the host's frame need not fit",
  "level 4 has pages",
  "tables make room",
  "read-only slots are written",
  "read-only slots are mapped writable",
  "memory everywhere",
  "the host is the guest",
  "pages have no L",
  "L at level 1",
  "tables are read-only",
  "nobody fetches",
  "emulates reads of read-only slots",
  "emulates fetches of read-only slots",
  "one word too many",
] as const;
export type FillSlip = (typeof FILL_SLIPS)[number];

/** The largest level at which the page around the address is the slot's as a whole. */
function fits(gpa: number, { gpa: first, hpa, words }: Slot, level: number, slip?: FillSlip): boolean {
  const size = 16 ** level;
  if (slip === "always sixteen words" && level > 1) return false;
  if (slip === "256 words at most" && level > 2) return false;
  if (level > 3 && slip !== "level 4 has pages") return false;
  const start = Math.floor(gpa / size) * size;
  if (start < first && slip !== "before the slot's beginning") return false;
  if (start + size > first + words && slip !== "beyond the slot's end") return false;
  return (start - first + hpa) % size === 0 || slip === "the host's frame need not fit";
}

/** What the scenario `fill` shows. */
export function fillLines({ ept, slots, words, free, violations }: Filling, slip?: FillSlip): string[] {
  const host = new HostMemory(words, free);
  const one = ({ gpa, access }: Filling["violations"][number]): string => {
    const slot = slots.find(({ gpa: first, words: count }) => gpa >= first && gpa < first + count);
    const past = slots.some(({ gpa: first, words: count }) => gpa === first + count);
    if (slot === undefined && past && slip === "one word too many") return "retry";
    if (slot === undefined) {
      if (slip === "memory everywhere" && slots[0] !== undefined) host.take();
      return slip === "memory everywhere" ? "retry" : "emulate";
    }
    if (!slot.writable && access === "write" && slip !== "read-only slots are written") return "emulate";
    const emulated = {
      read: "emulates reads of read-only slots",
      fetch: "emulates fetches of read-only slots",
    };
    if (!slot.writable && access !== "write" && slip === emulated[access]) return "emulate";
    let table = ept.root;
    for (let level = ept.levels; level > 0; level--) {
      const at = table + digit(gpa, level);
      const entry = host.peek(at);
      const table8 = level > 1 && entry % 8 > 0 && entry % 16 < 8 && slip !== "tables make room";
      if (fits(gpa, slot, level, slip) && !table8) {
        const base = slip === "the host is the guest" ? slot.gpa : slot.hpa;
        const frame = gpa - (gpa % 16 ** level) - slot.gpa + base;
        const mayWrite = slot.writable || slip === "read-only slots are mapped writable";
        const large = (level > 1 && slip !== "pages have no L") || (level === 1 && slip === "L at level 1");
        const execute = slip === "nobody fetches" ? 0 : 4;
        host.write(at, Math.max(frame, 0) + 1 + (mayWrite ? 2 : 0) + execute + (large ? 8 : 0));
        return "retry";
      }
      if (entry % 8 > 0 && entry % 16 < 8) table = entry - (entry % 16);
      else {
        table = host.take();
        host.write(at, table + (slip === "tables are read-only" ? 5 : 7));
      }
    }
    throw new Error("invariant: a slot begins and ends with a page");
  };
  const answers = violations.map((each) => `${each.access} of ${hex(each.gpa)}: ${one(each)}`);
  return [...answers, ...showTables(ept, host), `tables taken: ${host.taken}`];
}

/**
 * Wrong: translates the page before it looks whether the guest permits the access.
 * Breaks clause: C8
 * Caught by: walk: the guest's fault comes before the exit
 * Caught by hidden: walk: whose turn it is
 */
import type {
  Access,
  Context,
  Entry,
  Flush,
  Host,
  Memory,
  Nested,
  NestedPaging,
  Request,
  Slot,
  Tables,
  Walked,
} from "ringlab/labs/09-nested-paging/component";

const READ = 1;
const WRITE = 2;
const EXECUTE = 4;
const LARGE = 8;
const PRESENT = 1;
const USER = 4;
const ALL = 7;

const sizeOf = (level: number): number => 16 ** level;
const digitOf = (address: number, level: number): number => Math.floor(address / sizeOf(level)) % 16;
const frameOf = (entry: number): number => entry - (entry % 16);

function nestedWalk(gpa: number, access: Access, ept: Tables, memory: Memory): Nested {
  let table = ept.root;
  let rights = ALL;
  for (let level = ept.levels; level > 0; level--) {
    const entry = memory.read(table + digitOf(gpa, level));
    const large = level > 1 && (entry & LARGE) !== 0;
    const leaf = level === 1 || large;
    const frame = frameOf(entry);
    if ((entry & ALL) === 0) return { kind: "violation", gpa, access };
    if ((entry & READ) === 0) return { kind: "misconfiguration", gpa };
    if (large && level === 4) return { kind: "misconfiguration", gpa };
    if (leaf && frame % sizeOf(level) !== 0) return { kind: "misconfiguration", gpa };
    rights &= entry;
    if (!leaf) {
      table = frame;
      continue;
    }
    const writable = (rights & WRITE) !== 0;
    const executable = (rights & EXECUTE) !== 0;
    if ((access === "write" && !writable) || (access === "fetch" && !executable))
      return { kind: "violation", gpa, access };
    const size = sizeOf(level);
    return { kind: "page", hpa: frame + (gpa % size), size, writable, executable };
  }
  return { kind: "page", hpa: gpa, size: sizeOf(4), writable: true, executable: true };
}

function walk({ linear, access, user }: Request, guest: Tables, ept: Tables, memory: Memory): Walked {
  let table = guest.root;
  let rights = ALL;
  let size = sizeOf(4);
  let gpa = linear;
  for (let level = guest.levels; level > 0; level--) {
    const at = nestedWalk(table + digitOf(linear, level), "read", ept, memory);
    if (at.kind === "violation") return { ...at, final: false };
    if (at.kind === "misconfiguration") return at;
    const entry = memory.read(at.hpa);
    if ((entry & PRESENT) === 0) return { kind: "fault", present: false };
    rights &= entry;
    table = frameOf(entry);
    if (level === 1 || (entry & LARGE) !== 0) {
      size = sizeOf(level);
      gpa = table + (linear % size);
      break;
    }
  }
  const lacksUser = user && (rights & USER) === 0;
  const lacksWrite = access === "write" && (rights & WRITE) === 0;
  const page = nestedWalk(gpa, access, ept, memory);
  if (page.kind === "violation") return { ...page, final: true };
  if (page.kind === "misconfiguration") return page;
  if (lacksUser || lacksWrite) return { kind: "fault", present: true };
  return {
    kind: "page",
    hpa: page.hpa,
    size: Math.min(size, page.size),
    writable: page.writable && (rights & WRITE) !== 0,
    executable: page.executable,
    user: (rights & USER) !== 0,
  };
}

const holds = (entry: Entry, linear: number): boolean =>
  linear >= entry.page && linear < entry.page + entry.size;

function lookup(entries: readonly Entry[], linear: number, now: Context): number | null {
  const index = entries.findIndex(
    (entry) =>
      holds(entry, linear) &&
      entry.vpid === now.vpid &&
      entry.ept === now.ept &&
      (entry.pcid === now.pcid || entry.global),
  );
  return index < 0 ? null : index;
}

function goes(entry: Entry, what: Flush): boolean {
  switch (what.kind) {
    case "cr3":
      return !what.keep && entry.vpid === what.vpid && entry.pcid === what.pcid && !entry.global;
    case "invlpg":
      return (
        holds(entry, what.linear) && entry.vpid === what.vpid && (entry.pcid === what.pcid || entry.global)
      );
    case "invvpid-address":
      return entry.vpid === what.vpid && holds(entry, what.linear);
    case "invvpid-single":
      return entry.vpid === what.vpid;
    case "invvpid-retaining-globals":
      return entry.vpid === what.vpid && !entry.global;
    case "invvpid-all":
      return entry.vpid !== 0;
    case "invept-single":
      return entry.ept === what.ept;
    case "invept-all":
      return entry.ept !== 0;
  }
}

function flush(entries: readonly Entry[], what: Flush): number[] {
  return entries.flatMap((entry, index) => (goes(entry, what) ? [index] : []));
}

function onViolation(
  gpa: number,
  access: Access,
  ept: Tables,
  slots: readonly Slot[],
  host: Host,
): "retry" | "emulate" {
  const slot = slots.find((one) => gpa >= one.gpa && gpa < one.gpa + one.words);
  if (slot === undefined) return "emulate";
  if (access === "write" && !slot.writable) return "emulate";
  let table = ept.root;
  for (let level = ept.levels; ; level--) {
    const at = table + digitOf(gpa, level);
    const entry = host.read(at);
    const size = sizeOf(level);
    const start = gpa - (gpa % size);
    const frame = start - slot.gpa + slot.hpa;
    const fits = start >= slot.gpa && start + size <= slot.gpa + slot.words && frame % size === 0;
    const isTable = level > 1 && (entry & ALL) !== 0 && (entry & LARGE) === 0;
    if (fits && level < 4 && !isTable) {
      host.write(at, frame + READ + EXECUTE + (slot.writable ? WRITE : 0) + (level > 1 ? LARGE : 0));
      return "retry";
    }
    if (isTable) {
      table = frameOf(entry);
    } else {
      table = host.take();
      host.write(at, table + ALL);
    }
  }
}

export const component: NestedPaging = { nestedWalk, walk, lookup, flush, onViolation };

/**
 * Wrong: takes twelve bits of offset, whatever the size of the page.
 * Breaks clause: C3
 * Caught by: walk: a large page
 * Caught by hidden: walk: large pages
 */
import type {
  Access,
  Fit,
  Flush,
  Format,
  PagingAndTlb,
  Partition,
  Request,
  Tables,
  Translation,
  Way,
} from "ringlab/labs/07-paging-and-tlb/component";

const [P, W, U, A, D, PS] = [1, 2, 4, 0x20, 0x40, 0x80];

/** Bitwise operations see 32 bits, which is enough for the flags but not for addresses. */
const has = (entry: number, bit: number) => (entry & bit) !== 0;

function walk(access: Access, format: Format, tables: Tables): Translation {
  const { root, address, write, user } = access;
  const { levels, indexBits, entryBytes } = format;
  const error = (write ? 2 : 0) + (user ? 4 : 0);
  let permitted = true;
  let table = root;
  for (let level = levels; ; level--) {
    const size = 2 ** (12 + indexBits * (level - 1));
    const at = table + (Math.floor(address / size) % 2 ** indexBits) * entryBytes;
    const entry = tables.read(at);
    if (!has(entry, P)) return { kind: "fault", error };
    if (user && !has(entry, U)) permitted = false;
    if (write && !has(entry, W)) permitted = false;
    const leaf = level === 1 || has(entry, PS);
    if (leaf && !permitted) return { kind: "fault", error: error + 1 };
    const missing = (has(entry, A) ? 0 : A) + (leaf && write && !has(entry, D) ? D : 0);
    if (missing > 0) tables.write(at, entry + missing);
    if (leaf) return { kind: "page", physical: entry - (entry % size) + (address % 4096), size };
    table = entry - (entry % 4096);
  }
}

const covers = (way: Way, address: number) => Math.floor(address / way.size) === way.page;

function lookup(ways: readonly Way[], { address, space }: Request): number | null {
  const found = ways.findIndex(
    (way) => way.valid && covers(way, address) && (way.global || way.space === space),
  );
  return found < 0 ? null : found;
}

function victim(ways: readonly Way[]): number {
  const free = ways.findIndex((way) => !way.valid);
  if (free >= 0) return free;
  let oldest = 0;
  ways.forEach((way, index) => {
    if (way.used < ways[oldest]!.used) oldest = index;
  });
  return oldest;
}

function flush(ways: readonly Way[], command: Flush): number[] {
  const ends = (way: Way) => {
    if (command.kind === "all") return true;
    if (command.kind === "space") return way.space === command.space && !way.global;
    return covers(way, command.address) && (way.global || way.space === command.space);
  };
  return ways.flatMap((way, index) => (way.valid && ends(way) ? [index] : []));
}

function place(partitions: readonly Partition[], memory: number, bytes: number, fit: Fit): number | null {
  const sorted = partitions.toSorted((one, other) => one.base - other.base);
  let chosen: Partition | null = null;
  let end = 0;
  for (const { base, bytes: taken } of [...sorted, { base: memory, bytes: 0 }]) {
    const hole = { base: end, bytes: base - end };
    end = base + taken;
    if (hole.bytes < bytes) continue;
    const better =
      chosen === null ||
      (fit === "best" && hole.bytes < chosen.bytes) ||
      (fit === "worst" && hole.bytes > chosen.bytes);
    if (better) chosen = hole;
  }
  return chosen === null ? null : chosen.base;
}

export const component: PagingAndTlb = { walk, lookup, victim, flush, place };

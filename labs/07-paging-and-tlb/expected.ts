/** What is right, as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import type { Flush, PagingAndTlb, Tables, Way } from "./component.ts";
import { type Room, SCENARIOS, type Stream, type WalkCase } from "./scenarios.ts";
import { FORMATS, hex, Memory } from "./tables.ts";

export const WALK_SLIPS = [
  "root's index last",
  "thirty-two bits",
  "never large",
  "small offset",
  "keeps low bits",
  "absent is protection",
  "stops at protection",
] as const;
export const RIGHT_SLIPS = [
  "leaf decides",
  "tables decide",
  "supervisor writes anything",
  "user gets everything",
  "U is the user's alone",
  "protection looks absent",
  "no write bit",
  "no user bit",
  "marks what is refused",
  "tables unmarked",
  "no dirty bit",
  "dirty when read",
  "dirty tables",
  "always writes",
  "reads twice",
] as const;
export type WalkSlip = (typeof WALK_SLIPS)[number] | (typeof RIGHT_SLIPS)[number];

const bit = (value: number, n: number): boolean => Math.floor(value / 2 ** n) % 2 === 1;
const from = (value: number, n: number): number => Math.floor(value / 2 ** n) * 2 ** n;

/** The lines of the scenario `walk`. First the whole way is written down, then judged, then marked. */
export function walkLines({ format: name, root, entries, accesses }: WalkCase, slip?: WalkSlip): string[] {
  const { levels, indexBits, entryBytes } = FORMATS[name];
  const memory = new Memory(entries);
  const lines: string[] = [];
  for (const { address: whole, write, user } of accesses) {
    const address = slip === "thirty-two bits" ? whole % 2 ** 32 : whole;
    const digits = BigInt(address).toString(2).padStart(64, "0");
    const indexOf = (level: number) => {
      const end = 64 - 12 - (level - 1) * indexBits;
      return Number.parseInt(digits.slice(end - indexBits, end), 2);
    };
    const way: { at: number; entry: number; level: number }[] = [];
    let table = root;
    let level = levels;
    for (;;) {
      const index = indexOf(slip === "root's index last" ? levels + 1 - level : level);
      const at = table + index * entryBytes;
      const entry = memory.read(at);
      way.push({ at, entry, level });
      if (!bit(entry, 0) || level === 1 || (bit(entry, 7) && slip !== "never large")) break;
      if (slip === "stops at protection" && write && !bit(entry, 1)) break;
      table = slip === "thirty-two bits" ? from(entry, 12) % 2 ** 32 : from(entry, 12);
      level--;
    }
    const last = way.at(-1) as (typeof way)[number];
    const judged = slip === "leaf decides" ? [last] : slip === "tables decide" ? way.slice(0, -1) : way;
    const all = (n: number) => judged.every(({ entry }) => bit(entry, n));
    const refused =
      (write && !all(1) && (user || slip !== "supervisor writes anything")) ||
      (user && !all(2) && slip !== "user gets everything") ||
      (!user && slip === "U is the user's alone" && all(2));
    const present = bit(last.entry, 0);
    const missed = !present && slip !== "absent is protection";
    const error =
      (missed || slip === "protection looks absent" ? 0 : 1) +
      (write && slip !== "no write bit" ? 2 : 0) +
      (user && slip !== "no user bit" ? 4 : 0);
    for (const step of way) {
      const leaf = step === last;
      if (leaf && (!present || (refused && slip !== "marks what is refused"))) continue;
      if (!leaf && slip === "tables unmarked") continue;
      let entry = step.entry;
      if (!bit(entry, 5)) entry += 2 ** 5;
      const dirties = (write || slip === "dirty when read") && slip !== "no dirty bit";
      if ((leaf || slip === "dirty tables") && dirties && !bit(entry, 6)) entry += 2 ** 6;
      if (entry !== step.entry || slip === "always writes") memory.write(step.at, entry);
    }
    const shift = 12 + indexBits * (last.level - 1);
    const offset = address - from(address, slip === "small offset" ? 12 : shift);
    const frame = from(last.entry, slip === "keeps low bits" ? 12 : shift);
    const end =
      !present || refused
        ? `fault, error ${error}`
        : `${hex(frame + offset)} in a page of ${2 ** shift} bytes`;
    lines.push(
      `${user ? "user" : "supervisor"} ${write ? "writes" : "reads"} ${hex(whole)}: ${end}`,
      `${way.length * (slip === "reads twice" ? 2 : 1)} entries read`,
      ...memory.changes(),
    );
  }
  return lines;
}

export const TLB_SLIPS = [
  "invalid hits",
  "any space",
  "global is not special",
  "only global",
  "small pages only",
  "evicts valid ones",
  "last free way",
  "most recent",
  "first way",
  "page spares global",
  "page in every space",
  "page by number",
  "space takes global",
  "all spares global",
  "names what is not valid",
] as const;
export type TlbSlip = (typeof TLB_SLIPS)[number];

const within = ({ page, size }: Way, address: number) =>
  address >= page * size && address < (page + 1) * size;

export function hitOf(
  {
    ways,
    request: { address, space },
  }: { ways: readonly Way[]; request: { address: number; space: number } },
  slip?: TlbSlip,
): number | null {
  for (const [index, way] of ways.entries()) {
    if (!way.valid && slip !== "invalid hits") continue;
    if (slip === "small pages only" ? Math.floor(address / 4096) !== way.page : !within(way, address))
      continue;
    if (slip === "any space") return index;
    if (way.global && slip !== "global is not special") return index;
    if (way.space === space && slip !== "only global") return index;
  }
  return null;
}

export function victimOf(ways: readonly Way[], slip?: TlbSlip): number {
  const free = [...ways.keys()].filter((index) => !ways[index]?.valid);
  if (slip === "last free way" && free.length > 0) return free.at(-1) as number;
  if (free.length > 0 && slip !== "evicts valid ones") return free[0] as number;
  if (slip === "first way") return 0;
  const byUse = [...ways.keys()].sort((one, other) => (ways[one] as Way).used - (ways[other] as Way).used);
  return (slip === "most recent" ? byUse.at(-1) : byUse[0]) as number;
}

export function flushOf(
  { ways, command }: { ways: readonly Way[]; command: Flush },
  slip?: TlbSlip,
): number[] {
  const named: number[] = [];
  ways.forEach((way, index) => {
    if (!way.valid && slip !== "names what is not valid") return;
    if (command.kind === "all") {
      if (!(way.global && slip === "all spares global")) named.push(index);
    } else if (command.kind === "space") {
      if (way.space === command.space && (!way.global || slip === "space takes global")) named.push(index);
    } else {
      const inside =
        slip === "page by number"
          ? way.page === Math.floor(command.address / 4096)
          : within(way, command.address);
      const own = way.space === command.space || slip === "page in every space";
      if (inside && (own || (way.global && slip !== "page spares global"))) named.push(index);
    }
  });
  return named;
}

export const PLACE_SLIPS = [
  "partitions in order",
  "forgets the end",
  "forgets the beginning",
  "exact is too small",
  "best is first",
  "worst is first",
  "best is worst",
  "later of equals",
  "upper end",
] as const;
export type PlaceSlip = (typeof PLACE_SLIPS)[number];

/** Byte by byte: which are free, and where do free ones begin and end? */
export function placeOf({ partitions, memory, bytes, fit }: Room, slip?: PlaceSlip): number | null {
  const taken = new Array<boolean>(memory).fill(false);
  let above = 0;
  for (const { base, bytes: size } of partitions) {
    // Who takes the list to be sorted believes that nothing is free below what came before.
    if (slip === "partitions in order" && base < above) taken.fill(true, base, above);
    taken.fill(true, base, base + size);
    above = base + size;
  }
  const holes: { base: number; bytes: number }[] = [];
  for (let at = 0; at < memory; at++) {
    if (taken[at]) continue;
    const base = at;
    while (at < memory && !taken[at]) at++;
    if (slip === "forgets the end" && at === memory && partitions.length > 0) continue;
    if (slip === "forgets the beginning" && base === 0 && partitions.length > 0) continue;
    holes.push({ base, bytes: at - base });
  }
  const enough = holes.filter((hole) =>
    slip === "exact is too small" ? hole.bytes > bytes : hole.bytes >= bytes,
  );
  let chosen = enough[0];
  const best = fit === "best" && slip !== "best is first";
  const worst = fit === "worst" && slip !== "worst is first";
  for (const hole of enough.slice(1)) {
    if (chosen === undefined) break;
    const smaller = hole.bytes < chosen.bytes || (slip === "later of equals" && hole.bytes === chosen.bytes);
    const larger = hole.bytes > chosen.bytes || (slip === "later of equals" && hole.bytes === chosen.bytes);
    if (best && slip === "best is worst" ? larger : (best && smaller) || (worst && larger)) chosen = hole;
  }
  if (chosen === undefined) return null;
  return slip === "upper end" ? chosen.base + chosen.bytes - bytes : chosen.base;
}

/** Nobody walks tables by this one. */
function noWalk(_access: unknown, _format: unknown, _tables: Tables): never {
  throw new Error("invariant: a TLB's stream walks no tables");
}

/** For streams, whose course nobody computes by hand. */
export const oracle = (slip?: TlbSlip): PagingAndTlb => ({
  walk: noWalk,
  lookup: (ways, request) => hitOf({ ways, request }, slip),
  victim: (ways) => victimOf(ways, slip),
  flush: (ways, command) => flushOf({ ways, command }, slip),
  place: (partitions, memory, bytes, fit) => placeOf({ partitions, memory, bytes, fit }),
});

const wayOf = (index: number | null) => (index === null ? "miss" : `way ${index}`);
export const lookupLine = (given: Parameters<typeof hitOf>[0], slip?: TlbSlip) => wayOf(hitOf(given, slip));
export const victimLine = (ways: readonly Way[], slip?: TlbSlip) => wayOf(victimOf(ways, slip));
export const flushLine = (given: Parameters<typeof flushOf>[0], slip?: TlbSlip) =>
  flushOf(given, slip).join(", ") || "none";
export const streamLines = (input: Stream, slip?: TlbSlip): string[] =>
  SCENARIOS.stream.drive(oracle(slip), input);
export function placeLine(room: Room, slip?: PlaceSlip): string {
  const base = placeOf(room, slip);
  return base === null ? "no place" : `at ${base}`;
}

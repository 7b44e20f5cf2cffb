/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Flush, Partition, Way } from "./component.ts";
import type { Room, Stream, WalkCase } from "./scenarios.ts";
import { FORMATS, type FormatName } from "./tables.ts";
import type { TlbEvent } from "./tlb.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
/** All bits true but one in `rarity`. */
const mostly = (draw: Draw, bit: number, rarity: number) => (draw(rarity) === 0 ? 0 : bit);

export interface WalkKind {
  readonly formats: readonly FormatName[];
  /** One entry in so many is not present, not writable, or not the user's. */
  readonly rarity: number;
  /** One table's entry in so many is a large page. */
  readonly large: number;
  readonly accesses: number;
}

const ANY: WalkKind = { formats: ["small", "IA-32", "IA-32e"], rarity: 6, large: 4, accesses: 2 };

/** Tables for a few addresses, with entries of all kinds on the way. Frames lie above 4 GiB where entries have room for that. */
export function drawWalk(draw: Draw, kind: Partial<WalkKind> = {}): WalkCase {
  const { formats, rarity, large, accesses } = { ...ANY, ...kind };
  const format = one(draw, formats);
  const { levels, indexBits, entryBytes } = FORMATS[format];
  const high = entryBytes === 8 ? 2 ** 32 : 0;
  const frame = () => (1 + draw(0xffff)) * 4096 + draw(4) * high;
  const entries: Record<string, number> = {};
  const root = frame();
  // Two addresses that part at some level, so that they have tables in common.
  const indices = Array.from({ length: levels }, () => draw(2 ** indexBits));
  const addresses: number[] = [];
  for (let each = 0; each < 2; each++) {
    if (each > 0) indices[draw(levels)] = draw(2 ** indexBits);
    let table = root;
    let address = draw(4096);
    for (let level = levels; level >= 1; level--) {
      const index = indices[level - 1] as number;
      address += index * 2 ** (12 + indexBits * (level - 1));
      const at = (table + index * entryBytes).toString(16);
      if (entries[at] === undefined) {
        const flags =
          mostly(draw, 1, rarity + 2) +
          mostly(draw, 2, rarity) +
          mostly(draw, 4, rarity) +
          (draw(2) ? 0x20 : 0) +
          (draw(3) === 0 ? 0x40 : 0) +
          (level > 1 && level < 4 && draw(large) === 0 ? 0x80 : 0);
        entries[at] = frame() + flags;
      }
      const entry = entries[at] as number;
      if ((entry & 1) === 0 || (entry & 0x80) !== 0) {
        address += draw(2 ** (indexBits * (level - 1))) * 4096;
        break;
      }
      table = entry - (entry % 4096);
    }
    addresses.push(address);
  }
  const made = Array.from({ length: accesses }, () => ({
    ...{ address: one(draw, addresses), write: draw(2) === 1, user: draw(2) === 1 },
  }));
  return { format, root, entries, accesses: made };
}

const SIZES = [4096, 4096, 4096, 2 ** 21];
const SPACES = 3;

/** Ways that are alike enough to be taken for one another. */
export function drawWays(draw: Draw, count = 4 + draw(3)): Way[] {
  const times = Array.from({ length: count }, (_, time) => 10 + 3 * time + draw(3));
  return Array.from({ length: count }, () => {
    const size = one(draw, SIZES);
    return {
      ...{ valid: draw(4) > 0, page: size === 4096 ? 512 + draw(4) : 1, size },
      ...{ space: draw(SPACES), global: draw(4) === 0 },
      used: times.splice(draw(times.length), 1)[0] as number,
    };
  });
}

/** An address in pages 510 … 517, which all large pages but these lie around. */
const drawAddress = (draw: Draw) => (510 + draw(8)) * 4096 + draw(4096);

/** No two ways translate the same address for the same space. */
function unambiguous(ways: readonly Way[], address: number, space: number): boolean {
  const same = ways.filter(
    (way) => Math.floor(address / way.size) === way.page && (way.global || way.space === space),
  );
  return same.filter(({ valid }) => valid).length <= 1;
}

export function drawLookup(draw: Draw) {
  for (;;) {
    const given = { ways: drawWays(draw), request: { address: drawAddress(draw), space: draw(SPACES) } };
    if (unambiguous(given.ways, given.request.address, given.request.space)) return given;
  }
}

/** `full`: all ways are valid. */
export function drawSet(draw: Draw, full = draw(2) === 1): Way[] {
  const ways = drawWays(draw);
  return full ? ways.map((way) => ({ ...way, valid: true })) : ways;
}

export function drawFlush(draw: Draw, kinds: readonly Flush["kind"][] = ["page", "page", "space", "all"]) {
  const kind = one(draw, kinds);
  const command: Flush =
    kind === "all"
      ? { kind }
      : kind === "space"
        ? { kind, space: draw(SPACES) }
        : { kind, address: drawAddress(draw), space: draw(SPACES) };
  return { ways: drawWays(draw, 7), command };
}

/** More pages than ways, two spaces, a few flushes. Page 9 is the global one. */
export function drawStream(draw: Draw, length = 24): Stream {
  const events = Array.from({ length }, (): TlbEvent => {
    const kind = draw(12);
    if (kind === 0) return { kind: "switch", space: draw(2) };
    if (kind === 1) {
      const space = draw(2);
      return one<Flush>(draw, [
        { kind: "space", space },
        { kind: "page", address: draw(6) * 4096, space },
      ]);
    }
    return kind === 2 ? { kind: "access", page: 9, global: true } : { kind: "access", page: draw(6) };
  });
  return { ways: 3 + draw(2), events };
}

const UNIT = 10;

/** Partitions in any order, some of the holes of one size. */
export function drawRoom(draw: Draw, fits: readonly Room["fit"][] = ["first", "best", "worst"]): Room {
  const partitions: Partition[] = [];
  let at = draw(2) * (1 + draw(4)) * UNIT;
  for (let count = 2 + draw(4); count > 0; count--) {
    const bytes = (1 + draw(4)) * UNIT;
    partitions.push({ base: at, bytes });
    at += bytes + draw(4) * (1 + draw(2)) * UNIT;
  }
  const memory = at + draw(3) * UNIT;
  const end = Math.max(...partitions.map(({ base, bytes }) => base + bytes));
  for (let last = partitions.length - 1; last > 0; last--) {
    const other = draw(last + 1);
    [partitions[last], partitions[other]] = [partitions[other] as Partition, partitions[last] as Partition];
  }
  return {
    partitions,
    memory: Math.max(memory, end),
    bytes: (1 + draw(5)) * UNIT - draw(2) * 3,
    fit: one(draw, fits),
  };
}

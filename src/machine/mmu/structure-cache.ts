/**
 * Paging-structure caches (SDM Vol. 3, 4.10.3): what the upper levels of a walk came to, by the part of the address that they translate,
 * so that a walk need not begin at the root. Barr et al. ("Translation Caching: Skip, Don't Walk (the Page Table)", ISCA 2010) call this
 * organisation, Intel's, split translation caches.
 *
 *     bits 47:39 ─▶ level 4, PML4 cache ─▶ page-directory-pointer table ┐
 *     bits 47:30 ─▶ level 3, PDPTE cache ─▶ page directory               ├ and the AND and OR of all entries on the way to it
 *     bits 47:21 ─▶ level 2, PDE cache ──▶ page table                    ┘
 *
 *     set = tag mod sets        an entry, eight int32:
 *                               0 tag  1 space  2 slot  3 table  4 table high  5 AND of low halves  6 OR of high halves  7 last use
 *
 * The deepest level that knows the address is where the walk begins. Of a set the entry goes that is of no space any more, or else the
 * least recently used one. Only entries that were marked accessed come in: the walk marks them first. None is global.
 */
import type { TlbGeometry } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { EntryFormat } from "./formats/format.ts";
import type { Spaces } from "./spaces.ts";
import type { Walk } from "./walk.ts";

const STRIDE = 8;
const SPACE = 1;
const SLOT = 2;
const TABLE = 3;
const TABLE_HIGH = 4;
const EVERY_LOW = 5;
const SOME_HIGH = 6;
const USED = 7;
const EMPTY = -1;
const NOWHERE = -1;
const TWO32 = 4294967296;
const LAST_USE = 0x7fffffff;
/** Entries of this level lead to page tables; those of level 1 lead to no table. */
const LOWEST = 2;

/** The part of an address from a bit on. Addresses of more than 53 bits would not fit. */
function prefix(low: number, high: number, shift: number): number {
  return shift >= 32 ? high >> (shift - 32) : (high << (32 - shift)) | (low >>> shift);
}

class StructureCache {
  declare readonly entries: Int32Array;
  declare private readonly spaces: Spaces;
  declare private readonly ways: number;
  declare private readonly setMask: number;
  uses = 0;

  constructor({ entries, ways }: TlbGeometry, spaces: Spaces) {
    const sets = entries / ways;
    if (!Number.isInteger(sets) || (sets & (sets - 1)) !== 0)
      throw new RangeError(
        `a paging-structure cache of ${entries} entries and ${ways} ways: entries / ways must be a power of two`,
      );
    this.ways = ways;
    this.setMask = sets - 1;
    this.entries = new Int32Array(entries * STRIDE).fill(EMPTY);
    this.spaces = spaces;
  }

  /** The entry of a tag in the current space, used now; or NOWHERE. */
  find(tag: number): number {
    const { entries } = this;
    const space = this.spaces.current;
    const first = (tag & this.setMask) * this.ways * STRIDE;
    const end = first + this.ways * STRIDE;
    for (let at = first; at < end; at += STRIDE)
      if (entries[at] === tag && entries[at + SPACE] === space) {
        this.#use(at);
        return at;
      }
    return NOWHERE;
  }

  put(tag: number, table: number, everyLow: number, someHigh: number): void {
    const { entries, spaces } = this;
    const at = this.#place(tag);
    entries[at] = tag;
    entries[at + SPACE] = spaces.current;
    entries[at + SLOT] = spaces.slot;
    entries[at + TABLE] = table | 0;
    entries[at + TABLE_HIGH] = table < TWO32 ? 0 : Math.floor(table / TWO32);
    entries[at + EVERY_LOW] = everyLow;
    entries[at + SOME_HIGH] = someHigh;
    this.#use(at);
  }

  /** Makes those match nothing whose slot is chosen. */
  drop(chosen: (slot: number) => boolean): void {
    const { entries } = this;
    for (let at = 0; at < entries.length; at += STRIDE)
      if (chosen(entries[at + SLOT] as number)) entries[at + SPACE] = EMPTY;
  }

  #use(at: number): void {
    if (this.uses === LAST_USE) {
      // Who was used when is forgotten once in two thousand million uses.
      for (let entry = USED; entry < this.entries.length; entry += STRIDE) this.entries[entry] = 0;
      this.uses = 0;
    }
    this.entries[at + USED] = ++this.uses;
  }

  #place(tag: number): number {
    const { entries, spaces } = this;
    const first = (tag & this.setMask) * this.ways * STRIDE;
    const end = first + this.ways * STRIDE;
    let place = first;
    for (let at = first; at < end; at += STRIDE) {
      if (entries[at] === tag && entries[at + SPACE] === spaces.current) return at;
      // Held by nobody: as good as used before all others.
      if (!spaces.holds(entries[at + SPACE] as number, entries[at + SLOT] as number))
        entries[at + USED] = EMPTY;
      if ((entries[at + USED] as number) < (entries[place + USED] as number)) place = at;
    }
    return place;
  }
}

export class StructureCaches {
  /** Element 0 is that of level 2. */
  declare private readonly levels: readonly StructureCache[];
  /** Address of the table where begin() lets the walk begin. */
  table = 0;

  constructor(geometries: readonly TlbGeometry[], spaces: Spaces) {
    this.levels = geometries.map((geometry) => new StructureCache(geometry, spaces));
  }

  /** The level of `table`, where the walk of (low, high) may begin, which then knows what the entries above come to; 0: at the root. */
  begin(format: EntryFormat, walk: Walk, low: number, high: number): number {
    const { levels } = this;
    const deepest = Math.min(levels.length, format.depth - 1);
    for (let n = 0; n < deepest; n++) {
      const cache = levels[n] as StructureCache;
      const at = cache.find(prefix(low, high, format.shifts[n + LOWEST] as number));
      if (at === NOWHERE) continue;
      const { entries } = cache;
      const tableHigh = entries[at + TABLE_HIGH] as number;
      this.table = ((entries[at + TABLE] as number) >>> 0) + tableHigh * TWO32;
      walk.everyLow = entries[at + EVERY_LOW] as number;
      walk.someHigh = entries[at + SOME_HIGH] as number;
      return n + LOWEST - 1;
    }
    return 0;
  }

  /** Takes in what a walk of (low, high) read on its way: whatever leads to a table, a fault below it or not. */
  fill(format: EntryFormat, walk: Walk, low: number, high: number): void {
    const { levels } = this;
    let { everyLow, someHigh } = walk;
    // The last entry read is a leaf, or stands in the way.
    for (let step = 0; step < walk.references - 1; step++) {
      const entry = walk.low[step] as number;
      const entryHigh = walk.high[step] as number;
      everyLow &= entry;
      someHigh |= entryHigh;
      const level = walk.level + walk.references - 1 - step;
      const cache = levels[level - LOWEST];
      if (cache === undefined) continue;
      const table = (entryHigh & format.addressHigh) * TWO32 + ((entry & -4096) >>> 0);
      cache.put(prefix(low, high, format.shifts[level] as number), table, everyLow, someHigh);
    }
  }

  /** A page fault: those that the address would use (SDM Vol. 3, 4.10.4.1). */
  forget(format: EntryFormat, low: number, high: number): void {
    this.levels.slice(0, format.depth - 1).forEach((cache, n) => {
      const at = cache.find(prefix(low, high, format.shifts[n + LOWEST] as number));
      if (at !== NOWHERE) cache.entries[at + SPACE] = EMPTY;
    });
  }

  /** INVLPG and INVVPID: all of some slots, whatever their address (SDM Vol. 3, 4.10.4.1). */
  dropWhere(chosen: (slot: number) => boolean): void {
    for (const cache of this.levels) cache.drop(chosen);
  }

  clear(): void {
    for (const cache of this.levels) {
      cache.entries.fill(EMPTY);
      cache.uses = 0;
    }
  }

  save(out: StateWriter): void {
    out.section("structure-caches");
    for (const { entries, uses } of this.levels) {
      out.array(entries);
      out.int(uses);
    }
  }

  load(from: StateReader): void {
    from.section("structure-caches");
    for (const cache of this.levels) {
      from.array(cache.entries);
      cache.uses = from.int();
    }
  }
}

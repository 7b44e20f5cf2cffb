/**
 * One translation look-aside buffer of the modelled processor: so many entries in sets of so many ways, each set filled round
 * robin. A hit changes nothing, so that a copy of it (front.ts) may answer in its place.
 *
 *     set = page number mod sets        an entry, eight int32:
 *                                       0 tag  1 high  2 space  3 rights  4 base  5 base high  6 next  7 slot
 *
 * tag is page number · 4 + size, high the upper half of the address. `space` says in which address space it is valid,
 * `slot` whose that is (spaces.ts). Entries are found through hash chains, so that a fully associative buffer of 64 costs no more than four ways.
 */
import type { TlbGeometry } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { RIGHT_GLOBAL } from "./rights.ts";
import type { Spaces } from "./spaces.ts";

/** No entry, and the tag of an empty one. */
export const NO_ENTRY = -1;

const STRIDE = 8;
const HIGH = 1;
const SPACE = 2;
const RIGHTS = 3;
const BASE = 4;
const BASE_HIGH = 5;
const NEXT = 6;
const SLOT = 7;
const EMPTY = -1;
const TWO32 = 4294967296;

/** Page sizes: 4 KiB, 2 or 4 MiB (by format), 1 GiB. */
export const SMALL = 0;
export const LARGE = 1;
export const HUGE = 2;
const SMALL_SHIFT = 12;
// Copies: V8 folds a module's own constants into the code, but loads an exported or imported one each time.
const NOWHERE = NO_ENTRY;
const GLOBAL = RIGHT_GLOBAL;

/** The largest of the sizes that is no larger than 2^most bytes, as an index of `shifts`. */
export function sizeWithin(shifts: Int32Array, most: number): number {
  let size = shifts.length - 1;
  while (size > SMALL && (shifts[size] as number) > most) size--;
  return size;
}

export class Tlb {
  /** Tag of the entry that the last put() threw out; EMPTY's −1 when there was none. */
  evicted = EMPTY;
  declare private readonly entries: Int32Array;
  declare private readonly heads: Int32Array;
  declare private readonly nextWay: Int32Array;
  declare private readonly setMask: number;
  declare private readonly hashMask: number;
  declare private readonly ways: number;
  declare private readonly shifts: Int32Array;
  declare private readonly spaces: Spaces;

  /** `shifts`: page sizes as powers of two, shared with whoever switches formats. */
  constructor({ entries, ways }: TlbGeometry, shifts: Int32Array, spaces: Spaces) {
    const sets = entries / ways;
    if (!Number.isInteger(sets) || (sets & (sets - 1)) !== 0)
      throw new RangeError(
        `a TLB of ${entries} entries and ${ways} ways: entries / ways must be a power of two`,
      );
    this.ways = ways;
    this.setMask = sets - 1;
    this.entries = new Int32Array(entries * STRIDE).fill(EMPTY);
    this.nextWay = new Int32Array(sets);
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(8 * entries))).fill(NOWHERE);
    this.hashMask = this.heads.length - 1;
    this.shifts = shifts;
    this.spaces = spaces;
  }

  /** The entry that translates an address in the current address space, or NOWHERE. */
  find(low: number, high: number, size: number): number {
    const page = low >>> (this.shifts[size] as number);
    const tag = (page << 2) | size;
    const entries = this.entries;
    for (
      let at = this.heads[page & this.hashMask] as number;
      at !== NOWHERE;
      at = entries[at + NEXT] as number
    )
      if (entries[at] === tag && entries[at + HIGH] === high) {
        const space = entries[at + SPACE] as number;
        if (space === this.spaces.current || space === this.spaces.global) return at;
      }
    return NOWHERE;
  }

  /** The entry of a small page in whatever address space, valid or flushed, or NOWHERE. */
  seek(low: number, high: number): number {
    const page = low >>> SMALL_SHIFT;
    const tag = page << 2;
    const { entries } = this;
    let at = this.heads[page & this.hashMask] as number;
    while (at !== NOWHERE && (entries[at] !== tag || entries[at + HIGH] !== high))
      at = entries[at + NEXT] as number;
    return at;
  }

  /** An entry translates in the current address space. */
  isValid(entry: number): boolean {
    const space = this.entries[entry + SPACE] as number;
    return space === this.spaces.current || space === this.spaces.global;
  }

  rights(entry: number): number {
    return this.entries[entry + RIGHTS] as number;
  }

  /** Physical address of the page. */
  base(entry: number): number {
    const low = (this.entries[entry + BASE] as number) >>> 0;
    const high = this.entries[entry + BASE_HIGH] as number;
    return high === 0 ? low : high * TWO32 + low;
  }

  baseLow(entry: number): number {
    return this.entries[entry + BASE] as number;
  }

  baseHigh(entry: number): number {
    return this.entries[entry + BASE_HIGH] as number;
  }

  /** What put() does with a small page of which seek() found no entry. */
  add(low: number, high: number, rights: number, baseLow: number, baseHigh: number): void {
    const page = low >>> SMALL_SHIFT;
    this.evicted = EMPTY;
    const at = this.#take(page, page << 2, high);
    this.#write(at, rights, baseLow, baseHigh);
  }

  /**
   * Puts a translation in: in place of the one for the same page, valid or flushed, otherwise where the set's turn is.
   * `evicted` then tells the tag of a translation of another page that had to go. Returns the entry.
   */
  put(low: number, high: number, size: number, rights: number, base: number): number {
    const entries = this.entries;
    const spaces = this.spaces;
    const page = low >>> (this.shifts[size] as number);
    const tag = (page << 2) | size;
    this.evicted = EMPTY;
    let at = this.heads[page & this.hashMask] as number;
    while (at !== NOWHERE) {
      if (entries[at] === tag && entries[at + HIGH] === high) {
        const space = entries[at + SPACE] as number;
        if (space === spaces.current || space === spaces.global) break;
        if (!spaces.holds(space, entries[at + SLOT] as number)) break;
      }
      at = entries[at + NEXT] as number;
    }
    if (at === NOWHERE) at = this.#take(page, tag, high);
    this.#write(at, rights, base | 0, base < TWO32 ? 0 : Math.floor(base / TWO32));
    return at;
  }

  /**
   * An entry is a small page's below 4 GiB, but no longer valid: put() would use it again. So while there is one space no other entry is
   * that page's.
   */
  lacks(entry: number, low: number): boolean {
    const { entries, spaces } = this;
    if (entries[entry] !== (low >>> SMALL_SHIFT) << 2 || entries[entry + HIGH] !== 0) return false;
    return !spaces.holds(entries[entry + SPACE] as number, entries[entry + SLOT] as number);
  }

  /** What put() does with such an entry when rights and base are those that it had … */
  renew(entry: number, global: boolean): void {
    const { entries, spaces } = this;
    entries[entry + SPACE] = global ? spaces.global : spaces.current;
    entries[entry + SLOT] = global ? spaces.globalSlot : spaces.slot;
  }

  /** … and before, if they are not. `base`: an int32. */
  change(entry: number, rights: number, base: number): void {
    const { entries } = this;
    entries[entry + RIGHTS] = rights;
    entries[entry + BASE] = base;
    entries[entry + BASE_HIGH] = 0;
  }

  /** The geometry, and an entry by its place: for who wants to see what is there (explain-tlb.ts). */
  get sets(): number {
    return this.setMask + 1;
  }

  get waysPerSet(): number {
    return this.ways;
  }

  entryAt(set: number, way: number): number {
    return (set * this.ways + way) * STRIDE;
  }

  /** Page number · 4 + size, or EMPTY's −1. */
  tag(entry: number): number {
    return this.entries[entry] as number;
  }

  high(entry: number): number {
    return this.entries[entry + HIGH] as number;
  }

  pcid(entry: number): number {
    return this.spaces.pcidOf(this.entries[entry + SLOT] as number);
  }

  /** It would translate an access: its space was not flushed since. */
  isLive(entry: number): boolean {
    const space = this.entries[entry + SPACE] as number;
    return space !== EMPTY && this.spaces.holds(space, this.entries[entry + SLOT] as number);
  }

  /** Removes a small page of the current space, a global one too; false when it was not there. */
  drop(low: number, high: number): boolean {
    const page = low >>> SMALL_SHIFT;
    const entries = this.entries;
    for (
      let at = this.heads[page & this.hashMask] as number;
      at !== NOWHERE;
      at = entries[at + NEXT] as number
    )
      if (entries[at] === page << 2 && entries[at + HIGH] === high) {
        const space = entries[at + SPACE] as number;
        if (space !== this.spaces.current && space !== this.spaces.global) continue;
        entries[at + SPACE] = EMPTY;
        return true;
      }
    return false;
  }

  /** Removes a page wherever a slot is chosen. `page`: its number, of whatever size its pages have. */
  dropWhere(chosen: (slot: number) => boolean, page: number, high: number, size: number): void {
    const entries = this.entries;
    for (
      let at = this.heads[page & this.hashMask] as number;
      at !== NOWHERE;
      at = entries[at + NEXT] as number
    )
      if (
        entries[at] === ((page << 2) | size) &&
        entries[at + HIGH] === high &&
        chosen(entries[at + SLOT] as number)
      )
        entries[at + SPACE] = EMPTY;
  }

  /** Makes an entry match nothing. */
  remove(entry: number): void {
    this.entries[entry + SPACE] = EMPTY;
  }

  clear(): void {
    this.entries.fill(EMPTY);
    this.heads.fill(NOWHERE);
    this.nextWay.fill(0);
  }

  save(out: StateWriter): void {
    out.section("tlb");
    out.array(this.entries);
    out.array(this.heads);
    out.array(this.nextWay);
  }

  load(from: StateReader): void {
    from.section("tlb");
    from.array(this.entries);
    from.array(this.heads);
    from.array(this.nextWay);
  }

  /** An entry for a page: the one whose turn it is in the page's set. */
  #take(page: number, tag: number, high: number): number {
    const { entries, heads } = this;
    const bucket = page & this.hashMask;
    const at = this.#victim(page & this.setMask);
    entries[at] = tag;
    entries[at + HIGH] = high;
    entries[at + NEXT] = heads[bucket] as number;
    heads[bucket] = at;
    return at;
  }

  #write(at: number, rights: number, baseLow: number, baseHigh: number): void {
    const { entries, spaces } = this;
    const global = (rights & GLOBAL) !== 0;
    entries[at + SPACE] = global ? spaces.global : spaces.current;
    entries[at + SLOT] = global ? spaces.globalSlot : spaces.slot;
    entries[at + RIGHTS] = rights;
    entries[at + BASE] = baseLow;
    entries[at + BASE_HIGH] = baseHigh;
  }

  /** The way of a set whose turn it is, taken out of its chain. */
  #victim(set: number): number {
    const way = this.nextWay[set] as number;
    this.nextWay[set] = way + 1 === this.ways ? 0 : way + 1;
    const at = (set * this.ways + way) * STRIDE;
    const entries = this.entries;
    const tag = entries[at] as number;
    if (tag === EMPTY) return at;
    this.evicted = tag;
    const bucket = (tag >>> 2) & this.hashMask;
    let link = this.heads[bucket] as number;
    if (link === at) this.heads[bucket] = entries[at + NEXT] as number;
    else {
      while (entries[link + NEXT] !== at) link = entries[link + NEXT] as number;
      entries[link + NEXT] = entries[at + NEXT] as number;
    }
    return at;
  }
}

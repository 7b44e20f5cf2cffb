/**
 * TLB misses that go straight down: four levels of tables in plain RAM, each entry present and marked accessed, small pages, every reference
 * at the same price, and for a nested walk an EPT that permits everything. walk.ts, nested.ts and translate.ts say what a miss is, and this
 * adds nothing to it: it is the same work with the loops unrolled, in int32 only. Whatever is out of the ordinary is left to them, before
 * anything was done.
 *
 *     first level ── there ──▶ not here        second level ── hit ──▶ into the first
 *        │ lacks it               ▲               │ lacks it
 *        └────────────────────────┼───────────────┴─ walk ── LEAF ──▶ into both, and into the front
 *                                 └──────────────────────── all else
 */
import { PAGE_MMIO } from "../bus.ts";
import type { Clock } from "../clock.ts";
import { EVENT, type Trace } from "../trace.ts";
import { DIRECT_KINDS } from "./direct.ts";
import { A, D, P, PS } from "./formats/bits.ts";
import { EPT_EXECUTE, EPT_READ, EPT_WRITE, EPT_WRITE_BACK } from "./formats/ept.ts";
import type { Front } from "./front.ts";
import type { SecondDimension } from "./nested.ts";
import type { Paging } from "./paging.ts";
import { RIGHT_DIRTY } from "./rights.ts";
import { NO_ENTRY, SMALL, type Tlb } from "./tlb.ts";
import type { Tlbs } from "./tlbs.ts";

const TWO32 = 4294967296;
const LEVELS = 4;
const INDEX = 0xff8;
const FRAME = -4096;
const MOST_ADDRESS_HIGH = 0xfffff;
const TOP_SHIFT = 39;
const LEVEL_BITS = 9;
const PAGE_SHIFT = 12;
/** In Paging.kinds: permitted, whether there is something to mark or not. */
const PERMITTED = 8;
const ALL_KINDS = 0xff;
/** In place of a physical address. */
const ASTRAY = -1;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const MMIO = PAGE_MMIO;
const DIRECT = DIRECT_KINDS;
const PRESENT = P;
const ACCESSED = A;
const DIRTIED = D;
const DIRTY = RIGHT_DIRTY;
const SMALLEST = SMALL;
const NOWHERE = NO_ENTRY;
/** An entry that leads to a table: these bits, and no others of the mask. */
const TABLE = P | A;
const TABLE_MASK = P | A | PS;
const EPT_ALL = EPT_READ | EPT_WRITE | EPT_EXECUTE;
const EPT_TABLE = EPT_ALL;
const EPT_TABLE_MASK = EPT_ALL | 0xf8;
const EPT_PAGE = EPT_ALL | EPT_WRITE_BACK;
const EPT_PAGE_MASK = 0x3f;
const DTLB_MISS = EVENT.dtlbMiss;
const STLB_HIT = EVENT.stlbHit;
const WALK = EVENT.walk;
const WALK_REFERENCE = EVENT.walkReference;
const NESTED_REFERENCE = EVENT.nestedReference;
/** (g + 1)(n + 1) − 1 (nested.ts), of which this many are entries of EPT. */
const BOTH = (LEVELS + 1) * (LEVELS + 1) - 1;
const OF_EPT = (LEVELS + 1) * LEVELS;

export interface StraightParts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly paging: Paging;
  readonly tlbs: Tlbs;
  readonly front: Front;
  /** All of RAM, and the PAGE_… flags of its pages. */
  readonly view: DataView;
  readonly pages: Uint8Array;
  readonly profile: { readonly walkReference: number; readonly stlbHit: number };
  /** Kinds of access that may go straight to what lies beyond RAM; none unless said. */
  readonly beyond?: number;
}

export class StraightMisses {
  /** Misses may be brought here. */
  ready = false;
  /** Physical address of the page of the last miss. */
  baseLow = 0;
  baseHigh = 0;
  #possible = false;
  #nested = false;
  #rootLow = 0;
  /** Bits that must be zero in the high half of an entry that leads to a table, of one that leads to a page; the same of EPT's. */
  #tableHigh = 0;
  #leafHigh = 0;
  #eptRoot = 0;
  #eptHigh = 0;
  /** From here on RAM has no device in front of it. */
  #plainFrom = 0;
  #plainBytes = 0;
  declare private readonly words: Int32Array;
  declare private readonly pages: Uint8Array;
  declare private readonly clock: Clock;
  declare private readonly counts: Float64Array;
  declare private readonly paging: Paging;
  declare private readonly tlbs: Tlbs;
  declare private readonly first: Tlb;
  declare private readonly second: Tlb;
  declare private readonly front: Front;
  declare private readonly stlbHit: number;
  declare private readonly walkReference: number;
  declare private readonly beyond: number;

  constructor(parts: StraightParts) {
    const { view, pages, tlbs } = parts;
    this.words = new Int32Array(view.buffer, view.byteOffset, view.byteLength / 4);
    this.pages = pages;
    this.clock = parts.clock;
    this.counts = parts.trace.counts;
    this.paging = parts.paging;
    this.tlbs = tlbs;
    this.first = tlbs.data[SMALL] as Tlb;
    this.second = tlbs.second ?? this.first;
    this.front = parts.front;
    this.stlbHit = parts.profile.stlbHit;
    this.walkReference = parts.profile.walkReference;
    this.beyond = parts.beyond ?? 0;
    this.#setPlain(pages.findLastIndex((flags) => (flags & PAGE_MMIO) !== 0) + 1);
  }

  /** To be called when paging or the second dimension changed. `flat`: each reference costs the same, and is of these tables. */
  decide(second: SecondDimension | null, flat: boolean): void {
    const { enabled, format } = this.paging;
    this.#possible =
      enabled &&
      format.depth === LEVELS &&
      this.tlbs.second !== undefined &&
      flat &&
      this.tlbs.structures === undefined &&
      (second === null ||
        (this.tlbs.nested === undefined && this.tlbs.nestedStructures === undefined && isStraight(second)));
    this.setRoot();
    if (!this.#possible) return;
    this.#tableHigh = MOST_ADDRESS_HIGH | (format.levels[0]?.reservedLeaf[1] as number);
    this.#leafHigh = format.levels[0]?.reservedLeaf[1] as number;
    this.#nested = second !== null;
    if (second === null) return;
    this.#eptRoot = second.root | 0;
    this.#eptHigh = second.format.levels[0]?.reservedLeaf[1] as number;
  }

  /** After a MOV CR3. */
  setRoot(): void {
    const { root } = this.paging;
    this.ready = this.#possible && root < TWO32;
    this.#rootLow = root | 0;
  }

  /** The flags of a page of RAM are others now. */
  pageChanged(page: number): void {
    if (((this.pages[page] as number) & MMIO) !== 0 && page * 4096 >= this.#plainFrom)
      this.#setPlain(page + 1);
  }

  /**
   * A miss of the front, for an access to data of a kind (rights.ts). True: all that it takes is done, `baseLow` and `baseHigh` are the page's
   * address. False: nothing was done. `ready` must be set.
   */
  take(low: number, high: number, access: number): boolean {
    const { first, second, front, counts, clock } = this;
    if (this.tlbs.largest !== SMALLEST || first.seek(low, high) !== NOWHERE) return false;
    const { kinds } = this.paging;
    const known = second.seek(low, high);
    let rights: number;
    if (known === NOWHERE) {
      rights = this.#nested ? this.#walkBoth(low, high, access) : this.#walk(low, high, access);
      if (rights === ASTRAY) return false;
      second.add(low, high, rights, this.baseLow, this.baseHigh);
      counts[WALK] = (counts[WALK] as number) + 1;
    } else {
      rights = second.rights(known);
      if (!second.isValid(known) || (((kinds[rights] as number) >> access) & 1) === 0) return false;
      this.baseLow = second.baseLow(known);
      this.baseHigh = second.baseHigh(known);
      counts[STLB_HIT] = (counts[STLB_HIT] as number) + 1;
      clock.left = (clock.left - this.stlbHit) | 0;
    }
    counts[DTLB_MISS] = (counts[DTLB_MISS] as number) + 1;
    const { baseLow, baseHigh } = this;
    first.add(low, high, rights, baseLow, baseHigh);
    const out = first.evicted;
    if (out >= 0) front.drop((out >>> 2) << PAGE_SHIFT);
    const page = baseLow >>> PAGE_SHIFT;
    const direct =
      baseHigh === 0 && page < this.pages.length
        ? (DIRECT[this.pages[page] as number] as number)
        : this.beyond;
    if (direct !== 0) front.fill(low, high, baseLow, (kinds[rights] as number) & direct & ALL_KINDS);
    return true;
  }

  /**
   * Reads the entries that the walks of these accesses (stream.ts) would read, for nothing but to have them in this computer's own caches:
   * the reads do not depend on each other, those of a walk do. Of two dimensions there are too many for that to be worth its time.
   */
  ahead(accesses: Uint32Array, from: number, to: number): void {
    if (!this.ready || this.#nested) return;
    const { words } = this;
    const root = this.#rootLow;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const access = accesses[i] as number;
      const low = (access & ~1) << 5;
      const high = access >>> 27;
      let entry = peek(words, root | ((high >>> 4) & INDEX));
      entry = peek(words, (entry & FRAME) | (((low >>> 27) | (high << 5)) & INDEX));
      entry = peek(words, (entry & FRAME) | ((low >>> 18) & INDEX));
      sum ^= peek(words, (entry & FRAME) | ((low >>> 9) & INDEX));
    }
    this.sum = sum;
  }

  /** Of what ahead() read, so that the reads are not left out. */
  sum = 0;

  /** RIGHT_… of the page, its base being set, or ASTRAY. */
  #walk(low: number, high: number, access: number): number {
    const { words } = this;
    const from = this.#plainFrom;
    const bytes = this.#plainBytes;
    const tableHigh = this.#tableHigh;

    const at4 = this.#rootLow | ((high >>> 4) & INDEX);
    if ((at4 - from) >>> 0 >= bytes) return ASTRAY;
    const low4 = words[at4 >>> 2] as number;
    const high4 = words[(at4 >>> 2) + 1] as number;
    if ((((low4 & TABLE_MASK) ^ TABLE) | (high4 & tableHigh)) !== 0) return ASTRAY;

    const at3 = (low4 & FRAME) | (((low >>> 27) | (high << 5)) & INDEX);
    if ((at3 - from) >>> 0 >= bytes) return ASTRAY;
    const low3 = words[at3 >>> 2] as number;
    const high3 = words[(at3 >>> 2) + 1] as number;
    if ((((low3 & TABLE_MASK) ^ TABLE) | (high3 & tableHigh)) !== 0) return ASTRAY;

    const at2 = (low3 & FRAME) | ((low >>> 18) & INDEX);
    if ((at2 - from) >>> 0 >= bytes) return ASTRAY;
    const low2 = words[at2 >>> 2] as number;
    const high2 = words[(at2 >>> 2) + 1] as number;
    if ((((low2 & TABLE_MASK) ^ TABLE) | (high2 & tableHigh)) !== 0) return ASTRAY;

    const at1 = (low2 & FRAME) | ((low >>> 9) & INDEX);
    if ((at1 - from) >>> 0 >= bytes) return ASTRAY;
    const low1 = words[at1 >>> 2] as number;
    const high1 = words[(at1 >>> 2) + 1] as number;
    if ((low1 & PRESENT) === 0 || (high1 & this.#leafHigh) !== 0) return ASTRAY;

    const rights = this.#leaf(at1, low4 & low3 & low2 & low1, high4 | high3 | high2 | high1, low1, access);
    if (rights === ASTRAY) return ASTRAY;
    this.baseLow = low1 & FRAME;
    this.baseHigh = high1 & MOST_ADDRESS_HIGH;
    this.#count(LEVELS);
    return rights;
  }

  /** The same in two dimensions. */
  #walkBoth(low: number, high: number, access: number): number {
    const { words } = this;
    const tableHigh = this.#tableHigh;
    let table = this.#rootLow;
    let everyLow = -1;
    let someHigh = 0;
    let at = 0;
    let entry = 0;
    let entryHigh = 0;
    for (let shift = TOP_SHIFT; ; shift -= LEVEL_BITS) {
      const bits = shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | (high << (32 - shift));
      const offset = (bits << 3) & INDEX;
      if (!this.#toHost(table, 0) || this.baseHigh !== 0) return ASTRAY;
      at = this.baseLow | offset;
      if ((at - this.#plainFrom) >>> 0 >= this.#plainBytes) return ASTRAY;
      entry = words[at >>> 2] as number;
      entryHigh = words[(at >>> 2) + 1] as number;
      everyLow &= entry;
      someHigh |= entryHigh;
      if (shift === PAGE_SHIFT) break;
      if ((((entry & TABLE_MASK) ^ TABLE) | (entryHigh & tableHigh)) !== 0) return ASTRAY;
      table = entry & FRAME;
    }
    if ((entry & PRESENT) === 0 || (entryHigh & this.#leafHigh) !== 0) return ASTRAY;
    if (!this.#toHost(entry & FRAME, entryHigh & MOST_ADDRESS_HIGH)) return ASTRAY;
    const rights = this.#leaf(at, everyLow, someHigh, entry, access);
    if (rights === ASTRAY) return ASTRAY;
    this.counts[NESTED_REFERENCE] = (this.counts[NESTED_REFERENCE] as number) + OF_EPT;
    this.#count(BOTH);
    return rights;
  }

  /** The host-physical page of a guest-physical one as the base; false: not straight. */
  #toHost(low: number, high: number): boolean {
    const { words } = this;
    const from = this.#plainFrom;
    const bytes = this.#plainBytes;
    const eptHigh = this.#eptHigh;

    const at4 = this.#eptRoot | ((high >>> 4) & INDEX);
    if ((at4 - from) >>> 0 >= bytes) return false;
    const low4 = words[at4 >>> 2] as number;
    const high4 = words[(at4 >>> 2) + 1] as number;
    if ((((low4 & EPT_TABLE_MASK) ^ EPT_TABLE) | (high4 & MOST_ADDRESS_HIGH)) !== 0) return false;

    const at3 = (low4 & FRAME) | (((low >>> 27) | (high << 5)) & INDEX);
    if ((at3 - from) >>> 0 >= bytes) return false;
    const low3 = words[at3 >>> 2] as number;
    const high3 = words[(at3 >>> 2) + 1] as number;
    if ((((low3 & EPT_TABLE_MASK) ^ EPT_TABLE) | (high3 & MOST_ADDRESS_HIGH)) !== 0) return false;

    const at2 = (low3 & FRAME) | ((low >>> 18) & INDEX);
    if ((at2 - from) >>> 0 >= bytes) return false;
    const low2 = words[at2 >>> 2] as number;
    const high2 = words[(at2 >>> 2) + 1] as number;
    if ((((low2 & EPT_TABLE_MASK) ^ EPT_TABLE) | (high2 & MOST_ADDRESS_HIGH)) !== 0) return false;

    const at1 = (low2 & FRAME) | ((low >>> 9) & INDEX);
    if ((at1 - from) >>> 0 >= bytes) return false;
    const low1 = words[at1 >>> 2] as number;
    const high1 = words[(at1 >>> 2) + 1] as number;
    if ((((low1 & EPT_PAGE_MASK) ^ EPT_PAGE) | (high1 & eptHigh)) !== 0) return false;
    this.baseLow = low1 & FRAME;
    this.baseHigh = high1 & MOST_ADDRESS_HIGH;
    return true;
  }

  /** RIGHT_… of a page by its way, its leaf being marked; ASTRAY when the access is not permitted or marking is more than writing to RAM. */
  #leaf(at: number, everyLow: number, someHigh: number, leaf: number, access: number): number {
    const { format, kinds } = this.paging;
    const rights = format.rights(everyLow, someHigh, leaf);
    if ((((kinds[rights] as number) >> (access + PERMITTED)) & 1) === 0) return ASTRAY;
    const write = (access & 1) === 1;
    const marked = leaf | (write ? ACCESSED | DIRTIED : ACCESSED);
    if (marked !== leaf) {
      if (this.pages[at >>> PAGE_SHIFT] !== 0) return ASTRAY;
      this.words[at >>> 2] = marked;
    }
    return write ? rights | DIRTY : rights;
  }

  #count(references: number): void {
    const { counts, clock } = this;
    counts[WALK_REFERENCE] = (counts[WALK_REFERENCE] as number) + references;
    clock.left = (clock.left - references * this.walkReference) | 0;
  }

  #setPlain(page: number): void {
    this.#plainFrom = page * 4096;
    this.#plainBytes = this.pages.length * 4096 - this.#plainFrom;
  }
}

/** A word of RAM; 0 where there is none. */
function peek(words: Int32Array, at: number): number {
  const place = at >>> 2;
  return place < words.length ? (words[place] as number) : 0;
}

function isStraight({ format, root, tablesAreWritten }: SecondDimension): boolean {
  return (
    format.name === "EPT" &&
    format.depth === LEVELS &&
    format.accessed === 0 &&
    !tablesAreWritten &&
    root < TWO32
  );
}

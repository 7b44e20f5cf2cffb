/**
 * Walks that come again. The processor asks for the pages that it had before, and most tables are what they were: then a walk has little
 * to find out. Each place of the front remembers its page's last walk:
 *
 *     page │ entry 2 at, value │ entry 1 at, value │ kinds of access │ place in the TLB           eight int32
 *
 * While entry 2 lies where it lay and is what it was (marked accessed), the walk is known but for entry 1, as it is to a processor with
 * a PDE cache (SDM Vol. 3, 4.10.3.1): that one is read, and taken in if it says something new. The translation must be about to take the
 * place in the TLB that it had. What the model counts and charges is the same: walk.ts defines it, and this adds nothing to the model. It
 * serves tables of two levels of 4-byte entries and first-level TLBs without PCIDs; all else walks.
 */
import { PAGE_MMIO } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import { EVENT, type Trace } from "../trace.ts";
import { DIRECT_KINDS } from "./direct.ts";
import { A, D, P } from "./formats/bits.ts";
import type { Front } from "./front.ts";
import type { Paging } from "./paging.ts";
import { RIGHT_DIRTY, RIGHT_GLOBAL, USER_FETCH } from "./rights.ts";
import { LARGE, NO_ENTRY, SMALL, type Tlb } from "./tlb.ts";
import type { Tlbs } from "./tlbs.ts";
import type { Walk } from "./walk.ts";

const PLACES = 256;
const STRIDE = 8;
const DIRECTORY_AT = 1;
const DIRECTORY = 2;
const TABLE_AT = 3;
const TABLE = 4;
const KINDS = 5;
const ENTRY = 6;
/** KINDS: 16 global │ 15 … 8 kinds that the front may answer │ 7 … 0 kinds that are permitted, with nothing left to mark */
const DIRECT_SHIFT = 8;
const EIGHT = 0xff;
/** In Paging.kinds: the same without regard to marks. */
const PERMITTED = 8;
const GLOBAL = 1 << 16;
/** A page's bits, and one that tells a page from nothing. */
const PAGE_MASK = -4096;
const KNOWN = 1;
/** A page number's low bits, times STRIDE; a directory index, times 4. */
const PLACE_SHIFT = 9;
const PLACE_MASK = (PLACES - 1) * STRIDE;
const DIRECTORY_SHIFT = 20;
const DIRECTORY_MASK = 0xffc;
/** Entries that such a walk reads. */
const REFERENCES = 2;
/** Of again(). */
export const UNKNOWN = -1;
export const VACANT = -2;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const NOTHING_KNOWN = UNKNOWN;
const HOLE_FOUND = VACANT;
const SMALLEST = SMALL;
const PRESENT = P;
const ACCESSED = A;
const DIRTIED = D;
const DIRTY = RIGHT_DIRTY;
const RIGHTS_GLOBAL = RIGHT_GLOBAL;
const FETCHES = USER_FETCH;
const DIRECT = DIRECT_KINDS;
const WALK = EVENT.walk;
const WALK_REFERENCE = EVENT.walkReference;

export interface RepeatedWalksParts {
  readonly view: DataView;
  readonly pages: Uint8Array;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly profile: CostProfile;
  readonly paging: Paging;
  readonly tlbs: Tlbs;
  /** Those of the first level where the translations go, by page size, and their front. */
  readonly level: readonly Tlb[];
  readonly front: Front;
  /** The event of a miss there. */
  readonly miss: number;
  /** That level is the instructions'. */
  readonly fetches: boolean;
}

export class RepeatedWalks {
  readonly #places = new Int32Array(PLACES * STRIDE);
  declare private readonly view: DataView;
  declare private readonly pages: Uint8Array;
  declare private readonly clock: Clock;
  declare private readonly counts: Float64Array;
  declare private readonly paging: Paging;
  declare private readonly tlbs: Tlbs;
  declare private readonly tlb: Tlb;
  declare private readonly large: Tlb;
  declare private readonly front: Front;
  declare private readonly miss: number;
  declare private readonly fetches: boolean;
  declare private readonly price: number;

  constructor(parts: RepeatedWalksParts) {
    this.view = parts.view;
    this.pages = parts.pages;
    this.clock = parts.clock;
    this.counts = parts.trace.counts;
    this.paging = parts.paging;
    this.tlbs = parts.tlbs;
    this.tlb = parts.level[SMALL] as Tlb;
    this.large = parts.level[LARGE] as Tlb;
    this.front = parts.front;
    this.miss = parts.miss;
    this.fetches = parts.fetches;
    this.price = REFERENCES * parts.profile.walkReference;
  }

  /**
   * A miss of which no more than the last entry need be read: all that the walk would do is done, and its page's address is returned.
   * VACANT when that entry is a hole, which leaves the page fault to be made. UNKNOWN when there must be a walk: nothing is done then.
   */
  again(low: number, access: number): number {
    const places = this.#places;
    const at = (low >>> PLACE_SHIFT) & PLACE_MASK;
    if (places[at] !== ((low & PAGE_MASK) | KNOWN)) return NOTHING_KNOWN;
    const { view, tlb } = this;
    const directoryAt = places[at + DIRECTORY_AT] as number;
    const entry = places[at + ENTRY] as number;
    if (
      directoryAt !== this.paging.root + ((low >>> DIRECTORY_SHIFT) & DIRECTORY_MASK) ||
      view.getInt32(directoryAt, true) !== places[at + DIRECTORY] ||
      (this.tlbs.largest !== SMALLEST && this.#hasLarge(low)) ||
      !tlb.lacks(entry, low)
    )
      return NOTHING_KNOWN;
    const table = view.getInt32(places[at + TABLE_AT] as number, true);
    let kinds = places[at + KINDS] as number;
    let page = table & PAGE_MASK;
    if ((table & PRESENT) === 0) page = HOLE_FOUND;
    else {
      if (table !== places[at + TABLE] || ((kinds >> access) & 1) === 0) {
        if (!this.#lookAgain(at, table, access)) return NOTHING_KNOWN;
        kinds = places[at + KINDS] as number;
      }
      tlb.renew(entry, (kinds & GLOBAL) !== 0);
      const direct = (kinds >> DIRECT_SHIFT) & EIGHT;
      if (direct !== 0) this.front.fill(low, 0, page, direct);
    }
    const { counts, miss, clock } = this;
    counts[miss] = (counts[miss] as number) + 1;
    counts[WALK] = (counts[WALK] as number) + 1;
    counts[WALK_REFERENCE] = (counts[WALK_REFERENCE] as number) + REFERENCES;
    clock.left = (clock.left - this.price) | 0;
    return page;
  }

  /**
   * The last entry says something new, or lacks a mark: takes it in and marks it. False, with nothing done, where that is more than
   * writing to plain RAM, and where the access is not permitted.
   */
  #lookAgain(at: number, table: number, access: number): boolean {
    const places = this.#places;
    const tableAt = places[at + TABLE_AT] as number;
    const page = table & PAGE_MASK;
    const write = access < FETCHES && (access & 1) === 1;
    const marked = table | (write ? ACCESSED | DIRTIED : ACCESSED);
    if (this.pages[tableAt >>> 12] !== 0 || !this.#inRam(page)) return false;
    if (marked === places[at + TABLE] && (((places[at + KINDS] as number) >> access) & 1) !== 0) {
      // It only lost its marks: what systems do that write an entry anew.
      this.view.setInt32(tableAt, marked, true);
      return true;
    }
    const { format, kinds } = this.paging;
    let rights = format.rights((places[at + DIRECTORY] as number) & table, 0, table);
    if ((((kinds[rights] as number) >> (access + PERMITTED)) & 1) === 0) return false;
    if (write) rights |= DIRTY;
    if (marked !== table) this.view.setInt32(tableAt, marked, true);
    this.tlb.change(places[at + ENTRY] as number, rights, page);
    places[at + TABLE] = marked;
    places[at + KINDS] = this.#kindsOf(rights, page);
    return true;
  }

  /** KINDS of a page in RAM. */
  #kindsOf(rights: number, page: number): number {
    const kinds = (this.paging.kinds[rights] as number) & EIGHT;
    const direct = this.fetches
      ? kinds >> FETCHES
      : kinds & (DIRECT[this.pages[page >>> 12] as number] as number);
    return ((rights & RIGHTS_GLOBAL) !== 0 ? GLOBAL : 0) | (direct << DIRECT_SHIFT) | kinds;
  }

  /** After a walk of two steps to a 4-KiB page, which then went to `entry` of the TLB with its rights. */
  remember(walk: Walk, low: number, entry: number, rights: number): void {
    const { address, low: values } = walk;
    const directoryAt = address[0] as number;
    const tableAt = address[1] as number;
    const table = values[1] as number;
    const places = this.#places;
    const at = (low >>> PLACE_SHIFT) & PLACE_MASK;
    const inRam = this.#inRam(directoryAt) && this.#inRam(tableAt) && this.#inRam(table);
    places[at] = inRam ? (low & PAGE_MASK) | KNOWN : 0;
    if (!inRam) return;
    places[at + DIRECTORY_AT] = directoryAt;
    places[at + DIRECTORY] = values[0] as number;
    places[at + TABLE_AT] = tableAt;
    places[at + TABLE] = table;
    places[at + KINDS] = this.#kindsOf(rights, table & PAGE_MASK);
    places[at + ENTRY] = entry;
  }

  /** A large page has it in the TLB: no miss. */
  #hasLarge(low: number): boolean {
    return this.large.find(low, 0, LARGE) !== NO_ENTRY;
  }

  /** `at` is below 4 GiB. */
  #inRam(at: number): boolean {
    const page = at >>> 12;
    return page < this.pages.length && ((this.pages[page] as number) & PAGE_MMIO) === 0;
  }

  /** To be called when entries may mean something else, and when the flags of a page changed. */
  clear(): void {
    this.#places.fill(0);
  }
}

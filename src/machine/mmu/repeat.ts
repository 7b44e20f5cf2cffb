/**
 * Walks that come again. After a flush the processor asks for the pages that it had before, and most tables are what they were: then the
 * walk has nothing to find out. Each place of the front remembers its page's last walk:
 *
 *     page │ entry 2 at, value │ entry 1 at, value │ kinds of access │ place in the TLB           eight int32
 *
 * A walk may be left out when both entries lie where they lay and are what they were (marked accessed, and dirty for a write), and when
 * the translation would take the place that it had. What the model counts and charges is the same. It adds nothing to the model: it
 * serves tables of two levels of 4-byte entries and first-level TLBs without PCIDs; all else walks.
 */
import { PAGE_MMIO } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import { EVENT, type Trace } from "../trace.ts";
import type { Front } from "./front.ts";
import type { Paging } from "./paging.ts";
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
const MISSING = -1;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const SMALLEST = SMALL;
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
    this.price = REFERENCES * parts.profile.walkReference;
  }

  /** A miss whose walk need not be done: all that it would do is, and its page's address is returned. −1 when there must be a walk. */
  again(low: number, access: number): number {
    const places = this.#places;
    const at = (low >>> PLACE_SHIFT) & PLACE_MASK;
    if (places[at] !== ((low & PAGE_MASK) | KNOWN)) return MISSING;
    const { view } = this;
    const directoryAt = places[at + DIRECTORY_AT] as number;
    const table = places[at + TABLE] as number;
    const kinds = places[at + KINDS] as number;
    if (
      directoryAt !== this.paging.root + ((low >>> DIRECTORY_SHIFT) & DIRECTORY_MASK) ||
      view.getInt32(directoryAt, true) !== places[at + DIRECTORY] ||
      view.getInt32(places[at + TABLE_AT] as number, true) !== table ||
      ((kinds >> access) & 1) === 0 ||
      (this.tlbs.largest !== SMALLEST && this.#hasLarge(low)) ||
      !this.tlb.renew(places[at + ENTRY] as number, low, (kinds & GLOBAL) !== 0)
    )
      return MISSING;
    const { counts, miss, clock } = this;
    counts[miss] = (counts[miss] as number) + 1;
    counts[WALK] = (counts[WALK] as number) + 1;
    counts[WALK_REFERENCE] = (counts[WALK_REFERENCE] as number) + REFERENCES;
    clock.left = (clock.left - this.price) | 0;
    const base = table & PAGE_MASK;
    const direct = (kinds >> DIRECT_SHIFT) & EIGHT;
    if (direct !== 0) this.front.fill(low, 0, base, direct);
    return base;
  }

  /**
   * After a walk of two steps to a 4-KiB page, which then went to `entry` of the TLB. `kinds`: that its rights permit with nothing left
   * to mark; `direct`: that its front may answer.
   */
  remember(walk: Walk, low: number, entry: number, kinds: number, direct: number, global: boolean): void {
    const { address, low: values } = walk;
    const directoryAt = address[0] as number;
    const tableAt = address[1] as number;
    const table = values[1] as number;
    const places = this.#places;
    const at = (low >>> PLACE_SHIFT) & PLACE_MASK;
    const inRam = this.#inRam(directoryAt) && this.#inRam(tableAt) && this.#inRam(table >>> 0);
    places[at] = inRam ? (low & PAGE_MASK) | KNOWN : 0;
    places[at + DIRECTORY_AT] = directoryAt;
    places[at + DIRECTORY] = values[0] as number;
    places[at + TABLE_AT] = tableAt;
    places[at + TABLE] = table;
    places[at + KINDS] = (global ? GLOBAL : 0) | (direct << DIRECT_SHIFT) | (kinds & EIGHT);
    places[at + ENTRY] = entry;
  }

  /** A large page has it in the TLB: no miss. */
  #hasLarge(low: number): boolean {
    return this.large.find(low, 0, LARGE) !== NO_ENTRY;
  }

  #inRam(at: number): boolean {
    const page = Math.floor(at / 4096);
    return page < this.pages.length && ((this.pages[page] as number) & PAGE_MMIO) === 0;
  }

  /** To be called when entries may mean something else, and when the flags of a page changed. */
  clear(): void {
    this.#places.fill(0);
  }
}

/**
 * Walks that come again. After a flush the processor asks for the pages that it had before, and most tables are what they were: then the
 * walk has nothing to find out. Each place of the front remembers its page's last walk:
 *
 *     page │ entry 2 at, value │ entry 1 at, value │ rights │ place in the TLB           eight int32
 *
 * A walk may be left out when both entries lie where they lay and are what they were (marked accessed, and dirty for a write), and when
 * the translation would take the place that it had. What the model counts and charges is the same. It adds nothing to the model: it
 * serves tables of two levels of 4-byte entries and first-level TLBs without PCIDs; all else walks.
 */
import { type Bus, PAGE_MMIO } from "../bus.ts";
import type { Paging } from "./paging.ts";
import type { Tlb } from "./tlb.ts";
import type { Walk } from "./walk.ts";

const PLACES = 256;
const STRIDE = 8;
const DIRECTORY_AT = 1;
const DIRECTORY = 2;
const TABLE_AT = 3;
const TABLE = 4;
const RIGHTS = 5;
const ENTRY = 6;
/** A page's bits, and one that tells a page from nothing. */
const PAGE_MASK = -4096;
const KNOWN = 1;
/** A page number's low bits, times STRIDE; a directory index, times 4. */
const PLACE_SHIFT = 9;
const PLACE_MASK = (PLACES - 1) * STRIDE;
const DIRECTORY_SHIFT = 20;
const DIRECTORY_MASK = 0xffc;
/** No rights: the page must be walked for. */
export const UNKNOWN = -1;
const WALK = UNKNOWN;

export class RepeatedWalks {
  readonly #places = new Int32Array(PLACES * STRIDE);
  declare private readonly view: DataView;
  declare private readonly pages: Uint8Array;
  declare private readonly paging: Paging;
  declare private readonly tlb: Tlb;

  /** `tlb`: where the translations of 4-KiB pages go. */
  constructor({ view, pages }: Pick<Bus, "view" | "pages">, paging: Paging, tlb: Tlb) {
    this.view = view;
    this.pages = pages;
    this.paging = paging;
    this.tlb = tlb;
  }

  /** Puts a page's translation back into the TLB as its walk would, and returns its rights; UNKNOWN when there must be a walk. */
  again(low: number, access: number): number {
    const places = this.#places;
    const at = (low >>> PLACE_SHIFT) & PLACE_MASK;
    if (places[at] !== ((low & PAGE_MASK) | KNOWN)) return WALK;
    const { view, paging } = this;
    const directoryAt = places[at + DIRECTORY_AT] as number;
    if (directoryAt !== paging.root + ((low >>> DIRECTORY_SHIFT) & DIRECTORY_MASK)) return WALK;
    if (view.getInt32(directoryAt, true) !== places[at + DIRECTORY]) return WALK;
    if (view.getInt32(places[at + TABLE_AT] as number, true) !== places[at + TABLE]) return WALK;
    const rights = places[at + RIGHTS] as number;
    if ((((paging.kinds[rights] as number) >> access) & 1) === 0) return WALK;
    return this.tlb.renew(places[at + ENTRY] as number, low, rights) ? rights : WALK;
  }

  /** Physical address of a page that again() knew. */
  base(low: number): number {
    return (this.#places[((low >>> PLACE_SHIFT) & PLACE_MASK) + TABLE] as number) & PAGE_MASK;
  }

  /** After a walk of two steps to a 4-KiB page, which then went to `entry` of the TLB. */
  remember(walk: Walk, low: number, rights: number, entry: number): void {
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
    places[at + RIGHTS] = rights;
    places[at + ENTRY] = entry;
  }

  #inRam(at: number): boolean {
    const page = Math.floor(at / 4096);
    return page < this.pages.length && ((this.pages[page] as number) & PAGE_MMIO) === 0;
  }

  /** To be called when entries may mean something else, or lie in something else than RAM. */
  clear(): void {
    this.#places.fill(0);
  }
}

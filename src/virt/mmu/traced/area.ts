/**
 * Where the monitor's own pages lie in tables of a format. A table through which one of them is reached cannot serve at another place of
 * the address space: it has a number, by its level and place, and its slots lead on to tables with numbers.
 *
 *     root 1 ──slot 1023──▶ table 1 ──slot 1023──▶ the page            all other slots: 0, none of the monitor's pages below
 */
import type { EntryFormat } from "../../../machine/mmu/formats/format.ts";
import type { AreaPage } from "../pager.ts";
import { indexOf } from "../tables.ts";

const TWO32 = 4294967296;
/** Numbers have four bits in a table's key (table.ts). */
const MOST = 15;
const SLOTS = 1024;
const PAGE_MASK = -4096;

export class Area {
  /** Of each level from 1: the places, as the address bits above the level's tables; a place's number is its index plus 1. */
  readonly places: readonly string[][];
  readonly #slots = new Map<number, number[]>();
  readonly #below = new Map<number, number>();
  readonly #pages = new Map<number, AreaPage>();
  readonly #addresses: { readonly low: number; readonly high: number }[] = [];
  readonly #format: EntryFormat;

  /** Throws an Error when the pages are spread over more tables than there are numbers. */
  constructor(format: EntryFormat, pages: readonly AreaPage[]) {
    this.#format = format;
    this.places = Array.from({ length: format.depth + 1 }, () => []);
    for (const page of pages) {
      const low = page.at | 0;
      // Formats of two levels translate 32 bits.
      const high = format.depth > 2 ? Math.floor(page.at / TWO32) : 0;
      this.#addresses.push({ low: low & PAGE_MASK, high });
      let below = 0;
      for (let level = 1; level <= format.depth; level++) {
        const number = this.#number(level, low, high);
        const index = indexOf(format, level, low, high);
        const slot = slotKey(level, number, index);
        const table = (level << 4) | number;
        this.#slots.set(table, [...(this.#slots.get(table) ?? []), index]);
        if (level === 1) this.#pages.set(slot, page);
        else this.#below.set(slot, below);
        below = number;
      }
    }
  }

  /** Number of the root for an address. */
  rootOf(low: number, high: number): number {
    const { depth } = this.#format;
    return (this.places[depth] as string[]).indexOf(this.#place(depth, low, high)) + 1;
  }

  /** Number of the table below a slot of a table at a level above 1. */
  below(level: number, number: number, index: number): number {
    return number === 0 ? 0 : (this.#below.get(slotKey(level, number, index)) ?? 0);
  }

  /** The monitor's page in a slot of a level-1 table. */
  page(number: number, index: number): AreaPage | undefined {
    return number === 0 ? undefined : this.#pages.get(slotKey(1, number, index));
  }

  /** The slots of a table that are the monitor's. */
  slots(level: number, number: number): readonly number[] {
    return number === 0 ? [] : (this.#slots.get((level << 4) | number) ?? []);
  }

  covers(low: number, high: number): boolean {
    const page = low & PAGE_MASK;
    for (const one of this.#addresses) if (one.low === page && one.high === high) return true;
    return false;
  }

  #number(level: number, low: number, high: number): number {
    const places = this.places[level] as string[];
    const place = this.#place(level, low, high);
    const known = places.indexOf(place);
    if (known >= 0) return known + 1;
    if (places.length === MOST)
      throw new Error(`the monitor's own pages lie in more than ${MOST} tables of level ${level}`);
    return places.push(place);
  }

  /** The indices above a table: one table, one place. PAE's four roots are told apart by the bits above them. */
  #place(level: number, low: number, high: number): string {
    const { depth, shifts, indexMask } = this.#format;
    const upper: number[] = [];
    for (let one = level + 1; one <= depth; one++) upper.push(indexOf(this.#format, one, low, high));
    const root = (shifts[depth] as number) + Math.log2(indexMask + 1);
    return `${root < 32 ? low >>> root : 0}/${upper.join("/")}`;
  }
}

function slotKey(level: number, number: number, index: number): number {
  return ((level << 4) | number) * SLOTS + index;
}

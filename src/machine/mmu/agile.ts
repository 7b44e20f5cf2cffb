/**
 * A walk that begins in shadow tables and goes on in the guest's own: the hardware of agile paging (Gandhi, Hill and Swift, ISCA 2016). An
 * entry of a shadow that has the bit SWITCH holds the host-physical address of a table of the guest's; from there on what entries hold is
 * guest-physical, and goes through the monitor's nested tables:
 *
 *     shadow root ─▶ shadow entry ─▶ shadow entry, SWITCH ─▶ guest's entry ──nested tables──▶ page
 *         1              2                  3                    4            5 6 7 8          references, of four levels and four
 *
 * Switched at the last level that makes 8 references, then 12, 16 and 20 (section III; Table II there); a walk that is never switched makes 4.
 * Nothing of such walks is kept in page-walk caches or in a nested TLB.
 */
import type { EntryFormat } from "./formats/format.ts";
import type { Paging } from "./paging.ts";
import type { References } from "./references.ts";
import { isWrite, RIGHT_DIRTY, RIGHT_EXECUTE, RIGHT_WRITE } from "./rights.ts";
import { sizeWithin } from "./tlb.ts";
import { LEAF, type TableMemory, Walk } from "./walk.ts";

/** In a shadow's entry for a table: a bit that the formats leave to software. */
export const SWITCH = 1 << 10;

/** The monitor's tables from guest-physical to host-physical. */
export interface AgileTables {
  readonly format: EntryFormat;
  readonly root: number;
}

const TWO32 = 4294967296;
const UPPER_HALF = 4;
const MOST_ENTRIES = 8;
/** Where a walk is: in the shadow, at the first table of the guest's, or beyond. */
const SHADOW = 0;
const SWITCHED = 1;
const NESTED = 2;

export class Agile implements TableMemory {
  rights = 0;
  base = 0;
  size = 0;
  /** It is a piece of a larger page of the guest's. */
  fractured = false;
  error = 0;
  readonly #nested: AgileTables;
  readonly #tables: TableMemory;
  readonly #references: References;
  readonly #walk = new Walk();
  readonly #second = new Walk();
  readonly #at = new Float64Array(MOST_ENTRIES);
  readonly #host = new Float64Array(MOST_ENTRIES);
  readonly #writable = new Uint8Array(MOST_ENTRIES);
  #entries = 0;
  #where = SHADOW;
  #twoHalves = false;
  /** The nested tables have refused. */
  #refused = false;
  #nestedRights = 0;
  #nestedShift = 0;

  constructor(nested: AgileTables, tables: TableMemory, references: References) {
    this.#nested = nested;
    this.#tables = tables;
    this.#references = references;
  }

  /** As Nested.translate(); what the nested tables refuse is a page that is not present. */
  translate(paging: Paging, shifts: Int32Array, low: number, high: number, access: number): boolean {
    const { format, kinds } = paging;
    const walk = this.#walk;
    const root = paging.rootOf(low);
    this.error = 0;
    if (root < 0) return false;
    this.#entries = 0;
    this.#where = SHADOW;
    this.#refused = false;
    this.#twoHalves = format.entryBytes === 8;
    walk.run(format, this, root, low, high, true);
    if (this.#refused) return false;
    this.error = walk.error;
    if (!walk.allows(format, kinds, access)) return false;
    let rights = walk.rights(format);
    this.error = 0;
    const write = isWrite(access);
    walk.markLeaf(format, this, write);
    if (this.#refused) return false;
    if (write) rights |= RIGHT_DIRTY;
    const shift = format.shifts[walk.level] as number;
    const page = walk.base(format) + ((low & ((1 << shift) - 1)) >>> 0);
    if (this.#where === SHADOW) {
      this.#found(shifts, page, rights, shift, shift);
      return true;
    }
    const host = this.#toHost(page);
    if (this.#refused || (write && (this.#nestedRights & RIGHT_WRITE) === 0)) return false;
    const writable = (this.#nestedRights & RIGHT_WRITE) !== 0 ? -1 : ~RIGHT_DIRTY;
    const executable = (this.#nestedRights & RIGHT_EXECUTE) !== 0 ? -1 : ~RIGHT_EXECUTE;
    this.#found(shifts, host, rights & writable & executable, shift, this.#nestedShift);
    return true;
  }

  readEntry(at: number): number {
    if (this.#twoHalves && (at & 7) === UPPER_HALF)
      return this.#tables.readEntry((this.#host[this.#entries - 1] as number) + UPPER_HALF);
    const host = this.#where === NESTED ? this.#toHost(at) : at;
    if (this.#refused) return 0;
    const index = this.#entries++;
    this.#at[index] = at;
    this.#host[index] = host;
    this.#writable[index] = this.#where !== NESTED || (this.#nestedRights & RIGHT_WRITE) !== 0 ? 1 : 0;
    this.#references.guest(host);
    const entry = this.#tables.readEntry(host);
    if (this.#where === SWITCHED) this.#where = NESTED;
    else if (this.#where === SHADOW && (entry & SWITCH) !== 0) this.#where = SWITCHED;
    return entry;
  }

  /** Marks an entry of this walk's. */
  writeEntry(at: number, value: number): void {
    let index = this.#entries - 1;
    while (this.#at[index] !== at) index--;
    if (this.#writable[index] === 0) this.#refused = true;
    else this.#tables.writeEntry(this.#host[index] as number, value);
  }

  /** Host-physical address of a guest-physical one, or `#refused`. */
  #toHost(at: number): number {
    const { format, root } = this.#nested;
    const walk = this.#second;
    const low = at | 0;
    if (walk.run(format, this.#tables, root, low, Math.floor(at / TWO32), false) !== LEAF)
      this.#refused = true;
    this.#references.nested(walk);
    if (this.#refused) return 0;
    this.#nestedRights = walk.rights(format);
    this.#nestedShift = format.shifts[walk.level] as number;
    return walk.base(format) + ((low & ((1 << this.#nestedShift) - 1)) >>> 0);
  }

  /** The largest page of the TLBs' that neither side cuts. */
  #found(shifts: Int32Array, host: number, rights: number, guestShift: number, nestedShift: number): void {
    const size = sizeWithin(shifts, Math.min(guestShift, nestedShift));
    this.rights = rights;
    this.size = size;
    this.fractured = (shifts[size] as number) < guestShift;
    this.base = host - (host % 2 ** (shifts[size] as number));
  }
}

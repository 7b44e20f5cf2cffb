/**
 * Two-dimensional translation: each address that the guest's own tables hold is guest-physical, and goes through the monitor's tables
 * (EPT, SDM Vol. 3, 28.2; NPT, AMD APM Vol. 2, 15.25) before memory is read. With g guest levels and n nested ones a walk makes
 * (g + 1)(n + 1) − 1 references (Bhargava et al., ASPLOS 2008, Figure 1):
 *
 *                    nested: nL4 nL3 nL2 nL1   guest's entry
 *     CR3 ─▶ gL4 ─▶    1   2   3   4   ─▶   5
 *            gL3 ─▶    6   7   8   9   ─▶  10
 *            gL2 ─▶   11  12  13  14   ─▶  15
 *            gL1 ─▶   16  17  18  19   ─▶  20
 *            page ─▶  21  22  23  24   ─▶  host-physical address
 *
 * A nested walk that does not permit what is asked is an EPT violation, one over entries that cannot be is an EPT misconfiguration: both
 * leave the guest. The guest's own faults stay its own.
 */
import type { EntryFormat } from "./formats/format.ts";
import type { Paging } from "./paging.ts";
import type { References } from "./references.ts";
import {
  accessTable,
  ERROR_PRESENT,
  ERROR_RESERVED,
  isWrite,
  RIGHT_DIRTY,
  RIGHT_EXECUTE,
  RIGHT_READ,
  RIGHT_USER,
  RIGHT_WRITE,
  USER_FETCH,
  USER_READ,
  USER_WRITE,
} from "./rights.ts";
import { HOLE, LEAF, RESERVED, type TableMemory, Walk } from "./walk.ts";

/** The monitor's tables, and what happens where they refuse. */
export interface SecondDimension {
  readonly format: EntryFormat;
  /** Host-physical address of the root. */
  readonly root: number;
  /** Reading an entry of the guest's tables counts as writing it: NPT, and EPT with accessed and dirty flags (28.2.4; APM 15.25.5). */
  readonly tablesAreWritten: boolean;
  /** Entries that are wrong in a way that reserved bits do not tell. */
  misconfigured?(low: number, isLeaf: boolean): boolean;
  /** Leaves the guest: throws. */
  refuse(refusal: Refusal): never;
}

/** An address that the second dimension did not translate; there is one object, filled in anew. */
export interface Refusal {
  /** Guest-physical address. */
  readonly low: number;
  readonly high: number;
  /** USER_READ, USER_WRITE or USER_FETCH. */
  readonly access: number;
  /** HOLE or LEAF: a violation; RESERVED: a misconfiguration. */
  readonly outcome: number;
  /** RIGHT_… that the walk grants; 0 for a hole. */
  readonly rights: number;
  /** The linear address that was being translated … */
  readonly linearLow: number;
  readonly linearHigh: number;
  /** … was already: the access is to the page itself, and not to a table of the guest's. */
  readonly final: boolean;
}

const TWO32 = 4294967296;
const UPPER_HALF = 4;
/** More entries than one walk reads; loads of PDPTEs, which are none, go round. */
const MOST_ENTRIES = 8;
const USER = { writeProtect: true, smep: false, smap: false };
const ALL_RIGHTS = RIGHT_READ | RIGHT_WRITE | RIGHT_USER | RIGHT_EXECUTE | RIGHT_DIRTY;

export class Nested implements TableMemory {
  /** Of the last walk that found its page: RIGHT_… of both dimensions, physical address, size as an index of the TLBs' shifts. */
  rights = 0;
  base = 0;
  size = 0;
  /** Error code's P and RSVD of the last walk that did not. */
  error = 0;
  readonly #second: SecondDimension;
  readonly #tables: TableMemory;
  readonly #references: References;
  readonly #guest = new Walk();
  readonly #walk = new Walk();
  readonly #kinds = accessTable(USER);
  /** Whether the guest's entries have two halves, of which the second is no reference of its own. */
  #twoHalves = false;
  /** The guest's entries read since the walk began: guest-physical and host-physical address, RIGHT_… of the nested walk. */
  readonly #guestAt = new Float64Array(MOST_ENTRIES);
  readonly #hostAt = new Float64Array(MOST_ENTRIES);
  readonly #granted = new Int32Array(MOST_ENTRIES);
  #entries = 0;
  #linearLow = 0;
  #linearHigh = 0;
  /** Of the last nested walk. */
  #nestedRights = 0;
  #nestedShift = 0;

  /** `tables`: the host's memory. */
  constructor(second: SecondDimension, tables: TableMemory, references: References) {
    this.#second = second;
    this.#tables = tables;
    this.#references = references;
  }

  /** Both dimensions. False: a page fault of the guest's, `error` tells. Throws what SecondDimension.refuse throws. */
  translate(paging: Paging, shifts: Int32Array, low: number, high: number, access: number): boolean {
    this.#linearLow = low;
    this.#linearHigh = high;
    this.#entries = 0;
    let rights = ALL_RIGHTS;
    let guestShift = 0;
    let page = low >>> 0;
    const write = isWrite(access);
    if (paging.enabled) {
      const { format, kinds } = paging;
      const walk = this.#guest;
      const root = paging.rootOf(low);
      this.error = 0;
      if (root < 0) return false;
      this.#twoHalves = format.entryBytes === 8;
      const outcome = walk.run(format, this, root, low, high, true);
      this.error = outcome === HOLE ? 0 : ERROR_PRESENT | ERROR_RESERVED;
      if (outcome !== LEAF) return false;
      this.error = ERROR_PRESENT;
      rights = walk.rights(format);
      if ((((kinds[rights] as number) >> (access + 8)) & 1) === 0) return false;
      walk.markLeaf(format, this, write);
      if (write) rights |= RIGHT_DIRTY;
      guestShift = format.shifts[walk.level] as number;
      page = walk.base(format) + ((low & ((1 << guestShift) - 1)) >>> 0);
    }
    const kind = access >= USER_FETCH ? USER_FETCH : write ? USER_WRITE : USER_READ;
    const host = this.#toHost(page | 0, Math.floor(page / TWO32), kind, true);
    this.#combine(shifts, host, rights, paging.enabled ? guestShift : this.#nestedShift);
    return true;
  }

  /** The largest page of the TLBs' that neither dimension cuts. */
  #combine(shifts: Int32Array, host: number, rights: number, guestShift: number): void {
    const least = Math.min(guestShift, this.#nestedShift);
    let size = shifts.length - 1;
    while (size > 0 && (shifts[size] as number) > least) size--;
    const nested = this.#nestedRights;
    const kept = rights & ~(RIGHT_EXECUTE | RIGHT_DIRTY) & ((nested & RIGHT_READ) !== 0 ? -1 : ~RIGHT_READ);
    // Without the right to write the page counts as not dirty: a write then walks, and finds out whose the fault is.
    const writable = (nested & RIGHT_WRITE) !== 0 && (nested & RIGHT_DIRTY) !== 0;
    this.rights = kept | (rights & nested & RIGHT_EXECUTE) | (writable ? rights & RIGHT_DIRTY : 0);
    this.size = size;
    const bytes = 2 ** (shifts[size] as number);
    this.base = host - (host % bytes);
  }

  readEntry(at: number): number {
    if (this.#twoHalves && (at & 7) === UPPER_HALF)
      return this.#tables.readEntry((this.#hostAt[this.#entries - 1] as number) + UPPER_HALF);
    const kind = this.#second.tablesAreWritten ? USER_WRITE : USER_READ;
    const host = this.#toHost(at | 0, Math.floor(at / TWO32), kind, false);
    if (this.#entries === MOST_ENTRIES) this.#entries = 0;
    this.#guestAt[this.#entries] = at;
    this.#hostAt[this.#entries] = host;
    this.#granted[this.#entries++] = this.#nestedRights;
    this.#references.guest(host);
    return this.#tables.readEntry(host);
  }

  /** Marks an entry of this walk's: its address is at hand, the right to write it must be. */
  writeEntry(at: number, value: number): void {
    let entry = this.#entries - 1;
    while (this.#guestAt[entry] !== at) entry--;
    const granted = this.#granted[entry] as number;
    if ((granted & RIGHT_WRITE) === 0)
      this.#refuse(at | 0, Math.floor(at / TWO32), USER_WRITE, LEAF, granted, false);
    this.#tables.writeEntry(this.#hostAt[entry] as number, value);
  }

  /** Host-physical address of a guest-physical one. */
  #toHost(low: number, high: number, access: number, final: boolean): number {
    const second = this.#second;
    const { format } = second;
    const walk = this.#walk;
    const outcome = walk.run(format, this.#tables, second.root, low, high, false);
    for (let step = 0; step < walk.references; step++) this.#references.nested(walk.address[step] as number);
    if (outcome === RESERVED || this.#misconfigured(outcome))
      this.#refuse(low, high, access, RESERVED, 0, final);
    if (outcome === HOLE) this.#refuse(low, high, access, HOLE, 0, final);
    const rights = walk.rights(format);
    if ((((this.#kinds[rights] as number) >> (access + 8)) & 1) === 0)
      this.#refuse(low, high, access, LEAF, rights, final);
    const write = access === USER_WRITE;
    if (format.accessed !== 0) walk.markAll(format, this.#tables, write);
    this.#nestedRights = write ? rights | RIGHT_DIRTY : rights;
    this.#nestedShift = format.shifts[walk.level] as number;
    return walk.base(format) + ((low & ((1 << this.#nestedShift) - 1)) >>> 0);
  }

  /** Of the entries read, up to the first that is a hole. */
  #misconfigured(outcome: number): boolean {
    const { misconfigured } = this.#second;
    if (misconfigured === undefined) return false;
    const { references, low } = this.#walk;
    const last = references - 1;
    for (let step = 0; step < references; step++) {
      if (step === last && outcome === HOLE) return false;
      if (misconfigured(low[step] as number, step === last)) return true;
    }
    return false;
  }

  #refuse(low: number, high: number, access: number, outcome: number, rights: number, final: boolean): never {
    throw this.#second.refuse({
      ...{ low, high, access, outcome, rights, final },
      ...{ linearLow: this.#linearLow, linearHigh: this.#linearHigh },
    });
  }
}

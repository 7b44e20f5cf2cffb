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
import type { StructureCaches } from "./structure-cache.ts";
import { LARGE, NO_ENTRY, sizeWithin } from "./tlb.ts";
import type { Tlbs } from "./tlbs.ts";
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

export interface NestedParts {
  readonly second: SecondDimension;
  /** The host's memory. */
  readonly tables: TableMemory;
  readonly tlbs: Tlbs;
  readonly references: References;
}

export class Nested implements TableMemory {
  /** Of the last walk that found its page: RIGHT_… of both dimensions, physical address, size as an index of the TLBs' shifts. */
  rights = 0;
  base = 0;
  size = 0;
  /** It is a piece of a larger page of the guest's. */
  fractured = false;
  /** Error code's P and RSVD of the last walk that did not. */
  error = 0;
  readonly #second: SecondDimension;
  readonly #tables: TableMemory;
  readonly #tlbs: Tlbs;
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
  #nestedBase = 0;

  constructor({ second, tables, tlbs, references }: NestedParts) {
    this.#second = second;
    this.#tables = tables;
    this.#tlbs = tlbs;
    this.#references = references;
    tlbs.nestedShifts[LARGE] = second.format.shifts[2] as number;
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
      const { format } = paging;
      const walk = this.#guest;
      const root = paging.rootOf(low);
      this.error = 0;
      if (root < 0) return false;
      this.#twoHalves = format.entryBytes === 8;
      if (!this.#walkGuest(paging, root, low, high, access)) return false;
      rights = walk.rights(format);
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

  /** Through the guest's own tables; marks what leads to tables. False: a page fault. */
  #walkGuest(paging: Paging, root: number, low: number, high: number, access: number): boolean {
    const { format, kinds } = paging;
    const { structures } = this.#tlbs;
    const walk = this.#guest;
    let level = structures === undefined ? 0 : structures.begin(format, walk, low, high);
    if (level !== 0) {
      this.#references.structureHit();
      walk.descend(format, this, level, (structures as StructureCaches).table, low, high, true);
      if (!walk.allows(format, kinds, access)) level = 0;
    }
    if (level === 0) {
      this.#entries = 0;
      walk.run(format, this, root, low, high, true);
      this.error = walk.error;
      if (!walk.allows(format, kinds, access)) return false;
    }
    structures?.fill(format, walk, low, high);
    return true;
  }

  /** The largest page of the TLBs' that neither dimension cuts. */
  #combine(shifts: Int32Array, host: number, rights: number, guestShift: number): void {
    const size = sizeWithin(shifts, Math.min(guestShift, this.#nestedShift));
    const nested = this.#nestedRights;
    const kept = rights & ~(RIGHT_EXECUTE | RIGHT_DIRTY) & ((nested & RIGHT_READ) !== 0 ? -1 : ~RIGHT_READ);
    // Without the right to write the page counts as not dirty: a write then walks, and finds out whose the fault is.
    const writable = (nested & RIGHT_WRITE) !== 0 && (nested & RIGHT_DIRTY) !== 0;
    this.rights = kept | (rights & nested & RIGHT_EXECUTE) | (writable ? rights & RIGHT_DIRTY : 0);
    this.size = size;
    this.fractured = (shifts[size] as number) < guestShift;
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
    const write = access === USER_WRITE;
    // The translations of the pages themselves are in the TLBs; these are those of the guest's tables.
    if (!final && this.#known(low, high, access))
      return this.#nestedBase + ((low & ((1 << this.#nestedShift) - 1)) >>> 0);
    const { format } = this.#second;
    const { nestedStructures, nested } = this.#tlbs;
    const walk = this.#walk;
    this.#walkNested(low, high, access, final);
    if (format.accessed !== 0) walk.markAll(format, this.#tables, write);
    nestedStructures?.fill(format, walk, low, high);
    const rights = walk.rights(format);
    this.#nestedRights = write ? rights | RIGHT_DIRTY : rights;
    this.#nestedShift = format.shifts[walk.level] as number;
    this.#nestedBase = walk.base(format);
    if (!final) nested?.put(low, high, walk.level - 1, this.#nestedRights, this.#nestedBase);
    return this.#nestedBase + ((low & ((1 << this.#nestedShift) - 1)) >>> 0);
  }

  /** The nested TLB has it, with nothing left to mark. */
  #known(low: number, high: number, access: number): boolean {
    const { nested, nestedShifts } = this.#tlbs;
    if (nested === undefined) return false;
    for (let size = 0; size < nestedShifts.length; size++) {
      const entry = nested.find(low, high, size);
      if (entry === NO_ENTRY) continue;
      const rights = nested.rights(entry);
      if ((((this.#kinds[rights] as number) >> access) & 1) === 0) {
        nested.remove(entry);
        return false;
      }
      this.#references.nestedTlbHit();
      this.#nestedRights = rights;
      this.#nestedShift = nestedShifts[size] as number;
      this.#nestedBase = nested.base(entry);
      return true;
    }
    return false;
  }

  /** Through the monitor's tables, which have the last word over what is cached of them. Throws what refuses. */
  #walkNested(low: number, high: number, access: number, final: boolean): void {
    const { format, root } = this.#second;
    const { nestedStructures } = this.#tlbs;
    const walk = this.#walk;
    const level = nestedStructures === undefined ? 0 : nestedStructures.begin(format, walk, low, high);
    if (level !== 0) {
      this.#references.structureHit();
      walk.descend(
        format,
        this.#tables,
        level,
        (nestedStructures as StructureCaches).table,
        low,
        high,
        false,
      );
      this.#references.nested(walk);
      if (!this.#misconfigured() && walk.allows(format, this.#kinds, access)) return;
    }
    walk.run(format, this.#tables, root, low, high, false);
    this.#references.nested(walk);
    if (!this.#misconfigured() && walk.allows(format, this.#kinds, access)) return;
    const outcome = this.#misconfigured() ? RESERVED : walk.outcome;
    this.#refuse(low, high, access, outcome, outcome === LEAF ? walk.rights(format) : 0, final);
  }

  /** Of the entries read, up to the first that is a hole. */
  #misconfigured(): boolean {
    const { misconfigured } = this.#second;
    const { references, low, outcome } = this.#walk;
    if (outcome === RESERVED) return true;
    if (misconfigured === undefined) return false;
    const last = references - 1;
    for (let step = 0; step < references; step++) {
      if (step === last && outcome === HOLE) return false;
      if (misconfigured(low[step] as number, step === last)) return true;
    }
    return false;
  }

  /** What is cached of the guest-physical address goes (28.3.3.1). */
  #refuse(low: number, high: number, access: number, outcome: number, rights: number, final: boolean): never {
    this.#tlbs.forgetGuestPhysical(this.#second.format, low, high);
    throw this.#second.refuse({
      ...{ low, high, access, outcome, rights, final },
      ...{ linearLow: this.#linearLow, linearHigh: this.#linearHigh },
    });
  }
}

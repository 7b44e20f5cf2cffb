/**
 * From linear to physical addresses through the modelled TLBs, charging what each step costs:
 *
 *     first level ── hit ─▶ nothing
 *        │ miss
 *     second level ─ hit ─▶ stlbHit
 *        │ miss
 *     walk ───────────────▶ each entry read, from the root or from where a paging-structure cache (structure-cache.ts) lets it begin
 */
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { EVENT, type Trace } from "../trace.ts";
import { Agile, type AgileTables } from "./agile.ts";
import { DIRECT_KINDS } from "./direct.ts";
import { Lookaside } from "./lookaside.ts";
import { Nested, type SecondDimension } from "./nested.ts";
import { FLUSH_ALL, KEEP, Paging } from "./paging.ts";
import { References } from "./references.ts";
import { RepeatedWalks, VACANT } from "./repeat.ts";
import { accessError, RIGHT_DIRTY, USER_FETCH } from "./rights.ts";
import { NO_EPT } from "./spaces.ts";
import { StraightMisses } from "./straight.ts";
import type { StructureCaches } from "./structure-cache.ts";
import { LARGE, NO_ENTRY, SMALL, type Tlb } from "./tlb.ts";
import { type TableMemory, Walk } from "./walk.ts";

const TWO32 = 4294967296;
const PAGE_OFFSET = 0xfff;
const ALL_KINDS = 0xff;
/** No physical address. */
export const FAULT = -1;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const ITLB_MISS = EVENT.itlbMiss;
const DTLB_MISS = EVENT.dtlbMiss;
const STLB_HIT = EVENT.stlbHit;
const NO_ADDRESS = FAULT;
const HOLE_FOUND = VACANT;
const DIRECT = DIRECT_KINDS;
const FETCHES = USER_FETCH;
const SMALLEST = SMALL;
const NOWHERE = NO_ENTRY;
const DIRTY = RIGHT_DIRTY;

export interface TranslationParts {
  readonly tables: TableMemory;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly profile: CostProfile;
  /** PAGE_… flags of each page of RAM. */
  readonly pages: Uint8Array;
  /** All of RAM. */
  readonly view: DataView;
  /** Kinds of access that may go straight to what lies beyond RAM; none unless said. */
  readonly beyond?: number;
}

export class Translation extends Lookaside {
  declare readonly paging: Paging;
  /** 64-bit mode. */
  wide = false;
  /** Error code of the last FAULT. */
  error = 0;

  readonly #walk = new Walk();
  /** Size of the page that the last walk found. */
  #size = SMALLEST;
  /** Paging is of the kind that RepeatedWalks knows. */
  #repeats = false;
  /** In a guest under EPT or NPT. */
  #nested: Nested | null = null;
  #second: SecondDimension | null = null;
  /** Walks begin in shadow tables, and may go on under these. */
  #agile: Agile | null = null;
  readonly #references: References;
  declare private readonly codeWalks: RepeatedWalks;
  declare readonly dataWalks: RepeatedWalks;
  declare private readonly tables: TableMemory;
  declare private readonly clock: Clock;
  declare private readonly stlbHit: number;
  declare private readonly pages: Uint8Array;
  declare private readonly ram: number;
  declare private readonly beyond: number;
  declare readonly straight: StraightMisses;

  constructor(parts: TranslationParts) {
    const { tables, clock, trace, profile, pages } = parts;
    super(profile, trace);
    this.tables = tables;
    this.clock = clock;
    this.#references = new References(clock, trace, profile);
    this.stlbHit = profile.stlbHit;
    this.pages = pages;
    this.ram = pages.length * 4096;
    this.beyond = parts.beyond ?? 0;
    this.paging = new Paging(profile, tables);
    const { paging, tlbs } = this;
    const code = { level: tlbs.instruction, front: this.code, miss: ITLB_MISS, fetches: true };
    const data = { level: tlbs.data, front: this.data, miss: DTLB_MISS, fetches: false };
    this.codeWalks = new RepeatedWalks({ ...parts, paging, tlbs, ...code });
    this.dataWalks = new RepeatedWalks({ ...parts, paging, tlbs, ...data });
    this.straight = new StraightMisses({ ...parts, paging, tlbs, front: this.data });
  }

  /**
   * Physical address of (low, high) for an access of a kind (rights.ts), or FAULT: `error` is then the error code of the page
   * fault. Fills the front.
   */
  translate(low: number, high: number, access: number): number {
    if (access >= FETCHES) this.codeVersion++;
    const page = (access >= FETCHES ? this.codeWalks : this.dataWalks).again(low, access);
    return page >= 0 ? page + (low & PAGE_OFFSET) : this.translateAfter(page, low, high, access);
  }

  /** The rest of translate(), after RepeatedWalks.again() gave no page: for callers that want few calls on the way there. */
  translateAfter(outcome: number, low: number, high: number, access: number): number {
    if (outcome === HOLE_FOUND) return this.#hole(low, high, access);
    const { straight } = this;
    if (straight.ready && access < FETCHES && straight.take(low, high, access))
      return straight.baseHigh * TWO32 + (straight.baseLow >>> 0) + (low & PAGE_OFFSET);
    return this.#search(low, high, access);
  }

  /** As translate() of an access to data that the front does not answer, for whoever asks for no address; false: FAULT. */
  touch(low: number, high: number, access: number): boolean {
    const { straight } = this;
    return (
      (straight.ready && straight.take(low, high, access)) || this.#search(low, high, access) !== NO_ADDRESS
    );
  }

  /** The way through the levels. */
  #search(low: number, high: number, access: number): number {
    if (!this.paging.enabled && this.#nested === null) {
      const base = (low & ~PAGE_OFFSET) >>> 0;
      this.#fill(low, high, base, ALL_KINDS, access);
      return low >>> 0;
    }
    const { tlbs } = this;
    const first = access >= FETCHES ? tlbs.instruction : tlbs.data;
    for (let size = SMALLEST; size <= tlbs.largest; size++) {
      const tlb = first[size] as Tlb;
      const entry = tlb.find(low, high, size);
      if (entry === NOWHERE) continue;
      const kinds = this.paging.kinds[tlb.rights(entry)] as number;
      // A hit that does not permit the access is no fault yet: the tables have the last word, as on real processors.
      if (((kinds >> access) & 1) === 0) return this.#replace(tlb, entry, size, low, high, access);
      const base = this.#pageBase(low, size, tlb.base(entry));
      this.#fill(low, high, base, kinds, access);
      return base + (low & PAGE_OFFSET);
    }
    this.trace.tally(access >= FETCHES ? ITLB_MISS : DTLB_MISS, 1);
    return tlbs.second === undefined
      ? this.#fromTables(low, high, access)
      : this.#fromSecondLevel(tlbs.second, low, high, access);
  }

  /** Fills the front from the first level, if that permits the access: no time passes and nothing is raised. */
  refill(low: number, high: number, access: number): void {
    if (!this.paging.enabled && this.#nested === null) {
      this.#fill(low, high, (low & ~PAGE_OFFSET) >>> 0, ALL_KINDS, access);
      return;
    }
    const { tlbs } = this;
    for (let size = SMALLEST; size <= tlbs.largest; size++) {
      const tlb = (access >= FETCHES ? tlbs.instruction : tlbs.data)[size] as Tlb;
      const entry = tlb.find(low, high, size);
      if (entry === NOWHERE) continue;
      const kinds = this.paging.kinds[tlb.rights(entry)] as number;
      if (((kinds >> access) & 1) !== 0)
        this.#fill(low, high, this.#pageBase(low, size, tlb.base(entry)), kinds, access);
      return;
    }
  }

  setControl(cr0: number, cr4: number, efer: number): void {
    const effect = this.paging.setControl(cr0, cr4, efer);
    if (effect === KEEP) return;
    this.tlbs.spaces.switchTo(this.paging.pcid);
    this.tlbs.shifts[LARGE] = this.paging.format.shifts[2] as number;
    if (effect === FLUSH_ALL) this.flush(true);
    else this.clearFronts();
    this.#decide();
  }

  loadCr3(low: number, high: number): void {
    this.paging.loadCr3(low, high);
    const { pcid, pcids } = this.paging;
    this.tlbs.spaces.switchTo(pcid);
    if (pcids && high < 0) this.clearFronts();
    else this.flush(false);
    this.straight.setRoot();
  }

  /**
   * Guest-physical addresses go through these tables from now on; null: there are none any more, addresses are the host's. What is known
   * of the same tables under the same VPID is known again. `asids`: guest-physical addresses are tagged as well, as with SVM.
   */
  setSecondDimension(second: SecondDimension | null, vpid = 0, asids = false): void {
    const { tables, tlbs } = this;
    tlbs.enter(vpid, second === null ? NO_EPT : second.root, asids);
    this.#second = second;
    this.#nested =
      second === null ? null : new Nested({ second, tables, tlbs, references: this.#references });
    this.paging.memory = this.#nested ?? this.tables;
    this.clearFronts();
    this.#decide();
  }

  /** A monitor with agile paging: its shadow tables may switch to the guest's own, and to these under them. */
  setAgile(nested: AgileTables): void {
    this.#agile = new Agile(nested, this.tables, this.#references);
    this.#decide();
  }

  /** Outside of 64-bit mode the data front's upper halves are not compared: it must not hold pages of both. */
  setWide(value: boolean): void {
    this.wide = value;
    this.clearFronts();
  }

  /** What may go straight to a page of RAM has changed. */
  pageChanged(base: number): void {
    this.data.dropBase(base);
    this.codeVersion++;
    this.codeWalks.clear();
    this.dataWalks.clear();
    this.straight.pageChanged(base >>> 12);
  }

  save(out: StateWriter): void {
    this.paging.save(out);
    this.tlbs.save(out);
    out.flag(this.fractured);
    this.#references.save(out);
  }

  load(from: StateReader): void {
    this.paging.load(from);
    this.tlbs.load(from);
    this.fractured = from.flag();
    this.#references.load(from);
    this.tlbs.shifts[LARGE] = this.paging.format.shifts[2] as number;
    this.clearFronts();
    this.#decide();
  }

  #decide(): void {
    const { enabled, format } = this.paging;
    this.#repeats =
      this.#nested === null &&
      this.#agile === null &&
      enabled &&
      format.depth === 2 &&
      format.entryBytes === 4 &&
      this.tlbs.second === undefined &&
      this.tlbs.structures === undefined &&
      this.#references.flat &&
      this.tlbs.spaces.single;
    this.codeWalks.clear();
    this.dataWalks.clear();
    this.straight.decide(this.#second, this.#agile === null && this.#references.flat);
  }

  #fromSecondLevel(second: Tlb, low: number, high: number, access: number): number {
    const largest = Math.min(this.tlbs.largest, LARGE);
    for (let size = SMALLEST; size <= largest; size++) {
      const entry = second.find(low, high, size);
      if (entry === NOWHERE) continue;
      const rights = second.rights(entry);
      if ((((this.paging.kinds[rights] as number) >> access) & 1) === 0)
        return this.#replace(second, entry, size, low, high, access);
      this.trace.tally(STLB_HIT, 1);
      this.clock.charge(this.stlbHit);
      return this.#keep(low, high, access, size, rights, second.base(entry));
    }
    return this.#fromTables(low, high, access);
  }

  /** Walks in place of an entry that denies the access. */
  #replace(tlb: Tlb, entry: number, size: number, low: number, high: number, access: number): number {
    const at = this.#fromTables(low, high, access);
    if (at !== NO_ADDRESS && this.#size !== size) tlb.remove(entry);
    return at;
  }

  #fromTables(low: number, high: number, access: number): number {
    const both = this.#nested ?? this.#agile;
    return both === null ? this.#fromOwn(low, high, access) : this.#fromBoth(both, low, high, access);
  }

  #fromBoth(nested: Nested | Agile, low: number, high: number, access: number): number {
    this.#references.begin();
    let found = false;
    try {
      found = nested.translate(this.paging, this.tlbs.shifts, low, high, access);
    } finally {
      // What is refused takes the translation that stood in the way, be it the guest or the monitor who refuses.
      if (!found) this.#takeAway(low, high);
    }
    if (!found) return this.#denied(access, nested.error);
    const { size, rights, base } = nested;
    if (nested.fractured) this.fractured = true;
    this.#size = size;
    this.tlbs.putSecond(low, high, size, rights, base);
    return this.#keep(low, high, access, size, rights, base);
  }

  #fromOwn(low: number, high: number, access: number): number {
    const walk = this.#walk;
    const { format, kinds } = this.paging;
    const { structures } = this.tlbs;
    const root = this.paging.rootOf(low);
    if (root === NO_ADDRESS) return this.#fault(low, high, access, 0);
    this.#references.begin();
    let level = structures === undefined ? 0 : structures.begin(format, walk, low, high);
    if (level !== 0) {
      this.#references.structureHit();
      walk.descend(format, this.tables, level, (structures as StructureCaches).table, low, high, true);
      this.#references.walk(walk);
      // What a structure cache leads to is no fault yet, either.
      if (!walk.allows(format, kinds, access)) level = 0;
    }
    if (level === 0) {
      walk.run(format, this.tables, root, low, high, true);
      this.#references.walk(walk);
      if (!walk.allows(format, kinds, access)) return this.#fault(low, high, access, walk.error);
    }
    if (structures !== undefined) structures.fill(format, walk, low, high);
    let rights = walk.rights(format);
    const write = access < FETCHES && (access & 1) === 1;
    walk.markLeaf(format, this.tables, write);
    if (write) rights |= DIRTY;
    const size = walk.level - 1;
    this.#size = size;
    const base = walk.base(format);
    this.tlbs.putSecond(low, high, size, rights, base);
    return this.#keep(low, high, access, size, rights, base);
  }

  /** Puts a translation into the first level and its front. */
  #keep(low: number, high: number, access: number, size: number, rights: number, page: number): number {
    const fetch = access >= FETCHES;
    const tlb = (fetch ? this.tlbs.instruction : this.tlbs.data)[size] as Tlb;
    const entry = tlb.put(low, high, size, rights, page);
    if (this.#repeats && size === SMALLEST)
      (fetch ? this.codeWalks : this.dataWalks).remember(this.#walk, low, entry, rights);
    this.evict(tlb.evicted, fetch);
    const base = this.#pageBase(low, size, page);
    this.#fill(low, high, base, this.paging.kinds[rights] as number, access);
    return base + (low & PAGE_OFFSET);
  }

  /** Kinds of access that may go straight to the page at a physical address. */
  #direct(base: number): number {
    return base < this.ram ? (DIRECT[this.pages[base >>> 12] as number] as number) : this.beyond;
  }

  /** The 4-KiB page of an address within a page of any size. */
  #pageBase(low: number, size: number, page: number): number {
    if (size === SMALLEST) return page;
    return page + (low & ((1 << (this.tlbs.shifts[size] as number)) - 1) & ~PAGE_OFFSET);
  }

  #fill(low: number, high: number, base: number, kinds: number, access: number): void {
    if (access >= FETCHES) {
      if (base < TWO32) this.code.fill(low, high, base, (kinds & ALL_KINDS) >> FETCHES);
      this.codeVersion++;
      return;
    }
    const direct = this.#direct(base);
    if (direct !== 0) this.data.fill(low, high, base, kinds & direct);
  }

  /** As #fault, where the data TLB is known to lack the page. */
  #hole(low: number, high: number, access: number): number {
    if (access >= FETCHES || this.tlbs.largest !== SMALLEST) return this.#fault(low, high, access, 0);
    this.dropFetches(low, high);
    return this.#denied(access, 0);
  }

  /** The translation that stood in the way, if any, goes (SDM Vol. 3, 4.10.4.1). */
  #fault(low: number, high: number, access: number, error: number): number {
    this.#takeAway(low, high);
    return this.#denied(access, error);
  }

  #takeAway(low: number, high: number): void {
    this.forget(low, high);
    this.tlbs.structures?.forget(this.paging.format, low, high);
  }

  #denied(access: number, error: number): number {
    this.error = error | accessError(access, this.paging.reportsFetch);
    return NO_ADDRESS;
  }
}

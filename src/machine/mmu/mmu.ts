/** The processor's memory: the accesses of accesses.ts, and what decides how they are translated. */
import type { Gpa, Gva } from "../address.ts";
import type { Bus } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Trace } from "../trace.ts";
import { Accesses } from "./accesses.ts";
import type { AgileTables } from "./agile.ts";
import { BusTables } from "./bus-tables.ts";
import { explainWalk, type WalkExplanation } from "./explain.ts";
import { explainNestedWalk, type NestedExplanation } from "./explain-nested.ts";
import { FRONT_ADDEND, FRONT_HIGH, FRONT_MASK, FRONT_SHIFT, frontMask } from "./front.ts";
import type { DataWatch, FaultRegister, Memory, TranslationTags } from "./memory.ts";
import type { SecondDimension } from "./nested.ts";
import {
  SMAP_READ,
  SMAP_WRITE,
  SYSTEM_FETCH,
  SYSTEM_READ,
  SYSTEM_WRITE,
  USER_FETCH,
  USER_READ,
  USER_WRITE,
} from "./rights.ts";
import { SlowAccess } from "./slow.ts";
import { Translation } from "./translate.ts";

const PAGE_MASK = -4096;
const CR0_AM = 1 << 18;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const SHIFT = FRONT_SHIFT;
const INDEX = FRONT_MASK;
const ADDEND = FRONT_ADDEND;
const HIGH = FRONT_HIGH;
const FIRST_FETCH = USER_FETCH;

export interface MmuParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly profile: CostProfile;
}

export class Mmu extends Accesses implements Memory {
  declare readonly translation: Translation;
  declare private readonly tables: BusTables;
  #user = false;
  #breakpoints: DataWatch | null = null;
  #recorder: DataWatch | null = null;
  #ac = false;
  #second: SecondDimension | null = null;
  /** Kinds of the processor's explicit accesses, below CPL 3 and at CPL 3: the two change places at every system call. */
  #systemKinds = kindsOf(false, false, false, false);
  #userKinds = kindsOf(true, false, false, false);
  #fetch = SYSTEM_FETCH;
  #fetchMask = frontMask(SYSTEM_FETCH - USER_FETCH);

  constructor({ bus, clock, trace, profile }: MmuParts) {
    const tables = new BusTables(bus);
    const translation = new Translation({ tables, clock, trace, profile, pages: bus.pages, view: bus.view });
    super(bus.view, translation.data, new SlowAccess(bus, clock, trace, translation, profile.mmioAccess));
    this.tables = tables;
    this.translation = translation;
    bus.onPageChange = (page) => translation.pageChanged(page * 4096);
  }

  get faultRegister(): FaultRegister {
    return this.slow.faultRegister;
  }

  set faultRegister(register: FaultRegister) {
    this.slow.faultRegister = register;
  }

  get user(): boolean {
    return this.#user;
  }

  set user(value: boolean) {
    if (value === this.#user) return;
    this.#user = value;
    this.#chooseKinds();
  }

  get ac(): boolean {
    return this.#ac;
  }

  set ac(value: boolean) {
    if (value === this.#ac) return;
    this.#ac = value;
    this.#decideKinds();
  }

  get watch(): DataWatch | null {
    return this.#breakpoints;
  }

  set watch(value: DataWatch | null) {
    if (value === this.#breakpoints) return;
    this.#breakpoints = value;
    this.#watchBoth();
  }

  /** Told of every explicit access as well, of whoever wants to know; the processor knows nothing of it. */
  set recorder(value: DataWatch | null) {
    this.#recorder = value;
    this.#watchBoth();
  }

  #watchBoth(): void {
    const one = this.#breakpoints;
    const other = this.#recorder;
    const both: DataWatch = (low, high, size, write) => {
      other?.(low, high, size, write);
      one?.(low, high, size, write);
    };
    this.slow.watch = one !== null && other !== null ? both : (one ?? other);
    this.#decideKinds();
  }

  get wide(): boolean {
    return this.wideAddresses;
  }

  set wide(value: boolean) {
    if (value === this.wideAddresses) return;
    this.wideAddresses = value;
    // Outside of 64-bit mode the fronts' upper halves are not compared.
    this.translation.setWide(value);
  }

  get codeVersion(): number {
    return this.translation.codeVersion;
  }

  /** The walk of a linear address (any number, for whoever types one), step by step, without any effect. */
  explain(at: number): WalkExplanation {
    return explainWalk(this.translation.paging, this.tables, at | 0, this.highOf(at as Gva));
  }

  /** The same through both dimensions; undefined where there is one only. */
  explainNested(at: number): NestedExplanation | undefined {
    const second = this.#second;
    if (second === null) return undefined;
    return explainNestedWalk(this.translation.paging, second, this.tables, at | 0, this.highOf(at as Gva));
  }

  fetch(at: Gva): Gpa {
    const low = at | 0;
    const high = this.highOf(at);
    const { entries, key } = this.translation.code;
    const entry = (low >>> SHIFT) & INDEX;
    if (
      ((((low & PAGE_MASK) | key) ^ (entries[entry] as number)) & this.#fetchMask) === 0 &&
      entries[entry + HIGH] === high
    )
      return (((entries[entry + ADDEND] as number) + low) >>> 0) as Gpa;
    return this.slow.fetch(low, high, this.#fetch) as Gpa;
  }

  setControl(cr0: number, cr4: number, efer: number): void {
    const { paging } = this.translation;
    const { smap, cr0: before } = paging;
    this.translation.setControl(cr0, cr4, efer);
    if (paging.smap !== smap || ((cr0 ^ before) & CR0_AM) !== 0) this.#decideKinds();
  }

  loadCr3(low: number, high: number): void {
    this.translation.loadCr3(low, high);
  }

  setSecondDimension(second: SecondDimension | null, vpid = 0, asids = false): void {
    this.#second = second;
    this.translation.setSecondDimension(second, vpid, asids);
  }

  /** A monitor with agile paging is at work: what SWITCH in its shadow tables leads to, goes through these tables. */
  setAgile(nested: AgileTables): void {
    this.translation.setAgile(nested);
  }

  get tags(): TranslationTags {
    return this.translation;
  }

  get pdptes(): Int32Array {
    return this.translation.paging.pdptes;
  }

  get pdpteSource(): Int32Array | null {
    return this.translation.paging.pdpteSource;
  }

  set pdpteSource(source: Int32Array | null) {
    this.translation.paging.pdpteSource = source;
  }

  flush(global: boolean): void {
    this.translation.flush(global);
  }

  invalidate(at: Gva): void {
    this.translation.invalidate(at | 0, this.highOf(at));
  }

  invpcid(type: number, pcid: number, at: Gva): void {
    this.translation.invpcid(type, pcid, at | 0, this.highOf(at));
  }

  save(out: StateWriter): void {
    out.section("mmu");
    out.flag(this.#user);
    out.flag(this.wideAddresses);
    out.flag(this.#ac);
    this.translation.save(out);
  }

  load(from: StateReader): void {
    from.section("mmu");
    this.#user = from.flag();
    this.wideAddresses = from.flag();
    this.#ac = from.flag();
    this.translation.load(from);
    this.translation.setWide(this.wideAddresses);
    this.#decideKinds();
  }

  /** After SMAP, AC, CR0.AM or the watch changed. */
  #decideKinds(): void {
    const { paging } = this.translation;
    const watched = this.slow.watch !== null;
    this.#systemKinds = kindsOf(false, paging.smap && this.#ac, false, watched);
    this.#userKinds = kindsOf(true, false, this.#ac && (paging.cr0 & CR0_AM) !== 0, watched);
    this.#chooseKinds();
  }

  #chooseKinds(): void {
    const kinds = this.#user ? this.#userKinds : this.#systemKinds;
    this.readKind = kinds.read;
    this.writeKind = kinds.write;
    this.readMask = kinds.readMask;
    this.writeMask = kinds.writeMask;
    this.#fetch = kinds.fetch;
    this.#fetchMask = kinds.fetchMask;
    this.slow.checksAlignment = kinds.checksAlignment;
  }
}

/** `lifted`: EFLAGS.AC lifts SMAP. With #AC to check, or somebody watching, the front must not answer. */
function kindsOf(user: boolean, lifted: boolean, checksAlignment: boolean, watched: boolean) {
  const read = user ? USER_READ : lifted ? SMAP_READ : SYSTEM_READ;
  const write = user ? USER_WRITE : lifted ? SMAP_WRITE : SYSTEM_WRITE;
  const fetch = user ? USER_FETCH : SYSTEM_FETCH;
  const slow = checksAlignment || watched;
  return {
    ...{ read, write, fetch, checksAlignment },
    readMask: frontMask(read, slow),
    writeMask: frontMask(write, slow),
    fetchMask: frontMask(fetch - FIRST_FETCH),
  };
}

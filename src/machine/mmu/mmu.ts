/**
 * The processor's memory. An access that the front (front.ts) knows goes straight to RAM; every other one is slow.ts's.
 *
 *     linear ──front──▶ RAM offset
 *        └─ miss ──▶ TLBs ──▶ walk ──▶ physical ──▶ RAM, ROM, device
 *
 * Addresses are int32 but in 64-bit mode, where they are doubles: the two paths part at the first test, so that the 32-bit
 * one stays in integers.
 */
import type { Gpa, Gva } from "../address.ts";
import { type Bus, PAGE_MMIO } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Trace } from "../trace.ts";
import { BusTables } from "./bus-tables.ts";
import { explainWalk, type WalkExplanation } from "./explain.ts";
import { FRONT_ADDEND, FRONT_HIGH, FRONT_MASK, FRONT_SHIFT, type Front, frontMask } from "./front.ts";
import type { DataWatch, FaultRegister, Memory } from "./memory.ts";
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

/** No RAM offset: RAM ends at 2 GiB, so that offsets are small integers. */
const MISS = -1;
const PAGE_MASK = -4096;
const TWO32 = 4294967296;
const CR0_AM = 1 << 18;
const ALL_KINDS = 0xff;
const SYSTEM_READ_MASK = frontMask(SYSTEM_READ);
const SYSTEM_WRITE_MASK = frontMask(SYSTEM_WRITE);
const READ_KINDS = (1 << USER_READ) | (1 << SYSTEM_READ) | (1 << SMAP_READ);
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time; that doubles a hit's price.
const SHIFT = FRONT_SHIFT;
const INDEX = FRONT_MASK;
const ADDEND = FRONT_ADDEND;
const HIGH = FRONT_HIGH;
const SYSTEM_READS = SYSTEM_READ;
const SYSTEM_WRITES = SYSTEM_WRITE;

export interface MmuParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly profile: CostProfile;
}

export class Mmu implements Memory {
  high = 0;
  readonly translation: Translation;
  readonly #tables: BusTables;
  readonly #view: DataView;
  readonly #front: Front;
  readonly #slow: SlowAccess;
  #user = false;
  #wide = false;
  #ac = false;
  /** Kinds of the processor's explicit accesses, below CPL 3 and at CPL 3: the two change places at every system call. */
  #systemKinds = kindsOf(false, false, false, false);
  #userKinds = kindsOf(true, false, false, false);
  #read = SYSTEM_READ;
  #write = SYSTEM_WRITE;
  #fetch = SYSTEM_FETCH;
  #readMask = SYSTEM_READ_MASK;
  #writeMask = SYSTEM_WRITE_MASK;
  #fetchMask = frontMask(SYSTEM_FETCH - USER_FETCH);

  constructor({ bus, clock, trace, profile }: MmuParts) {
    this.#view = bus.view;
    this.#tables = new BusTables(bus);
    this.translation = new Translation({
      tables: this.#tables,
      clock,
      trace,
      profile,
      direct: (base) => {
        const flags = bus.flags(base as Gpa);
        if (flags === 0) return ALL_KINDS;
        return (flags & PAGE_MMIO) !== 0 ? 0 : READ_KINDS;
      },
    });
    this.#front = this.translation.data;
    this.#slow = new SlowAccess(bus, clock, trace, this.translation, profile.mmioAccess);
    bus.onPageChange = (page) => this.translation.pageChanged(page * 4096);
  }

  get faultRegister(): FaultRegister {
    return this.#slow.faultRegister;
  }

  set faultRegister(register: FaultRegister) {
    this.#slow.faultRegister = register;
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
    return this.#slow.watch;
  }

  set watch(value: DataWatch | null) {
    this.#slow.watch = value;
    this.#decideKinds();
  }

  get wide(): boolean {
    return this.#wide;
  }

  set wide(value: boolean) {
    if (value === this.#wide) return;
    this.#wide = value;
    // Outside of 64-bit mode the fronts' upper halves are not compared.
    this.translation.setWide(value);
  }

  read8(at: Gva): number {
    const offset = this.#locate(at, 0, this.#readMask);
    if (offset !== MISS) return this.#view.getUint8(offset);
    return this.#slow.read(at | 0, this.#highOf(at), 1, this.#read);
  }

  read16(at: Gva): number {
    const offset = this.#locate(at, 1, this.#readMask);
    if (offset !== MISS) return this.#view.getUint16(offset, true);
    return this.#slow.read(at | 0, this.#highOf(at), 2, this.#read);
  }

  read32(at: Gva): number {
    const offset = this.#locate(at, 3, this.#readMask);
    if (offset !== MISS) return this.#view.getInt32(offset, true);
    return this.#slow.read(at | 0, this.#highOf(at), 4, this.#read) | 0;
  }

  read64(at: Gva): number {
    const offset = this.#locate(at, 7, this.#readMask);
    if (offset !== MISS) {
      this.high = this.#view.getInt32(offset + 4, true);
      return this.#view.getInt32(offset, true);
    }
    const low = this.#slow.read64(at | 0, this.#highOf(at), this.#read);
    this.high = this.#slow.high;
    return low;
  }

  write8(at: Gva, value: number): void {
    const offset = this.#locate(at, 0, this.#writeMask);
    if (offset !== MISS) this.#view.setUint8(offset, value);
    else this.#slow.write(at | 0, this.#highOf(at), value, 1, this.#write);
  }

  write16(at: Gva, value: number): void {
    const offset = this.#locate(at, 1, this.#writeMask);
    if (offset !== MISS) this.#view.setUint16(offset, value, true);
    else this.#slow.write(at | 0, this.#highOf(at), value, 2, this.#write);
  }

  write32(at: Gva, value: number): void {
    const offset = this.#locate(at, 3, this.#writeMask);
    if (offset !== MISS) this.#view.setInt32(offset, value, true);
    else this.#slow.write(at | 0, this.#highOf(at), value, 4, this.#write);
  }

  write64(at: Gva, low: number, high: number): void {
    const offset = this.#locate(at, 7, this.#writeMask);
    if (offset !== MISS) {
      this.#view.setInt32(offset, low, true);
      this.#view.setInt32(offset + 4, high, true);
    } else this.#slow.write64(at | 0, this.#highOf(at), low, high, this.#write);
  }

  readForWrite8(at: Gva): number {
    const offset = this.#locate(at, 0, this.#writeMask);
    if (offset !== MISS) return this.#view.getUint8(offset);
    return this.#slow.read(at | 0, this.#highOf(at), 1, this.#write);
  }

  readForWrite16(at: Gva): number {
    const offset = this.#locate(at, 1, this.#writeMask);
    if (offset !== MISS) return this.#view.getUint16(offset, true);
    return this.#slow.read(at | 0, this.#highOf(at), 2, this.#write);
  }

  readForWrite32(at: Gva): number {
    const offset = this.#locate(at, 3, this.#writeMask);
    if (offset !== MISS) return this.#view.getInt32(offset, true);
    return this.#slow.read(at | 0, this.#highOf(at), 4, this.#write) | 0;
  }

  readForWrite64(at: Gva): number {
    const offset = this.#locate(at, 7, this.#writeMask);
    if (offset !== MISS) {
      this.high = this.#view.getInt32(offset + 4, true);
      return this.#view.getInt32(offset, true);
    }
    const low = this.#slow.read64(at | 0, this.#highOf(at), this.#write);
    this.high = this.#slow.high;
    return low;
  }

  probe(at: Gva, size: number, write: boolean): void {
    this.#slow.probe(at | 0, this.#highOf(at), size, write ? this.#write : this.#read);
  }

  direct(at: Gva, write: boolean): number {
    return this.#locate(at, 0, write ? this.#writeMask : this.#readMask);
  }

  systemDirect(at: Gva, write: boolean): number {
    return this.#locate(at, 0, write ? SYSTEM_WRITE_MASK : SYSTEM_READ_MASK);
  }

  systemRead8(at: Gva): number {
    const offset = this.#locate(at, 0, SYSTEM_READ_MASK);
    if (offset !== MISS) return this.#view.getUint8(offset);
    return this.#slow.read(at | 0, this.#highOf(at), 1, SYSTEM_READS);
  }

  systemRead16(at: Gva): number {
    const offset = this.#locate(at, 1, SYSTEM_READ_MASK);
    if (offset !== MISS) return this.#view.getUint16(offset, true);
    return this.#slow.read(at | 0, this.#highOf(at), 2, SYSTEM_READS);
  }

  systemRead32(at: Gva): number {
    const offset = this.#locate(at, 3, SYSTEM_READ_MASK);
    if (offset !== MISS) return this.#view.getInt32(offset, true);
    return this.#slow.read(at | 0, this.#highOf(at), 4, SYSTEM_READS) | 0;
  }

  systemWrite8(at: Gva, value: number): void {
    const offset = this.#locate(at, 0, SYSTEM_WRITE_MASK);
    if (offset !== MISS) this.#view.setUint8(offset, value);
    else this.#slow.write(at | 0, this.#highOf(at), value, 1, SYSTEM_WRITES);
  }

  systemWrite16(at: Gva, value: number): void {
    const offset = this.#locate(at, 1, SYSTEM_WRITE_MASK);
    if (offset !== MISS) this.#view.setUint16(offset, value, true);
    else this.#slow.write(at | 0, this.#highOf(at), value, 2, SYSTEM_WRITES);
  }

  systemWrite32(at: Gva, value: number): void {
    const offset = this.#locate(at, 3, SYSTEM_WRITE_MASK);
    if (offset !== MISS) this.#view.setInt32(offset, value, true);
    else this.#slow.write(at | 0, this.#highOf(at), value, 4, SYSTEM_WRITES);
  }

  /** The walk of a linear address, step by step, without any effect. */
  explain(at: Gva): WalkExplanation {
    return explainWalk(this.translation.paging, this.#tables, at | 0, this.#highOf(at));
  }

  fetch(at: Gva): Gpa {
    const low = at | 0;
    const high = this.#highOf(at);
    const { entries, key } = this.translation.code;
    const entry = (low >>> SHIFT) & INDEX;
    if (
      ((((low & PAGE_MASK) | key) ^ (entries[entry] as number)) & this.#fetchMask) === 0 &&
      entries[entry + HIGH] === high
    )
      return (((entries[entry + ADDEND] as number) + low) >>> 0) as Gpa;
    return this.#slow.fetch(low, high, this.#fetch) as Gpa;
  }

  setControl(cr0: number, cr4: number, efer: number): void {
    this.translation.setControl(cr0, cr4, efer);
    this.#decideKinds();
  }

  loadCr3(low: number, high: number): void {
    this.translation.loadCr3(low, high);
  }

  flush(global: boolean): void {
    this.translation.flush(global);
  }

  invalidate(at: Gva): void {
    this.translation.invalidate(at | 0, this.#highOf(at));
  }

  invpcid(type: number, pcid: number, at: Gva): void {
    this.translation.invpcid(type, pcid, at | 0, this.#highOf(at));
  }

  save(out: StateWriter): void {
    out.section("mmu");
    out.flag(this.#user);
    out.flag(this.#wide);
    out.flag(this.#ac);
    this.translation.save(out);
  }

  load(from: StateReader): void {
    from.section("mmu");
    this.#user = from.flag();
    this.#wide = from.flag();
    this.#ac = from.flag();
    this.translation.load(from);
    this.translation.setWide(this.#wide);
    this.#decideKinds();
  }

  /** RAM offset of the bytes at … at + last if the front allows the access to all of them, else MISS. */
  #locate(at: number, last: number, mask: number): number {
    if (this.#wide) return this.#locateWide(at, last, mask);
    const { entries, key } = this.#front;
    const entry = (at >>> SHIFT) & INDEX;
    // The last byte's page: an access over a page's end never matches.
    if (((((at + last) & PAGE_MASK) | key) ^ (entries[entry] as number)) & mask) return MISS;
    return ((entries[entry + ADDEND] as number) + at) | 0;
  }

  #locateWide(at: number, last: number, mask: number): number {
    const low = at | 0;
    const { entries, key } = this.#front;
    const entry = (low >>> SHIFT) & INDEX;
    if (((((low + last) & PAGE_MASK) | key) ^ (entries[entry] as number)) & mask) return MISS;
    if (entries[entry + HIGH] !== Math.floor(at / TWO32)) return MISS;
    return ((entries[entry + ADDEND] as number) + low) | 0;
  }

  /** Upper half of a linear address: outside of 64-bit mode addresses are zero-extended. */
  #highOf(at: number): number {
    return this.#wide ? Math.floor(at / TWO32) : 0;
  }

  /** After SMAP, AC, CR0.AM or the watch changed. */
  #decideKinds(): void {
    const { paging } = this.translation;
    const watched = this.#slow.watch !== null;
    this.#systemKinds = kindsOf(false, paging.smap && this.#ac, false, watched);
    this.#userKinds = kindsOf(true, false, this.#ac && (paging.cr0 & CR0_AM) !== 0, watched);
    this.#chooseKinds();
  }

  #chooseKinds(): void {
    const kinds = this.#user ? this.#userKinds : this.#systemKinds;
    this.#read = kinds.read;
    this.#write = kinds.write;
    this.#fetch = kinds.fetch;
    this.#readMask = kinds.readMask;
    this.#writeMask = kinds.writeMask;
    this.#fetchMask = kinds.fetchMask;
    this.#slow.checksAlignment = kinds.checksAlignment;
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
    fetchMask: frontMask(fetch - USER_FETCH),
  };
}

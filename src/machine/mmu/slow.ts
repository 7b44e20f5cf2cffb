/** The accesses that the front does not answer: a TLB miss, a device, ROM, code, a page's end, an alignment check. */
import type { Gpa, Gva } from "../address.ts";
import { type Bus, PAGE_MMIO } from "../bus.ts";
import type { Clock } from "../clock.ts";
import { AC, type Fault, fault, GP, PF, raise } from "../cpu/fault.ts";
import { EVENT, type Trace } from "../trace.ts";
import type { DataWatch, FaultRegister } from "./memory.ts";
import type { RepeatedWalks } from "./repeat.ts";
import { isWrite, USER_WRITE } from "./rights.ts";
import { FAULT, type Translation } from "./translate.ts";

const PAGE = 4096;
const PAGE_OFFSET = 0xfff;
const TWO32 = 4294967296;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const MMIO = PAGE_MMIO;
const NO_ADDRESS = FAULT;
const PAGE_FAULT = PF;
const LAST_USER_KIND = USER_WRITE;

export class SlowAccess {
  declare private readonly bus: Bus;
  declare private readonly view: DataView;
  declare private readonly pages: Uint8Array;
  declare private readonly ram: number;
  declare private readonly clock: Clock;
  declare private readonly trace: Trace;
  declare private readonly translation: Translation;
  declare private readonly walks: RepeatedWalks;
  declare private readonly mmioAccess: number;
  /** At CPL 3 with CR0.AM and EFLAGS.AC. */
  checksAlignment = false;
  faultRegister: FaultRegister = { cr2: 0 as Gva, cr2High: 0 };
  watch: DataWatch | null = null;
  /** High half of the last read64. */
  high = 0;
  /** A tryRead32 met a page fault; whoever called it clears this. */
  faulted = false;

  constructor(bus: Bus, clock: Clock, trace: Trace, translation: Translation, mmioAccess: number) {
    this.bus = bus;
    this.view = bus.view;
    this.pages = bus.pages;
    this.ram = bus.ram.length;
    this.clock = clock;
    this.trace = trace;
    this.translation = translation;
    this.walks = translation.dataWalks;
    this.mmioAccess = mmioAccess;
  }

  /** Lets the front know what the TLB knows of a page. */
  refill(low: number, high: number, access: number): void {
    this.translation.refill(low, high, access);
  }

  /**
   * Reads 1, 2 or 4 bytes; unsigned. `access`: a kind of rights.ts. One for writing is read to be written back: the write is
   * announced now, since an instruction that must begin again (bus.onEffect) cannot once it has changed the flags it reads.
   */
  read(low: number, high: number, size: number, access: number): number {
    this.#align(low, size, access);
    const offset = low & PAGE_OFFSET;
    const first = this.#translate(low, high, access);
    if (this.watch !== null) this.watch(low, high, size, isWrite(access));
    if (offset + size <= PAGE) {
      if (isWrite(access)) this.bus.prepareWrite(first as Gpa, size);
      return this.#readBus(first, size);
    }
    const second = this.#secondPage(low, high, access);
    const split = PAGE - offset;
    if (isWrite(access)) {
      this.bus.prepareWrite(first as Gpa, split);
      this.bus.prepareWrite(second as Gpa, size - split);
    }
    let value = 0;
    for (let i = size - 1; i >= 0; i--)
      value = value * 256 + this.#readBus(i < split ? first + i : second + i - split, 1);
    return value;
  }

  /** The low half, int32; the high one is left in `high`. */
  read64(low: number, high: number, access: number): number {
    this.#align(low, 8, access);
    this.probe(low, high, 8, access);
    const value = this.read(low, high, 4, access);
    this.high = this.read((low + 4) | 0, this.#highAfter(low, high, 4), 4, access) | 0;
    return value | 0;
  }

  write(low: number, high: number, value: number, size: number, access: number): void {
    this.#align(low, size, access);
    const offset = low & PAGE_OFFSET;
    const first = this.#translate(low, high, access);
    if (this.watch !== null) this.watch(low, high, size, true);
    if (offset + size <= PAGE) {
      this.#writeBus(first, size === 4 ? value >>> 0 : value & (size === 1 ? 0xff : 0xffff), size);
      return;
    }
    const second = this.#secondPage(low, high, access);
    const split = PAGE - offset;
    this.bus.prepareWrite(first as Gpa, split);
    this.bus.prepareWrite(second as Gpa, size - split);
    for (let i = 0; i < size; i++)
      this.#writeBus(i < split ? first + i : second + i - split, (value >>> (8 * i)) & 0xff, 1);
  }

  write64(low: number, high: number, valueLow: number, valueHigh: number, access: number): void {
    this.#align(low, 8, access);
    const split = Math.min(8, PAGE - (low & PAGE_OFFSET));
    const first = this.#translate(low, high, access);
    const second = split < 8 ? this.#secondPage(low, high, access) : 0;
    if (split === 8 && this.watch === null && (this.bus.flags(first as Gpa) & MMIO) === 0) {
      this.bus.write64(first as Gpa, valueLow, valueHigh);
      return;
    }
    this.bus.prepareWrite(first as Gpa, split);
    if (split < 8) this.bus.prepareWrite(second as Gpa, 8 - split);
    this.write(low, high, valueLow, 4, access);
    this.write((low + 4) | 0, this.#highAfter(low, high, 4), valueHigh, 4, access);
  }

  /** An int32; after a page fault 0, and `faulted` is set. */
  tryRead32(low: number, high: number, access: number): number {
    if (this.checksAlignment || this.watch !== null || (low & PAGE_OFFSET) > PAGE - 4)
      return this.read(low, high, 4, access) | 0;
    const page = this.walks.again(low, access);
    const at =
      page >= 0 ? page + (low & PAGE_OFFSET) : this.translation.translateAfter(page, low, high, access);
    if (at === NO_ADDRESS) {
      this.#pageFault(low, high);
      this.faulted = true;
      return 0;
    }
    if (at < this.ram && ((this.pages[at >>> 12] as number) & MMIO) === 0)
      return this.view.getInt32(at, true);
    return this.#readBus(at, 4) | 0;
  }

  /** False after a page fault. */
  tryWrite32(low: number, high: number, value: number, access: number): boolean {
    if (this.checksAlignment || this.watch !== null || (low & PAGE_OFFSET) > PAGE - 4) {
      this.write(low, high, value, 4, access);
      return true;
    }
    const page = this.walks.again(low, access);
    const at =
      page >= 0 ? page + (low & PAGE_OFFSET) : this.translation.translateAfter(page, low, high, access);
    if (at === NO_ADDRESS) {
      this.#pageFault(low, high);
      return false;
    }
    if (at < this.ram && this.pages[at >>> 12] === 0) this.view.setInt32(at, value, true);
    else this.#writeBus(at, value >>> 0, 4);
    return true;
  }

  /** Physical address of an instruction's byte. */
  fetch(low: number, high: number, access: number): number {
    return this.#translate(low, high, access);
  }

  /** Raises what an access to size bytes, at most a page, would raise. */
  probe(low: number, high: number, size: number, access: number): void {
    this.#translate(low, high, access);
    if ((low & PAGE_OFFSET) + size > PAGE) this.#secondPage(low, high, access);
  }

  /** Physical address of the page after that of an address. */
  #secondPage(low: number, high: number, access: number): number {
    const next = ((low & ~PAGE_OFFSET) + PAGE) | 0;
    const nextHigh = this.#highAfter(low, high, PAGE);
    // The first address past the lower half of the canonical ones (SDM Vol. 1, 3.3.7.1); high is 0 with 32-bit addresses.
    if (next === 0 && nextHigh === 0x8000) raise(GP);
    return this.#translate(next, nextHigh, access);
  }

  /** Raises here and not deeper down: unwinding costs by the frame. */
  #translate(low: number, high: number, access: number): number {
    const at = this.translation.translate(low, high, access);
    if (at === NO_ADDRESS) throw this.#pageFault(low, high);
    return at;
  }

  #pageFault(low: number, high: number): Fault {
    this.faultRegister.cr2 = low as Gva;
    this.faultRegister.cr2High = high;
    return fault(PAGE_FAULT, this.translation.error);
  }

  /** Upper half of the address `by` bytes on; 32-bit addresses wrap at 4 GiB. */
  #highAfter(low: number, high: number, by: number): number {
    return this.translation.wide && (low >>> 0) + by >= TWO32 ? (high + 1) | 0 : high;
  }

  /** Accesses at CPL 3 are the kinds 0 and 1. */
  #align(low: number, size: number, access: number): void {
    if (this.checksAlignment && access <= LAST_USER_KIND && (low & (size - 1)) !== 0) raise(AC, 0);
  }

  #readBus(at: number, size: number): number {
    if ((this.bus.flags(at as Gpa) & MMIO) !== 0) this.#device(at);
    else if (size === 4) return this.view.getUint32(at, true);
    return this.bus.read(at as Gpa, size);
  }

  #writeBus(at: number, value: number, size: number): void {
    if ((this.bus.flags(at as Gpa) & MMIO) !== 0) this.#device(at);
    this.bus.write(at as Gpa, value, size);
  }

  #device(at: number): void {
    this.bus.onEffect();
    this.trace.event(EVENT.mmio, at);
    this.clock.charge(this.mmioAccess);
  }
}

/**
 * The local APIC's model-specific registers (SDM Vol. 3, 10.4.4, 10.5.4.1 and 10.12): where and whether it is, its TSC deadline, and in
 * x2APIC mode all of its registers.
 *
 *     1Bh   IA32_APIC_BASE   35 … 12 page │ 11 on │ 10 x2APIC │ 8 boot processor
 *     6E0h  IA32_TSC_DEADLINE
 *     800h … 8FFh            register 800h + number; the ICR is one register of 64 bits
 */
import type { Bus } from "../bus.ts";
import type { MsrBank } from "../cpu/cpu.ts";
import { GP, raise } from "../cpu/fault.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { Lapic } from "./lapic.ts";
import { LapicRegisters, REGISTER } from "./lapic-registers.ts";

const APIC_BASE = 0x1b;
const TSC_DEADLINE = 0x6e0;
const X2APIC = 0x800;
const X2APIC_END = 0x8ff;
const DEFAULT_BASE = 0xfee00000;
const BOOT_PROCESSOR = 1 << 8;
const X2 = 1 << 10;
const ON = 1 << 11;
const TWO32 = 2 ** 32;

/** What can be read and written by MSR (10.12.1.2); EOI is written only. */
const READABLE = new Set<number>([
  ...[REGISTER.id, REGISTER.version, REGISTER.tpr, REGISTER.ppr, REGISTER.ldr, REGISTER.svr],
  ...Array.from({ length: 24 }, (_, word) => REGISTER.isr + word),
  ...[REGISTER.esr, REGISTER.icrLow, REGISTER.initial, REGISTER.current, REGISTER.divide],
  ...Array.from({ length: 6 }, (_, entry) => REGISTER.lvtTimer + entry),
]);
const WRITABLE = new Set<number>([
  ...[REGISTER.tpr, REGISTER.eoi, REGISTER.svr, REGISTER.esr, REGISTER.icrLow, REGISTER.selfIpi],
  ...[REGISTER.initial, REGISTER.divide],
  ...Array.from({ length: 6 }, (_, entry) => REGISTER.lvtTimer + entry),
]);
/** These take zero only. */
const ZERO_ONLY = new Set<number>([REGISTER.eoi, REGISTER.esr]);

export class LapicMsrs implements MsrBank, Stateful {
  high = 0;
  readonly #lapic: Lapic;
  readonly #registers: LapicRegisters;
  readonly #bus: Bus;
  readonly #hasX2: boolean;
  #base = DEFAULT_BASE;
  #unmap: () => void;

  constructor(lapic: Lapic, bus: Bus, hasX2: boolean) {
    this.#lapic = lapic;
    this.#hasX2 = hasX2;
    this.#bus = bus;
    this.#registers = new LapicRegisters(lapic);
    this.#unmap = bus.mapMmio(this.#base, 4096, this.#registers);
  }

  has(index: number): boolean {
    return index === APIC_BASE || index === TSC_DEADLINE || (index >= X2APIC && index <= X2APIC_END);
  }

  read(index: number): number {
    this.high = 0;
    if (index === APIC_BASE) return this.#readBase();
    if (index === TSC_DEADLINE) {
      const { deadline } = this.#lapic.timer;
      this.high = Math.floor(deadline / TWO32) | 0;
      return deadline | 0;
    }
    const register = index - X2APIC;
    if (!this.#lapic.x2 || !READABLE.has(register)) raise(GP);
    if (register === REGISTER.icrLow) this.high = this.#lapic.icrHigh | 0;
    return this.#registers.readRegister(register) | 0;
  }

  write(index: number, low: number, high: number): void {
    if (index === APIC_BASE) this.#writeBase(low, high);
    else if (index === TSC_DEADLINE) this.#lapic.timer.setDeadline((high >>> 0) * TWO32 + (low >>> 0));
    else this.#writeX2(index - X2APIC, low, high);
  }

  /** After a RESET; the device's own registers are the device's to reset. */
  reset(): void {
    this.#place(DEFAULT_BASE, true, false);
  }

  save(out: StateWriter): void {
    out.section("lapic msrs");
    out.double(this.#base);
  }

  /** To be loaded after the local APIC, whose mode says whether it is in memory. */
  load(from: StateReader): void {
    from.section("lapic msrs");
    this.#place(from.double(), this.#lapic.on, this.#lapic.x2);
  }

  #readBase(): number {
    const { on, x2 } = this.#lapic;
    this.high = Math.floor(this.#base / TWO32);
    return this.#base | BOOT_PROCESSOR | (on ? ON : 0) | (x2 ? X2 : 0) | 0;
  }

  /** #GP(0) for reserved bits and for changes of mode that are none (figure 10-27). */
  #writeBase(low: number, high: number): void {
    const { x2 } = this.#lapic;
    const on = (low & ON) !== 0;
    const wantsX2 = (low & X2) !== 0;
    if (high >>> 0 > 15 || (low & 0x2ff) !== 0 || (wantsX2 && !on) || (x2 && on && !wantsX2)) raise(GP);
    if (wantsX2 && (!this.#hasX2 || !this.#lapic.on)) raise(GP);
    if (!on) this.#lapic.reset();
    this.#place(high * TWO32 + ((low & 0xfffff000) >>> 0), on, wantsX2);
  }

  /** In memory when it is on and in xAPIC mode. */
  #place(base: number, on: boolean, x2: boolean): void {
    this.#unmap();
    this.#base = base;
    this.#lapic.on = on;
    this.#lapic.x2 = x2;
    this.#unmap = on && !x2 ? this.#bus.mapMmio(base, 4096, this.#registers) : () => {};
  }

  #writeX2(register: number, low: number, high: number): void {
    const lapic = this.#lapic;
    if (!lapic.x2 || !WRITABLE.has(register)) raise(GP);
    if (ZERO_ONLY.has(register) && low !== 0) raise(GP);
    if (register !== REGISTER.icrLow && high !== 0) raise(GP);
    if (register === REGISTER.selfIpi) {
      if ((low & ~0xff) !== 0) raise(GP);
      const message = { vector: low, delivery: 0, levelTriggered: false };
      lapic.deliver({ ...message, destination: lapic.id, logical: false });
      return;
    }
    if (register === REGISTER.icrLow) lapic.icrHigh = high >>> 0;
    this.#registers.writeRegister(register, low >>> 0);
  }
}

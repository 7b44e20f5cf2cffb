/**
 * The I/O APIC (Intel 82093AA datasheet, order 290566): 24 pins, each with an entry that says what message its interrupt becomes. The
 * version is that of later chipsets, with an EOI register.
 *
 *     FEC00000: index    FEC00010: data    FEC00040: EOI
 *     redirection entry:  63 ─ 56 destination │ 16 mask │ 15 level │ 14 remote IRR │ 13 active low │ 12 pending │ 11 logical │ 10 … 8 delivery │ vector
 */
import type { MmioDevice } from "../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqSink } from "./irq.ts";
import type { ApicMessage } from "./lapic.ts";

const PINS = 24;
const VERSION = 0x20;
const MASKED = 1 << 16;
const LEVEL = 1 << 15;
const REMOTE_IRR = 1 << 14;
const READ_ONLY = REMOTE_IRR | (1 << 12);
const WRITABLE = 0x1ffff & ~READ_ONLY;

/** Delivers a message to the local APICs. */
export type ApicBus = (message: ApicMessage) => void;

export class Ioapic implements MmioDevice, IrqSink, Stateful {
  readonly #low = new Int32Array(PINS).fill(MASKED);
  readonly #high = new Int32Array(PINS);
  /** Levels of the pins, and what of edges and levels has not been delivered yet. */
  #lines = 0;
  #irr = 0;
  #id = 0;
  #index = 0;
  readonly #deliver: ApicBus;

  constructor(deliver: ApicBus) {
    this.#deliver = deliver;
  }

  /** ISA interrupt 0, the timer, is at pin 2 (MP specification, 5.3.2: the cascade's pin is free). */
  setIrq(irq: number, level: boolean): void {
    const pin = irq === 0 ? 2 : irq;
    if (irq === 2 || pin >= PINS) return;
    const bit = 1 << pin;
    const rises = level && (this.#lines & bit) === 0;
    this.#lines = level ? this.#lines | bit : this.#lines & ~bit;
    if (this.#entry(pin) & LEVEL) this.#irr = level ? this.#irr | bit : this.#irr & ~bit;
    else if (rises && (this.#entry(pin) & MASKED) === 0) this.#irr |= bit;
    this.#service();
  }

  /** A local APIC ended a level-triggered interrupt: pins of this vector may interrupt again. */
  endOfInterrupt(vector: number): void {
    for (let pin = 0; pin < PINS; pin++) {
      const entry = this.#entry(pin);
      if ((entry & 0xff) === vector && entry & LEVEL) this.#low[pin] = entry & ~REMOTE_IRR;
    }
    this.#service();
  }

  read(offset: number, size: number): number {
    if (offset === 0) return this.#index;
    if (offset !== 0x10 || size !== 4) return 0;
    if (this.#index === 0 || this.#index === 2) return this.#id * 2 ** 24;
    if (this.#index === 1) return ((PINS - 1) << 16) | VERSION;
    const pin = (this.#index - 0x10) >> 1;
    if (pin < 0 || pin >= PINS) return 0;
    return ((this.#index & 1 ? this.#high[pin] : this.#low[pin]) as number) >>> 0;
  }

  write(offset: number, value: number, size: number): void {
    if (offset === 0) this.#index = value & 0xff;
    else if (size !== 4) return;
    else if (offset === 0x10) this.#writeRegister(value);
    else if (offset === 0x40) this.endOfInterrupt(value & 0xff);
  }

  save(out: StateWriter): void {
    out.section("ioapic");
    for (const value of [this.#lines, this.#irr, this.#id, this.#index]) out.int(value);
    out.array(this.#low);
    out.array(this.#high);
  }

  load(from: StateReader): void {
    from.section("ioapic");
    this.#lines = from.int();
    this.#irr = from.int();
    this.#id = from.int();
    this.#index = from.int();
    from.array(this.#low);
    from.array(this.#high);
  }

  #entry(pin: number): number {
    return this.#low[pin] as number;
  }

  #writeRegister(value: number): void {
    if (this.#index === 0) {
      this.#id = (value >>> 24) & 15;
      return;
    }
    const pin = (this.#index - 0x10) >> 1;
    if (pin < 0 || pin >= PINS) return;
    if (this.#index & 1) this.#high[pin] = value & 0xff000000;
    else this.#writeEntry(pin, value);
    this.#service();
  }

  #writeEntry(pin: number, value: number): void {
    const bit = 1 << pin;
    const before = this.#entry(pin);
    let entry = (value & WRITABLE) | (before & READ_ONLY);
    // An edge-triggered entry has no remote IRR; changing over follows the line again.
    if ((entry & LEVEL) === 0) entry &= ~REMOTE_IRR;
    this.#low[pin] = entry;
    if (entry & LEVEL) this.#irr = (this.#irr & ~bit) | (this.#lines & bit);
    else if (before & LEVEL) this.#irr &= ~bit;
  }

  /** Sends what may be sent: an edge once, a level until the processor's EOI finds the line low. */
  #service(): void {
    for (let pin = 0; pin < PINS; pin++) {
      const entry = this.#entry(pin);
      if ((this.#irr & (1 << pin)) === 0 || entry & (MASKED | REMOTE_IRR)) continue;
      const levelTriggered = (entry & LEVEL) !== 0;
      if (levelTriggered) this.#low[pin] = entry | REMOTE_IRR;
      else this.#irr &= ~(1 << pin);
      this.#deliver({
        vector: entry & 0xff,
        delivery: (entry >> 8) & 7,
        levelTriggered,
        destination: (this.#high[pin] as number) >>> 24,
        logical: (entry & 0x800) !== 0,
      });
    }
  }
}

/**
 * The MC146818 real-time clock with its CMOS memory (Motorola MC146818A datasheet; 82371AB datasheet, 4.2.7). Its date starts at a
 * fixed instant and goes with the machine's cycles, so that a run repeats.
 *
 *     70h: index (bit 7: NMI off)    71h: data
 *     00 seconds 02 minutes 04 hours 06 weekday 07 day 08 month 09 year   01 03 05: alarm
 *     0A: UIP, divider, rate   0B: SET PIE AIE UIE SQWE DM 24/12 DSE   0C: IRQF PF AF UF   0D: VRT   0E …: memory
 */
import type { PortDevice } from "../bus.ts";
import type { Clock, Timer } from "../clock.ts";
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { cmosMemorySizes } from "./cmos-memory.ts";
import type { IrqLine } from "./irq.ts";
import { Rate } from "./rate.ts";
import { type CalendarFormat, readCalendar, writeCalendar } from "./rtc-calendar.ts";

/** The date at which a machine is switched on, in seconds since 1970 (UTC): 2026-01-01. */
export const START_DATE = Date.UTC(2026, 0, 1) / 1000;

const CRYSTAL = 32768;
/** UIP rises 244 µs before the update (datasheet, "Update Cycle"): 8 periods of the crystal. */
const BEFORE_UPDATE = 8;
const DAY = 86400;

const A = 0x0a;
const B = 0x0b;
const C = 0x0c;
const D = 0x0d;
const CENTURY = 0x32;
/** Registers of date and time, and the alarm's. */
const CALENDAR = new Set([0, 2, 4, 6, 7, 8, 9, CENTURY]);
const SET = 0x80;
const BINARY = 0x04;
const HOURS_24 = 0x02;
/** Register B enables what register C flags, at the same bits. */
const PERIODIC = 0x40;
const ALARM = 0x20;
const UPDATE = 0x10;
const IRQF = 0x80;

export class Rtc implements PortDevice, Stateful {
  index = 0;
  /** The date at cycle `since`, which is the start of a second. */
  date: number;
  since = 0;
  /** Seconds and crystal periods up to which register C's flags are settled. */
  settledDate: number;
  settledPeriod = 0;
  readonly #cmos = new Uint8Array(128);
  readonly #clock: Clock;
  readonly #hertz: number;
  readonly #crystal: Rate;
  readonly #irq: IrqLine;
  readonly #timer: Timer;

  /** `memory`: bytes of RAM, for the registers that tell a BIOS of it. `date`: seconds since 1970. */
  constructor(parts: { clock: Clock; hertz: number; irq: IrqLine; memory: number; date?: number }) {
    this.#clock = parts.clock;
    this.#hertz = parts.hertz;
    this.#crystal = new Rate(parts.hertz, CRYSTAL);
    this.#irq = parts.irq;
    this.#timer = this.#clock.timer(() => this.#update());
    this.date = this.settledDate = parts.date ?? START_DATE;
    this.#cmos[A] = 0x26;
    this.#cmos[B] = HOURS_24;
    this.#cmos[D] = 0x80;
    for (const [index, value] of cmosMemorySizes(parts.memory)) this.#cmos[index] = value;
  }

  /** Sets a byte of CMOS memory as a factory does: what firmware finds there. */
  setCmos(index: number, value: number): void {
    this.#cmos[index] = value;
  }

  in(port: number): number {
    if ((port & 1) === 0) return 0xff;
    if (CALENDAR.has(this.index)) return this.#calendarRegisters()[this.index] as number;
    if (this.index === A) return this.#register(A) | (this.#updating() ? 0x80 : 0);
    if (this.index !== C) return this.#register(this.index);
    this.#settle();
    const flags = this.#register(C);
    this.#cmos[C] = 0;
    this.#update();
    return flags;
  }

  out(port: number, value: number): void {
    const byte = value & 0xff;
    if ((port & 1) === 0) {
      this.index = byte & 0x7f;
      return;
    }
    this.#settle();
    if (this.index === A) this.#writeA(byte);
    else if (this.index === B) this.#writeB(byte);
    else if (CALENDAR.has(this.index)) this.#writeCalendar(byte);
    else if (this.index !== C && this.index !== D) this.#cmos[this.index] = byte;
    this.#update();
  }

  save(out: StateWriter): void {
    out.section("rtc");
    saveFields(out, this, FIELDS);
    out.double(this.#timer.deadline);
    out.array(this.#cmos);
  }

  load(from: StateReader): void {
    from.section("rtc");
    loadFields(from, this, FIELDS);
    this.#timer.deadline = from.double();
    from.array(this.#cmos);
  }

  #register(index: number): number {
    return this.#cmos[index] as number;
  }

  /** The divider is held in reset by 11x in bits 6 … 4 of register A; SET stops the update. */
  get #running(): boolean {
    return (this.#register(A) & 0x60) !== 0x60 && (this.#register(B) & SET) === 0;
  }

  #now(): number {
    if (!this.#running) return this.date;
    return this.date + Math.floor((this.#clock.now - this.since) / this.#hertz);
  }

  get #format(): CalendarFormat {
    const b = this.#register(B);
    return { binary: (b & BINARY) !== 0, hours24: (b & HOURS_24) !== 0 };
  }

  #updating(): boolean {
    if (!this.#running) return false;
    const toUpdate = this.#hertz - ((this.#clock.now - this.since) % this.#hertz);
    return toUpdate <= Math.floor((this.#hertz * BEFORE_UPDATE) / CRYSTAL);
  }

  /** While SET stops the clock the registers are plain memory. */
  #calendarRegisters(): Uint8Array {
    if (this.#register(B) & SET) return this.#cmos;
    const registers = new Uint8Array(128);
    writeCalendar(registers, this.#now(), this.#format);
    return registers;
  }

  #writeCalendar(byte: number): void {
    const registers = this.#calendarRegisters();
    registers[this.index] = byte;
    if ((this.#register(B) & SET) === 0) this.#setDate(readCalendar(registers, this.#format));
  }

  #setDate(date: number): void {
    const phase = this.#running ? (this.#clock.now - this.since) % this.#hertz : 0;
    this.since = this.#clock.now - phase;
    this.date = this.settledDate = date;
  }

  /** The first update comes half a second after the divider was let go. */
  #writeA(byte: number): void {
    const date = this.#now();
    const wasReset = (this.#register(A) & 0x60) === 0x60;
    const isReset = (byte & 0x60) === 0x60;
    this.#cmos[A] = byte & 0x7f;
    if (wasReset === isReset) return;
    this.date = date;
    this.since = this.#clock.now - Math.floor(this.#hertz / 2);
  }

  #writeB(byte: number): void {
    const before = this.#register(B);
    if (byte & SET && !(before & SET)) {
      const date = this.#now();
      writeCalendar(this.#cmos, date, this.#format);
      this.date = date;
    }
    // SET clears UIE (datasheet, "Register B").
    this.#cmos[B] = byte & SET ? byte & ~UPDATE : byte;
    if (before & SET && !(byte & SET)) this.#setDate(readCalendar(this.#cmos, this.#format));
  }

  /** Flags what has happened since the last look, enabled or not. */
  #settle(): void {
    let flags = this.#register(C);
    const date = this.#now();
    if (date > this.settledDate) {
      flags |= UPDATE;
      if (this.#alarmRings(this.settledDate, date)) flags |= ALARM;
    }
    this.settledDate = date;
    const period = this.#period;
    const ticks = this.#crystal.ticks(this.#clock.now);
    if (period !== 0 && Math.floor(ticks / period) > Math.floor(this.settledPeriod / period))
      flags |= PERIODIC;
    this.settledPeriod = ticks;
    const enabled = flags & this.#register(B) & (PERIODIC | ALARM | UPDATE);
    this.#cmos[C] = enabled === 0 ? flags : flags | IRQF;
  }

  /** Crystal periods between two periodic interrupts; 0: none. Rates 1 and 2 are those of 8 and 9 (datasheet, table 5). */
  get #period(): number {
    const rate = this.#register(A) & 15;
    if (rate === 0) return 0;
    return 1 << (rate < 3 ? rate + 6 : rate - 1);
  }

  /** Does the alarm match a second after `from`, up to `to`? A register with both top bits set matches anything. */
  #alarmRings(from: number, to: number): boolean {
    const wanted = [1, 3, 5].map((index) => this.#register(index));
    if (wanted.every((value) => value >= 0xc0)) return true;
    const registers = new Uint8Array(128);
    for (let date = Math.max(from + 1, to - DAY + 1); date <= to; date++) {
      writeCalendar(registers, date, this.#format);
      if (wanted.every((value, unit) => value >= 0xc0 || value === registers[2 * unit])) return true;
    }
    return false;
  }

  /** Drives IRQ 8 and sets the timer on the next event that is enabled. */
  #update(): void {
    this.#settle();
    this.#irq.set((this.#register(C) & IRQF) !== 0);
    const enabled = this.#register(B);
    let next = Number.POSITIVE_INFINITY;
    if (enabled & (UPDATE | ALARM) && this.#running)
      next = this.since + (this.settledDate - this.date + 1) * this.#hertz;
    if (enabled & PERIODIC && this.#period !== 0) {
      const tick = (Math.floor(this.settledPeriod / this.#period) + 1) * this.#period;
      next = Math.min(next, this.#crystal.cycle(tick));
    }
    this.#clock.set(this.#timer, next);
  }
}

const FIELDS = "index date since settledDate settledPeriod";

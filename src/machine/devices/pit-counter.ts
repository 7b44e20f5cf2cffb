/**
 * One counter of the 8254 ("Mode Definitions" of the datasheet). It is not counted down: what it holds follows from the tick at
 * which it was loaded.
 *
 *     count N written ──▶ loaded at the next tick, `start` ──▶ d = tick − start ticks later
 *
 *     mode  output                                  the counting element
 *     0     low until d = N                         N − d
 *     1     as 0, a rise of the gate being the start; high before
 *     2     low for the last tick of N              N − d mod N
 *     3     high for the first half of N            down by two, twice
 *     4     low for one tick at d = N               N − d
 *     5     as 4, a rise of the gate being the start
 */
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";

/** Control word, bits 5 … 4. */
const LATCH = 0;
const LOW = 1;
const HIGH = 2;
const NEVER = Number.POSITIVE_INFINITY;

export class PitCounter implements Stateful {
  gate: boolean;
  mode = 3;
  bcd = false;
  /** Which bytes are read and written: LOW, HIGH, or both (3). */
  access = 3;
  /** The count in use, 1 … 65536 (10000 in BCD). */
  count = 65536;
  /** A count that waits for the end of the period (modes 2, 3) or the gate (1, 5); 0 if none. */
  waiting = 0;
  /** The tick at which it comes in, in modes 2 and 3. */
  takesOver = 0;
  start = 0;
  /** Counting: a count was written and, in modes 1 and 5, the gate rose. */
  armed = true;
  /** Ticks counted when the gate went low or counting stopped; −1 while it counts. */
  held = -1;
  /** The low byte of a count whose high byte is to come; −1 if none. */
  lowByte = -1;
  readsHigh = false;
  latchedCount = -1;
  latchedStatus = -1;

  constructor(gate: boolean) {
    this.gate = gate;
    if (!gate) this.held = 0;
  }

  /** A control word without its select bits: access, mode, BCD. The counter stops until a count is written. */
  control(word: number, tick: number): void {
    const access = word >> 4;
    if (access === LATCH) {
      this.latchCount(tick);
      return;
    }
    this.#stop(tick);
    this.access = access;
    this.mode = (word >> 1) & 7;
    if (this.mode > 5) this.mode -= 4;
    this.bcd = (word & 1) !== 0;
    this.waiting = 0;
    this.lowByte = this.latchedCount = this.latchedStatus = -1;
    this.readsHigh = false;
  }

  write(byte: number, tick: number): void {
    if (this.access === LOW) this.#load(byte, tick);
    else if (this.access === HIGH) this.#load(byte << 8, tick);
    else if (this.lowByte < 0) {
      this.lowByte = byte;
      // Mode 0: the first byte stops the count and sets the output low at once.
      if (this.mode === 0) this.#stop(tick);
    } else {
      this.#load(this.lowByte | (byte << 8), tick);
      this.lowByte = -1;
    }
  }

  read(tick: number): number {
    if (this.latchedStatus >= 0) {
      const status = this.latchedStatus;
      this.latchedStatus = -1;
      return status;
    }
    const value = this.latchedCount >= 0 ? this.latchedCount : this.#value(tick);
    const high = this.access === HIGH || (this.access === 3 && this.readsHigh);
    if (this.access === 3) this.readsHigh = !this.readsHigh;
    if (this.access !== 3 || high) this.latchedCount = -1;
    return high ? value >> 8 : value & 0xff;
  }

  /** Kept until it has been read; a second latch before that is ignored. */
  latchCount(tick: number): void {
    if (this.latchedCount < 0) this.latchedCount = this.#value(tick);
  }

  /** Output, null count, then the control word (datasheet, figure 11). */
  latchStatus(tick: number): void {
    if (this.latchedStatus >= 0) return;
    const output = this.output(tick) ? 0x80 : 0;
    const nullCount = !this.armed || this.waiting !== 0 || tick < this.start ? 0x40 : 0;
    this.latchedStatus = output | nullCount | (this.access << 4) | (this.mode << 1) | (this.bcd ? 1 : 0);
  }

  /** Low holds the count in modes 0 and 4, stops it in 2 and 3; a rise starts 1 and 5 and reloads 2 and 3. */
  setGate(gate: boolean, tick: number): void {
    if (gate === this.gate) return;
    this.#settle(tick);
    const elapsed = Math.max(0, this.#elapsed(tick));
    this.gate = gate;
    if (this.#triggered) {
      if (gate && (this.armed || this.waiting !== 0)) this.#begin(this.waiting || this.count, tick);
    } else if (!this.armed) return;
    else if (!gate) this.held = elapsed;
    else if (this.#periodic) this.#begin(this.waiting || this.count, tick);
    else {
      this.start = tick - this.held;
      this.held = -1;
    }
  }

  output(tick: number): boolean {
    this.#settle(tick);
    if (!this.armed) return this.mode !== 0;
    if (this.#periodic && !this.gate) return true;
    const d = this.#elapsed(tick);
    switch (this.mode) {
      case 0:
      case 1:
        return d >= this.count;
      case 2:
        return d < 0 || d % this.count !== this.count - 1;
      case 3:
        return d < 0 || d % this.count < this.#half;
      default:
        return d !== this.count;
    }
  }

  /** The tick after `tick` at which the output changes by itself; Infinity if it does not. */
  nextChange(tick: number): number {
    this.#settle(tick);
    if (!this.armed || this.held >= 0) return NEVER;
    const d = tick - this.start;
    if (this.#periodic) {
      const turn = this.mode === 2 ? this.count - 1 : this.#half;
      const phase = d < 0 ? d : d % this.count;
      return tick - phase + (phase < turn ? turn : this.count);
    }
    if (d < this.count) return this.start + this.count;
    return this.mode >= 4 && d === this.count ? tick + 1 : NEVER;
  }

  save(out: StateWriter): void {
    saveFields(out, this, FIELDS);
  }

  load(from: StateReader): void {
    loadFields(from, this, FIELDS);
  }

  get #periodic(): boolean {
    return this.mode === 2 || this.mode === 3;
  }

  get #triggered(): boolean {
    return this.mode === 1 || this.mode === 5;
  }

  /** Ticks of the high half in mode 3: the longer one of an odd count. */
  get #half(): number {
    return (this.count + 1) >> 1;
  }

  /** Ticks since the load; negative when the load is to come at the next tick. */
  #elapsed(tick: number): number {
    return this.held >= 0 ? this.held : tick - this.start;
  }

  #begin(count: number, tick: number): void {
    this.count = count;
    this.waiting = 0;
    this.start = tick + 1;
    this.armed = true;
    this.held = -1;
  }

  #stop(tick: number): void {
    this.held = Math.max(0, this.#elapsed(tick));
    this.armed = false;
  }

  #load(written: number, tick: number): void {
    this.#settle(tick);
    const most = this.bcd ? 10000 : 65536;
    const count = (this.bcd ? fromBcd(written) : written) || most;
    if (this.#triggered) this.waiting = count;
    else if (this.#periodic && this.armed && this.gate) {
      this.waiting = count;
      const phase = Math.max(0, tick - this.start) % this.count;
      const turn = this.mode === 3 && phase < this.#half ? this.#half : this.count;
      this.takesOver = Math.max(tick, this.start) - phase + turn;
    } else {
      this.#begin(count, tick);
      if (!this.gate) this.held = 0;
    }
  }

  /** A count that waits comes in at the end of the period, in mode 3 of the half period. */
  #settle(tick: number): void {
    if (this.waiting === 0 || !this.#periodic || !this.armed || tick < this.takesOver) return;
    const lowHalf = (this.takesOver - this.start) % this.count !== 0;
    this.count = this.waiting;
    this.waiting = 0;
    this.start = this.takesOver - (lowHalf ? this.#half : 0);
  }

  #value(tick: number): number {
    this.#settle(tick);
    const d = Math.max(0, this.#elapsed(tick));
    const modulus = this.bcd ? 10000 : 65536;
    let value: number;
    if (this.mode === 2) value = this.count - (d % this.count);
    else if (this.mode === 3) value = (this.count & ~1) - 2 * ((d % this.count) % this.#half);
    else value = modulus + ((this.count - d) % modulus);
    value %= modulus;
    return this.bcd ? toBcd(value) : value;
  }
}

const FIELDS =
  "gate mode bcd access count waiting takesOver start armed held lowByte readsHigh latchedCount latchedStatus";

function fromBcd(value: number): number {
  let result = 0;
  for (let shift = 12; shift >= 0; shift -= 4) result = result * 10 + ((value >> shift) & 15);
  return result;
}

function toBcd(value: number): number {
  let result = 0;
  for (let shift = 0; shift < 16; shift += 4) {
    result |= (value % 10) << shift;
    value = Math.floor(value / 10);
  }
  return result;
}

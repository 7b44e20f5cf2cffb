/**
 * The local APIC (SDM Vol. 3, chapter 10) of a board with one processor. It decides which interrupt the processor takes: its own, or, in
 * virtual wire mode, the 8259A's through LINT0 (10.5.1).
 *
 *     8259A ──▶ LINT0 ─────────────────────────▶ processor
 *     timer, errors ──▶ LVT ──┬─▶ IRR ─▶ ISR ─────▲              PPR = max(TPR, highest in service)
 *     IOAPIC, ICR to itself ──┘                                  LINT1, for an NMI, is not wired
 */
import type { Clock } from "../clock.ts";
import type { InterruptSource, VectorSource } from "../cpu/cpu.ts";
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { LapicTimer, TSC_DEADLINE } from "./lapic-timer.ts";
import { VectorSet } from "./vector-set.ts";

/** The bus clock that the timer counts, as QEMU has it. */
export const LAPIC_HERTZ = 1_000_000_000;

/** Message types: bits 8 … 10 of an LVT entry, of the ICR and of a redirection entry (10.5.1, 10.6.1). */
export const DELIVERY = { fixed: 0, lowest: 1, smi: 2, nmi: 4, init: 5, startUp: 6, extInt: 7 } as const;

/** An interrupt message on its way to local APICs. */
export interface ApicMessage {
  readonly vector: number;
  readonly delivery: number;
  readonly levelTriggered: boolean;
  readonly destination: number;
  readonly logical: boolean;
}

export interface LapicParts {
  readonly clock: Clock;
  readonly hertz: number;
  readonly busHertz?: number;
  /** The time-stamp counter now. */
  readonly tsc: () => number;
  /** What LINT0 is wired to. */
  readonly pic: VectorSource;
  /** The processor is to look at its interrupts. */
  readonly intr: () => void;
  readonly nmi: () => void;
  /** An INIT message reached this processor. */
  readonly init: () => void;
}

const ENABLED = 0x100;
const MASKED = 0x10000;
const LEVEL = 0x8000;
/** LVT entries: timer, thermal, performance, LINT0, LINT1, error; which of their bits can be written. */
const LVT_BITS = [0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff];
const TIMER = 0;
const LINT0 = 3;
const ERROR = 5;
/** Error status: an illegal vector sent, received (10.5.3). */
const SEND_ILLEGAL = 0x20;
const RECEIVE_ILLEGAL = 0x40;

export class Lapic implements InterruptSource, Stateful {
  id = 0;
  tpr = 0;
  ldr = 0;
  dfr = 0xffffffff;
  svr = 0xff;
  esr = 0;
  /** Errors since ESR was last written, which is what makes them readable. */
  errors = 0;
  icrLow = 0;
  icrHigh = 0;
  /** IA32_APIC_BASE bits 11 and 10: switched on, x2APIC (lapic-msrs.ts writes them). */
  on = true;
  x2 = false;
  /** Tells the IOAPIC that a level-triggered interrupt has been served. */
  onEoi: (vector: number) => void = () => {};
  readonly timer: LapicTimer;
  readonly #lvt = new Int32Array(6);
  readonly #isr = new VectorSet();
  readonly #tmr = new VectorSet();
  readonly #irr = new VectorSet();
  readonly #parts: LapicParts;

  constructor(parts: LapicParts) {
    this.#parts = parts;
    const { clock, hertz, tsc, busHertz = LAPIC_HERTZ } = parts;
    this.timer = new LapicTimer({ clock, hertz, busHertz, tsc, fire: () => this.#fire(TIMER) });
    this.reset();
  }

  /** After INIT or power-up (10.4.7.1). LINT0 is open for the 8259A, as firmware leaves it. */
  reset(): void {
    this.tpr = this.ldr = this.esr = this.errors = this.icrLow = this.icrHigh = 0;
    this.dfr = 0xffffffff;
    this.svr = 0xff;
    this.#lvt.fill(MASKED);
    this.#lvt[LINT0] = DELIVERY.extInt << 8;
    for (const set of [this.#isr, this.#tmr, this.#irr]) set.clear();
    this.timer.reset();
  }

  /** CR8 is TPR's upper half (10.8.6). */
  get taskPriority(): number {
    return this.tpr >> 4;
  }

  set taskPriority(value: number) {
    this.setTaskPriority(value << 4);
  }

  setTaskPriority(value: number): void {
    this.tpr = value & 0xff;
    this.#announce();
  }

  /** PPR (10.8.3.1). */
  get priority(): number {
    const serving = Math.max(0, this.#isr.highest());
    return this.tpr >> 4 >= serving >> 4 ? this.tpr : serving & 0xf0;
  }

  lvt(entry: number): number {
    return (this.#lvt[entry] as number) >>> 0;
  }

  setLvt(entry: number, value: number): void {
    // While the APIC is disabled by software every entry stays masked (10.4.7.2).
    const masked = this.svr & ENABLED ? 0 : MASKED;
    this.#lvt[entry] = (value & (LVT_BITS[entry] as number)) | masked;
    if (entry === TIMER) this.timer.setMode(Math.min((value >> 17) & 3, TSC_DEADLINE));
    this.#announce();
  }

  /** SVR: software enable and the spurious vector (10.9). */
  setSpurious(value: number): void {
    this.svr = value & 0x1ff;
    if ((value & ENABLED) === 0) for (let i = 0; i < 6; i++) this.#lvt[i] = (this.#lvt[i] as number) | MASKED;
    this.#announce();
  }

  /** A word of ISR (0 … 7), TMR (8 … 15) or IRR (16 … 23). */
  vectors(word: number): number {
    const set = word < 8 ? this.#isr : word < 16 ? this.#tmr : this.#irr;
    return (set.words[word & 7] as number) >>> 0;
  }

  endOfInterrupt(): void {
    const vector = this.#isr.highest();
    if (vector < 0) return;
    this.#isr.delete(vector);
    if (this.#tmr.has(vector)) this.onEoi(vector);
    this.#announce();
  }

  /** Notes an error; its LVT entry interrupts for a new one (10.5.3). */
  error(bit: number): void {
    const known = (this.errors & bit) !== 0;
    this.errors |= bit;
    if (!known) this.#fire(ERROR);
  }

  /** Sends the ICR's message (10.6.1). There is nobody else, so shorthands come down to self or nobody. */
  send(): void {
    const { icrLow } = this;
    const vector = icrLow & 0xff;
    const delivery = (icrLow >> 8) & 7;
    const shorthand = (icrLow >> 18) & 3;
    const illegal = delivery <= DELIVERY.lowest && vector < 16;
    if (illegal) this.error(SEND_ILLEGAL);
    // INIT level de-assert is for the bus only.
    const deassert = delivery === DELIVERY.init && (icrLow & 0xc000) === LEVEL;
    if (illegal || deassert || shorthand === 3) return;
    const all = this.x2 ? 0xffffffff : 0xff;
    this.deliver({
      vector,
      delivery,
      levelTriggered: false,
      destination: shorthand !== 0 ? all : this.x2 ? this.icrHigh >>> 0 : this.icrHigh >>> 24,
      logical: shorthand === 0 && (icrLow & 0x800) !== 0,
    });
  }

  /** It has an interrupt of its own that the processor is to take now: no 8259A's. */
  requests(): boolean {
    return this.#request() >= 0;
  }

  /** The vector in service, if it was level-triggered: its end concerns the IOAPIC. −1 otherwise. */
  levelInService(): number {
    const vector = this.#isr.highest();
    return vector >= 0 && this.#tmr.has(vector) ? vector : -1;
  }

  pending(): boolean {
    return this.#request() >= 0 || (this.#passesPic() && this.#parts.pic.pending());
  }

  acknowledge(): number {
    const vector = this.#request();
    if (vector < 0) return this.#passesPic() ? this.#parts.pic.acknowledge() : this.svr & 0xff;
    this.#irr.delete(vector);
    this.#isr.add(vector);
    return vector;
  }

  /** A message that an IOAPIC or a processor sent; taken if it is for this one. Returns whether it is. */
  deliver(message: ApicMessage): boolean {
    if (!this.on || !this.#isDestination(message)) return false;
    switch (message.delivery) {
      case DELIVERY.fixed:
      case DELIVERY.lowest:
        this.#accept(message.vector, message.levelTriggered);
        break;
      case DELIVERY.nmi:
        this.#parts.nmi();
        break;
      case DELIVERY.init:
        this.#parts.init();
        break;
      default:
      // SMI: there is no system management mode. Start-up: a processor that runs ignores it.
    }
    return true;
  }

  save(out: StateWriter): void {
    out.section("lapic");
    saveFields(out, this, FIELDS);
    for (const words of this.#arrays()) out.array(words);
    this.timer.save(out);
  }

  load(from: StateReader): void {
    from.section("lapic");
    loadFields(from, this, FIELDS);
    for (const words of this.#arrays()) from.array(words);
    this.timer.load(from);
  }

  #arrays(): Int32Array[] {
    return [this.#lvt, this.#isr.words, this.#tmr.words, this.#irr.words];
  }

  get #enabled(): boolean {
    return this.on && (this.svr & ENABLED) !== 0;
  }

  /** LINT0 lets the 8259A through; a local APIC that is switched off is not in the way (10.4.3). */
  #passesPic(): boolean {
    const lint0 = this.#lvt[LINT0] as number;
    return !this.on || ((lint0 & MASKED) === 0 && ((lint0 >> 8) & 7) === DELIVERY.extInt);
  }

  /** The vector to take now, or −1: its class must be above the processor's priority. */
  #request(): number {
    if (!this.#enabled) return -1;
    const vector = this.#irr.highest();
    return vector >> 4 > this.priority >> 4 ? vector : -1;
  }

  #announce(): void {
    if (this.pending()) this.#parts.intr();
  }

  #accept(vector: number, levelTriggered: boolean): void {
    if (!this.#enabled) return;
    if (vector < 16) {
      this.error(RECEIVE_ILLEGAL);
      return;
    }
    this.#irr.add(vector);
    if (levelTriggered) this.#tmr.add(vector);
    else this.#tmr.delete(vector);
    this.#announce();
  }

  /** Physical: the ID or all. Logical: a bit of the LDR in the flat model, a bit within a cluster otherwise (10.6.2). */
  #isDestination({ destination, logical }: ApicMessage): boolean {
    if (destination === (this.x2 ? 0xffffffff : 0xff)) return true;
    if (!logical) return destination === this.id;
    if (this.x2) return destination >>> 16 === this.id >> 4 && ((destination >> (this.id & 15)) & 1) === 1;
    const own = this.ldr >>> 24;
    if (this.dfr >>> 28 === 15) return (destination & own) !== 0;
    return destination >> 4 === own >> 4 && (destination & own & 15) !== 0;
  }

  #fire(entry: number): void {
    const lvt = this.#lvt[entry] as number;
    if (lvt & MASKED || !this.on) return;
    this.#accept(lvt & 0xff, false);
  }
}

const FIELDS = "id tpr ldr dfr svr esr errors icrLow icrHigh on x2";

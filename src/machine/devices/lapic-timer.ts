/**
 * The local APIC's timer (SDM Vol. 3, 10.5.4): counts the bus clock down, once or again and again, or waits for a value of the
 * time-stamp counter.
 *
 *     bus clock ──▶ ÷ 1 … 128 ──▶ current count: initial … 0 ──▶ LVT timer entry
 */
import type { Clock, Timer } from "../clock.ts";
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { Rate } from "./rate.ts";

export const ONE_SHOT = 0;
export const PERIODIC = 1;
export const TSC_DEADLINE = 2;

const NEVER = Number.POSITIVE_INFINITY;

export interface LapicTimerParts {
  readonly clock: Clock;
  /** Of the processor, and of the bus that the timer counts. */
  readonly hertz: number;
  readonly busHertz: number;
  /** The time-stamp counter now. */
  readonly tsc: () => number;
  readonly fire: () => void;
}

export class LapicTimer implements Stateful {
  mode = ONE_SHOT;
  initial = 0;
  /** The divide configuration register. */
  divide = 0;
  /** Counting down; otherwise the count is zero and stays there. */
  running = false;
  /** The bus tick at which the running period began. */
  start = 0;
  /** IA32_TSC_DEADLINE; 0: not armed. */
  deadline = 0;
  readonly #parts: LapicTimerParts;
  readonly #rate: Rate;
  readonly #timer: Timer;

  constructor(parts: LapicTimerParts) {
    this.#parts = parts;
    this.#rate = new Rate(parts.hertz, parts.busHertz);
    this.#timer = parts.clock.timer(() => this.#ring());
  }

  /** Leaving or entering TSC-deadline mode disarms; between the others the count goes on. */
  setMode(mode: number): void {
    this.#settle();
    const deadline = mode === TSC_DEADLINE;
    if (deadline !== (this.mode === TSC_DEADLINE)) {
      this.running = false;
      this.deadline = 0;
    }
    this.mode = mode;
    this.#schedule();
  }

  setInitial(count: number): void {
    if (this.mode === TSC_DEADLINE) return;
    this.initial = count;
    this.running = count !== 0;
    this.start = this.#tick;
    this.#schedule();
  }

  /** The count goes on at the new pace. */
  setDivide(value: number): void {
    const left = this.current;
    this.divide = value & 0x0b;
    this.start = this.#tick - (this.initial - left) * this.#divisor;
    this.#schedule();
  }

  /** Ignored in the other modes; 0 disarms; a value that has passed rings at once. */
  setDeadline(tsc: number): void {
    if (this.mode !== TSC_DEADLINE) return;
    this.deadline = tsc;
    this.#schedule();
  }

  get current(): number {
    this.#settle();
    if (!this.running) return 0;
    return this.initial - Math.floor((this.#tick - this.start) / this.#divisor);
  }

  reset(): void {
    this.mode = ONE_SHOT;
    this.initial = this.divide = this.deadline = 0;
    this.running = false;
    this.#schedule();
  }

  save(out: StateWriter): void {
    saveFields(out, this, FIELDS);
    out.double(this.#timer.deadline);
  }

  load(from: StateReader): void {
    loadFields(from, this, FIELDS);
    this.#timer.deadline = from.double();
  }

  get #tick(): number {
    return this.#rate.ticks(this.#parts.clock.now);
  }

  /** Bits 3, 1, 0 of the divide configuration: 000 is 2, 110 is 128, 111 is 1. */
  get #divisor(): number {
    const code = ((this.divide & 8) >> 1) | (this.divide & 3);
    return 1 << ((code + 1) & 7);
  }

  get #period(): number {
    return this.initial * this.#divisor;
  }

  /** Brings the start of the period up to now; a one-shot count that ran out stays at zero. */
  #settle(): void {
    if (!this.running) return;
    const elapsed = this.#tick - this.start;
    if (elapsed < this.#period) return;
    if (this.mode === PERIODIC) this.start += elapsed - (elapsed % this.#period);
    else this.running = false;
  }

  #schedule(): void {
    const { clock, tsc } = this.#parts;
    let next = NEVER;
    if (this.mode === TSC_DEADLINE) {
      if (this.deadline !== 0) next = clock.now + Math.max(0, this.deadline - tsc());
    } else if (this.running) next = this.#rate.cycle(this.start + this.#period);
    clock.set(this.#timer, next);
  }

  #ring(): void {
    if (this.mode === TSC_DEADLINE) this.deadline = 0;
    this.#settle();
    this.#schedule();
    this.#parts.fire();
  }
}

const FIELDS = "mode initial divide running start deadline";

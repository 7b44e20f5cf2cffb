/**
 * The machine's only time: cycles of its processor. The interpreter counts `left` down to the next timer, so that an
 * instruction pays one subtraction:
 *
 *     now = end − left          end: the cycle at which the interpreter must look up
 */
import type { StateReader, StateWriter } from "./state.ts";

/** Longest run without a look around, in cycles: keeps `left` a small integer. */
const LONGEST = 1 << 24;

/** A device's alarm. It belongs to the device, which saves it in its own state. */
export class Timer {
  /** The cycle at which it rings; Infinity when it is off. */
  deadline = Number.POSITIVE_INFINITY;
  readonly ring: () => void;

  constructor(ring: () => void) {
    this.ring = ring;
  }
}

export class Clock {
  /** Cycles until the interpreter must look up; it may fall below zero by one instruction's cost. */
  left = 0;
  /** Cycles that a processor has slept through, of those so far: the rest is what its work has cost. */
  slept = 0;
  #end = 0;
  /** The low 32 bits of #end, int32. */
  #endLow = 0;
  readonly #timers: Timer[] = [];
  /** No timer rings before it: the next deadline, or an earlier one that was cleared since. */
  #due = Number.POSITIVE_INFINITY;

  /** Cycles since the machine was switched on. */
  get now(): number {
    return this.#end - this.left;
  }

  /** The low 32 bits of `now`, int32: what a hash wants. */
  get nowLow(): number {
    return (this.#endLow - this.left) | 0;
  }

  private set end(value: number) {
    this.#end = value;
    this.#endLow = value | 0;
  }

  /** Costs that an instruction meets on its way: a TLB miss, a world switch. Whole cycles. */
  charge(cycles: number): void {
    this.left = (this.left - cycles) | 0;
  }

  /** A timer that is off. Timers that ring at the same cycle ring in the order of their making. */
  timer(ring: () => void): Timer {
    const timer = new Timer(ring);
    this.#timers.push(timer);
    return timer;
  }

  /** Rings once, at or after the cycle. */
  set(timer: Timer, deadline: number): void {
    timer.deadline = deadline;
    if (deadline < this.#due) this.#due = deadline;
    if (deadline < this.#end) this.open();
  }

  clear(timer: Timer): void {
    timer.deadline = Number.POSITIVE_INFINITY;
  }

  /** The next deadline, or Infinity. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const timer of this.#timers) if (timer.deadline < next) next = timer.deadline;
    this.#due = next;
    return next;
  }

  /** Rings what is due, then opens the way to the next timer. */
  advance(): void {
    if (this.#due <= this.now) {
      for (const timer of this.#timers)
        if (timer.deadline <= this.now) {
          timer.deadline = Number.POSITIVE_INFINITY;
          timer.ring();
        }
      this.#due = this.next;
    }
    this.open();
  }

  /** Sleeps until a cycle: what HLT does. */
  sleepUntil(cycle: number): void {
    this.slept += Math.max(0, cycle - this.now);
    this.end = Math.max(cycle, this.now);
    this.left = 0;
  }

  /** Time goes by, and timers ring, with no processor at work: for devices that are looked at alone. */
  pass(cycles: number): void {
    const end = this.now + cycles;
    while (this.now < end) {
      this.sleepUntil(Math.min(this.next, end));
      this.advance();
    }
  }

  /** Makes the interpreter look up before its next instruction. */
  attend(): void {
    this.end = this.now;
    this.left = 0;
  }

  /** Sets `left` to the way to the next timer. */
  open(): void {
    const now = this.now;
    const way = Math.ceil(Math.max(0, Math.min(this.#due - now, LONGEST)));
    this.left = way;
    this.end = now + way;
  }

  /** When the interpreter looks up next is state, too: a string instruction pauses there, and that is a step. */
  save(out: StateWriter): void {
    out.section("clock");
    out.double(this.now);
    out.int(this.left);
    out.double(this.#due);
    out.double(this.slept);
  }

  load(from: StateReader): void {
    from.section("clock");
    const now = from.double();
    const left = from.int();
    this.left = left;
    this.end = now + left;
    this.#due = from.double();
    this.slept = from.double();
  }
}

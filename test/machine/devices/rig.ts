/** What a device is tested with: time that passes on command, an interrupt line that remembers, a snapshot and back. */
import { Clock } from "../../../src/machine/clock.ts";
import type { IrqLine } from "../../../src/machine/devices/irq.ts";
import { type Stateful, StateReader, StateWriter } from "../../../src/machine/state.ts";

/** One cycle a microsecond: easy numbers. */
export const HERTZ = 1_000_000;

/** Lets cycles pass and rings the timers on the way, each at its cycle. */
export function pass(clock: Clock, cycles: number): void {
  const end = clock.now + cycles;
  for (;;) {
    const next = Math.min(clock.next, end);
    clock.sleepUntil(next);
    clock.advance();
    if (next >= end) return;
  }
}

/** A line that notes the cycle of each change. */
export class RecordedLine implements IrqLine {
  level = false;
  readonly changes: [cycle: number, level: boolean][] = [];
  readonly #clock: Clock;

  constructor(clock: Clock = new Clock()) {
    this.#clock = clock;
  }

  set(level: boolean): void {
    if (level !== this.level) this.changes.push([this.#clock.now, level]);
    this.level = level;
  }

  get rises(): number[] {
    return this.changes.filter(([, level]) => level).map(([cycle]) => cycle);
  }
}

/** Loads what one device saved into another. */
export function copyState(from: Stateful, to: Stateful): void {
  const out = new StateWriter();
  from.save(out);
  to.load(new StateReader(out.finish()));
}

/** The alarms of one station on one timer of the clock, in seconds. What rings at the same cycle rings in the order in which it was set. */
import type { Clock, Timer } from "../../../machine/clock.ts";

export interface Alarm {
  readonly cycle: number;
  readonly ring: () => void;
}

export class Alarms {
  readonly #clock: Clock;
  readonly #hertz: number;
  readonly #timer: Timer;
  readonly #alarms = new Set<Alarm>();

  constructor(clock: Clock, hertz: number) {
    this.#clock = clock;
    this.#hertz = hertz;
    this.#timer = clock.timer(() => this.#ring());
  }

  /** Seconds since the machine was switched on. */
  get now(): number {
    return this.#clock.now / this.#hertz;
  }

  /** Rings once, so many seconds from now. */
  set(seconds: number, ring: () => void): Alarm {
    const alarm = { cycle: this.#clock.now + Math.ceil(seconds * this.#hertz), ring };
    this.#alarms.add(alarm);
    if (alarm.cycle < this.#timer.deadline) this.#clock.set(this.#timer, alarm.cycle);
    return alarm;
  }

  cancel(alarm: Alarm | undefined): void {
    if (alarm) this.#alarms.delete(alarm);
  }

  #ring(): void {
    const due = [...this.#alarms].filter(({ cycle }) => cycle <= this.#clock.now);
    // One that rings may cancel another, or set one anew.
    for (const alarm of due.sort((one, other) => one.cycle - other.cycle))
      if (this.#alarms.delete(alarm)) alarm.ring();
    const next = Math.min(...[...this.#alarms].map(({ cycle }) => cycle));
    if (next < this.#timer.deadline) this.#clock.set(this.#timer, next);
  }
}

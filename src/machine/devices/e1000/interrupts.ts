/**
 * Causes, mask, pin, and the two ways of saying less often what happened (3.2.7, 3.4.3, 13.4.17 … 13.4.21):
 *
 *     event ──▶ delay timers ──▶ ICR ──(IMS)──▶ throttle ──▶ INTA#
 *               RDTR │ RADV                     ITR: the least time between two rises, in 256 ns
 *               TIDV │ TADV
 *               1.024 µs after the last event │ after the first one
 */
import type { Clock, Timer } from "../../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { CAUSES } from "./registers.ts";

const THROTTLE_UNIT = 256e-9;
const DELAY_UNIT = 1.024e-6;

export class Interrupts implements Stateful {
  #causes = 0;
  #mask = 0;
  #level = false;
  readonly #timer: Timer;
  readonly #clock: Clock;
  readonly #hertz: number;
  readonly #interval: () => number;
  readonly #pin: (level: boolean) => void;

  /** `interval`: ITR. */
  constructor(clock: Clock, hertz: number, interval: () => number, pin: (level: boolean) => void) {
    this.#clock = clock;
    this.#hertz = hertz;
    this.#interval = interval;
    this.#pin = pin;
    this.#timer = clock.timer(() => this.#update());
  }

  get mask(): number {
    return this.#mask;
  }

  raise(causes: number): void {
    this.#causes |= causes & CAUSES;
    this.#update();
  }

  /** Reading ICR takes the causes away; so does writing ones (13.4.17). */
  take(): number {
    const causes = this.#causes;
    this.clear(-1);
    return causes;
  }

  clear(causes: number): void {
    this.#causes &= ~causes;
    this.#update();
  }

  open(mask: number): void {
    this.#mask |= mask & CAUSES;
    this.#update();
  }

  close(mask: number): void {
    this.#mask &= ~mask;
    this.#update();
  }

  reset(): void {
    this.#causes = this.#mask = 0;
    this.#clock.clear(this.#timer);
    this.#update();
  }

  #update(): void {
    const level = (this.#causes & this.#mask) !== 0;
    if (level === this.#level) return;
    if (level && this.#timer.deadline !== Number.POSITIVE_INFINITY) return;
    this.#level = level;
    this.#pin(level);
    const units = this.#interval();
    if (level && units > 0)
      this.#clock.set(this.#timer, this.#clock.now + Math.ceil(units * THROTTLE_UNIT * this.#hertz));
  }

  save(out: StateWriter): void {
    out.int(this.#causes);
    out.int(this.#mask);
    out.flag(this.#level);
    out.double(this.#timer.deadline);
  }

  load(from: StateReader): void {
    this.#causes = from.int();
    this.#mask = from.int();
    this.#level = from.flag();
    this.#timer.deadline = from.double();
  }
}

/** A pair of delay timers in front of one cause. */
export class Delay implements Stateful {
  readonly #packet: Timer;
  readonly #absolute: Timer;
  readonly #clock: Clock;
  readonly #hertz: number;
  readonly #fire: () => void;

  constructor(clock: Clock, hertz: number, fire: () => void) {
    this.#clock = clock;
    this.#hertz = hertz;
    this.#fire = fire;
    this.#packet = clock.timer(() => this.flush());
    this.#absolute = clock.timer(() => this.flush());
  }

  /** An event; both in units of 1.024 µs. Without the first there is no delay (13.4.30), without the second no end of it. */
  event(packet: number, absolute: number): void {
    if (packet === 0) {
      this.flush();
      return;
    }
    this.#set(this.#packet, packet);
    if (absolute > 0 && this.#absolute.deadline === Number.POSITIVE_INFINITY)
      this.#set(this.#absolute, absolute);
  }

  /** Whether an event waits. */
  get pending(): boolean {
    return this.#packet.deadline !== Number.POSITIVE_INFINITY;
  }

  flush(): void {
    this.reset();
    this.#fire();
  }

  reset(): void {
    this.#clock.clear(this.#packet);
    this.#clock.clear(this.#absolute);
  }

  #set(timer: Timer, units: number): void {
    this.#clock.set(timer, this.#clock.now + Math.ceil(units * DELAY_UNIT * this.#hertz));
  }

  save(out: StateWriter): void {
    out.double(this.#packet.deadline);
    out.double(this.#absolute.deadline);
  }

  load(from: StateReader): void {
    this.#packet.deadline = from.double();
    this.#absolute.deadline = from.double();
  }
}

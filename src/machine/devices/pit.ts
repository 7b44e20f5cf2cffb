/**
 * The 8254 programmable interval timer (Intel 8254 datasheet, order 231164) and port 61h around its third counter.
 *
 *     1.193182 MHz ─┬─▶ counter 0 (40h) ──▶ IRQ 0
 *                   ├─▶ counter 1 (41h)      memory refresh, once
 *                   └─▶ counter 2 (42h) ──▶ speaker, 61h bit 5; gate: 61h bit 0
 */
import type { PortDevice } from "../bus.ts";
import type { Clock, Timer } from "../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqLine } from "./irq.ts";
import { PitCounter } from "./pit-counter.ts";
import { Rate } from "./rate.ts";

export const PIT_HERTZ = 1193182;
/** Ticks between two refresh requests on a PC/AT: 15 µs. Bit 4 of port 61h toggles with them. */
const REFRESH = 18;

export class Pit implements PortDevice, Stateful {
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #rate: Rate;
  readonly #timer: Timer;
  readonly #counters = [new PitCounter(true), new PitCounter(true), new PitCounter(false)];
  #speaker = false;

  constructor(parts: { clock: Clock; hertz: number; irq: IrqLine }) {
    this.#clock = parts.clock;
    this.#irq = parts.irq;
    this.#rate = new Rate(parts.hertz, PIT_HERTZ);
    this.#timer = this.#clock.timer(() => this.#update());
  }

  in(port: number): number {
    if (port === 0x61) return this.#readControl();
    return port === 0x43 ? 0xff : this.#counter(port & 3).read(this.#tick);
  }

  out(port: number, value: number): void {
    const byte = value & 0xff;
    if (port === 0x61) {
      this.#speaker = (byte & 2) !== 0;
      this.#counter(2).setGate((byte & 1) !== 0, this.#tick);
    } else if (port === 0x43) this.#control(byte);
    else this.#counter(port & 3).write(byte, this.#tick);
    this.#update();
  }

  save(out: StateWriter): void {
    out.section("pit");
    out.flag(this.#speaker);
    out.double(this.#timer.deadline);
    for (const counter of this.#counters) counter.save(out);
  }

  load(from: StateReader): void {
    from.section("pit");
    this.#speaker = from.flag();
    this.#timer.deadline = from.double();
    for (const counter of this.#counters) counter.load(from);
  }

  get #tick(): number {
    return this.#rate.ticks(this.#clock.now);
  }

  #counter(index: number): PitCounter {
    return this.#counters[index] as PitCounter;
  }

  /** A control word programs one counter; with both select bits set it is the read-back command (datasheet, "Read-Back Command"). */
  #control(byte: number): void {
    const select = byte >> 6;
    if (select < 3) {
      this.#counter(select).control(byte & 0x3f, this.#tick);
      return;
    }
    for (const [index, counter] of this.#counters.entries()) {
      if ((byte & (2 << index)) === 0) continue;
      if ((byte & 0x20) === 0) counter.latchCount(this.#tick);
      if ((byte & 0x10) === 0) counter.latchStatus(this.#tick);
    }
  }

  #readControl(): number {
    const tick = this.#tick;
    const counter = this.#counter(2);
    const refresh = Math.floor(tick / REFRESH) & 1;
    return (
      (counter.gate ? 1 : 0) | (this.#speaker ? 2 : 0) | (refresh << 4) | (counter.output(tick) ? 0x20 : 0)
    );
  }

  /** Counter 0 drives IRQ 0; the timer rings when its output next changes. */
  #update(): void {
    const tick = this.#tick;
    const counter = this.#counter(0);
    this.#irq.set(counter.output(tick));
    this.#clock.set(this.#timer, this.#rate.cycle(counter.nextChange(tick)));
  }
}

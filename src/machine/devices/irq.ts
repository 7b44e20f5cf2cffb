/**
 * Interrupt wires between devices and interrupt controllers. A wire is high while any of its drivers is high, as a PCI
 * interrupt pin is; whether a controller takes the edge or the level is its own business.
 *
 *     device ──▶ source(4) ─┐               ┌──▶ 8259A pair, input 4
 *     device ──▶ source(4) ─┴─▶ wire 4 ─────┴──▶ IOAPIC, pin 4     (wire 0 to pin 2, the timer)
 */
import type { Stateful, StateReader, StateWriter } from "../state.ts";

/** A device's interrupt output. Setting the level that it has is allowed and does nothing. */
export interface IrqLine {
  set(level: boolean): void;
}

/** An interrupt controller's inputs: told of every change of a wire. */
export interface IrqSink {
  setIrq(irq: number, level: boolean): void;
}

/** The most drivers of one wire: one bit each. */
const MOST = 31;

export class IrqWires implements Stateful {
  /** Bit n of a wire: its nth driver is high. */
  readonly #high: Int32Array;
  readonly #drivers: Uint8Array;
  readonly #sinks: IrqSink[] = [];

  /** Wires 0 … 15 are the ISA interrupts; more go to the IOAPIC alone. */
  constructor(count = 24) {
    this.#high = new Int32Array(count);
    this.#drivers = new Uint8Array(count);
  }

  /** A new driver of a wire, low. Throws a RangeError when there is no such wire or it has no room. */
  source(irq: number): IrqLine {
    const driver = this.#drivers[irq];
    if (driver === undefined)
      throw new RangeError(`interrupt ${irq}: there are 0 … ${this.#drivers.length - 1}`);
    if (driver === MOST) throw new RangeError(`interrupt ${irq} has ${MOST} drivers already`);
    this.#drivers[irq] = driver + 1;
    return { set: (level) => this.#set(irq, 1 << driver, level) };
  }

  connect(sink: IrqSink): void {
    this.#sinks.push(sink);
  }

  level(irq: number): boolean {
    return this.#high[irq] !== 0;
  }

  #set(irq: number, driver: number, level: boolean): void {
    const before = this.#high[irq] as number;
    const after = level ? before | driver : before & ~driver;
    this.#high[irq] = after;
    if ((before !== 0) === (after !== 0)) return;
    for (const sink of this.#sinks) sink.setIrq(irq, after !== 0);
  }

  /** The controllers save what they made of the levels: loading tells them nothing. */
  save(out: StateWriter): void {
    out.section("irq");
    out.array(this.#high);
  }

  load(from: StateReader): void {
    from.section("irq");
    from.array(this.#high);
  }
}

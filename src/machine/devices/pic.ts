/**
 * The 8259A programmable interrupt controllers of a PC (Intel 8259A datasheet, order 231468): two chips, the second on input 2 of the
 * first, with the edge/level registers that PCI chipsets added (82371AB datasheet, 4.2.6).
 *
 *     inputs 0 … 7 ──▶ master (20h, 21h) ──▶ INTR
 *                        ▲ input 2
 *     inputs 8 … 15 ─▶ slave (A0h, A1h)           edge/level: 4D0h, 4D1h
 */
import type { PortDevice } from "../bus.ts";
import type { VectorSource } from "../cpu/cpu.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqSink } from "./irq.ts";
import { PicChip } from "./pic-chip.ts";

const CASCADE = 2;
/** Inputs whose trigger may be chosen: not timer, keyboard, cascade; on the slave not RTC and FPU. */
const ELCR_MASTER = 0xf8;
const ELCR_SLAVE = 0xde;

export class Pic implements PortDevice, IrqSink, VectorSource, Stateful {
  readonly #master = new PicChip(1 << CASCADE);
  readonly #slave = new PicChip(0);
  readonly #intr: () => void;

  /** `intr` is called when an interrupt may have come up. */
  constructor(intr: () => void) {
    this.#intr = intr;
  }

  setIrq(irq: number, level: boolean): void {
    if (irq > 15 || irq === CASCADE) return;
    const chip = irq < 8 ? this.#master : this.#slave;
    chip.set(irq & 7, level);
    this.#changed(chip);
  }

  /** The INTR output. */
  pending(): boolean {
    return this.#master.request() >= 0;
  }

  /** The INTA cycle: the vector comes from the slave when the master's winner is the cascade. */
  acknowledge(): number {
    const cascaded = this.#master.request() === CASCADE;
    const vector = this.#master.acknowledge();
    if (!cascaded) return vector;
    const answer = this.#slave.acknowledge();
    this.#changed(this.#slave);
    return answer;
  }

  in(port: number): number {
    if (port === 0x4d0) return this.#master.elcr;
    if (port === 0x4d1) return this.#slave.elcr;
    const chip = this.#chip(port);
    const value = chip.read((port & 1) !== 0);
    this.#changed(chip);
    return value;
  }

  out(port: number, value: number): void {
    const byte = value & 0xff;
    const chip = this.#chip(port);
    if (port === 0x4d0) chip.elcr = byte & ELCR_MASTER;
    else if (port === 0x4d1) chip.elcr = byte & ELCR_SLAVE;
    else if (port & 1) chip.writeOdd(byte);
    else chip.writeEven(byte);
    this.#changed(chip);
  }

  save(out: StateWriter): void {
    out.section("pic");
    this.#master.save(out);
    this.#slave.save(out);
  }

  load(from: StateReader): void {
    from.section("pic");
    this.#master.load(from);
    this.#slave.load(from);
  }

  #chip(port: number): PicChip {
    return port < 0xa0 || port === 0x4d0 ? this.#master : this.#slave;
  }

  /** The slave's INT output is the master's input 2. */
  #changed(chip: PicChip): void {
    if (chip === this.#slave) this.#master.set(CASCADE, chip.request() >= 0);
    if (this.pending()) this.#intr();
  }
}

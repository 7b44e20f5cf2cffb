/**
 * One 8259A (Intel 8259A datasheet, order 231468): eight inputs, their requests, masks and services.
 *
 *     inputs ──▶ IRR ──▶ priority, IMR ──▶ ISR        the edge sense of an input: `lines`
 */
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";

/** The initialization sequence: what the next write to the odd port is. */
const READY = 0;
const ICW2 = 1;
const ICW3 = 2;
const ICW4 = 3;

export class PicChip implements Stateful {
  irr = 0;
  imr = 0;
  isr = 0;
  elcr = 0;
  lines = 0;
  vector = 0;
  /** The input with the highest priority. */
  first = 0;
  expects = READY;
  wantsIcw4 = false;
  single = false;
  levelTriggered = false;
  autoEoi = false;
  rotateOnAutoEoi = false;
  specialMask = false;
  fullyNested = false;
  readIsr = false;
  poll = false;

  readonly #cascade: number;

  constructor(cascade: number) {
    this.#cascade = cascade;
  }

  set(input: number, level: boolean): void {
    const bit = 1 << input;
    const rises = level && (this.lines & bit) === 0;
    this.lines = level ? this.lines | bit : this.lines & ~bit;
    if (this.#triggersOnLevel(bit)) this.irr = level ? this.irr | bit : this.irr & ~bit;
    else if (rises) this.irr |= bit;
  }

  /** The input to serve now, or −1: unmasked, and of higher priority than all in service (datasheet, "Fully Nested Mode"). */
  request(): number {
    const wanted = this.#highest(this.irr & ~this.imr);
    let serving = this.isr;
    if (this.specialMask) serving &= ~this.imr;
    if (this.fullyNested) serving &= ~this.#cascade;
    return wanted < this.#highest(serving) ? (wanted + this.first) & 7 : -1;
  }

  /** The second INTA pulse: the vector. Without a request any more it is that of input 7, which is not put in service. */
  acknowledge(): number {
    const input = this.request();
    if (input < 0) return this.vector + 7;
    const bit = 1 << input;
    if (!this.autoEoi) this.isr |= bit;
    else if (this.rotateOnAutoEoi) this.first = (input + 1) & 7;
    if (!this.#triggersOnLevel(bit)) this.irr &= ~bit;
    return this.vector + input;
  }

  read(odd: boolean): number {
    if (this.poll) {
      this.poll = false;
      const input = this.request();
      if (input < 0) return 0;
      this.acknowledge();
      return 0x80 | input;
    }
    if (odd) return this.imr;
    return this.readIsr ? this.isr : this.irr;
  }

  writeEven(value: number): void {
    if (value & 0x10) this.#icw1(value);
    else if (value & 0x08) this.#ocw3(value);
    else this.#ocw2(value);
  }

  writeOdd(value: number): void {
    switch (this.expects) {
      case ICW2:
        this.vector = value & 0xf8;
        this.expects = this.single ? this.#afterIcw3() : ICW3;
        return;
      case ICW3:
        this.expects = this.#afterIcw3();
        return;
      case ICW4:
        this.fullyNested = (value & 0x10) !== 0;
        this.autoEoi = (value & 0x02) !== 0;
        this.expects = READY;
        return;
      default:
        this.imr = value;
    }
  }

  save(out: StateWriter): void {
    saveFields(out, this, FIELDS);
  }

  load(from: StateReader): void {
    loadFields(from, this, FIELDS);
  }

  #triggersOnLevel(bit: number): boolean {
    return this.levelTriggered || (this.elcr & bit) !== 0;
  }

  /** Distance of the first set bit from the highest priority; 8 if none is set. */
  #highest(bits: number): number {
    if (bits === 0) return 8;
    let priority = 0;
    while ((bits & (1 << ((priority + this.first) & 7))) === 0) priority++;
    return priority;
  }

  /** ICW1 (datasheet, "Initialization Command Words"): clears the mask, the service register and the edge latches. */
  #icw1(value: number): void {
    this.wantsIcw4 = (value & 0x01) !== 0;
    this.single = (value & 0x02) !== 0;
    this.levelTriggered = (value & 0x08) !== 0;
    this.irr &= this.levelTriggered ? 0xff : this.elcr;
    this.imr = this.isr = this.lines = this.first = this.vector = 0;
    this.readIsr = this.poll = this.specialMask = false;
    this.autoEoi = this.rotateOnAutoEoi = this.fullyNested = false;
    this.expects = ICW2;
  }

  #afterIcw3(): number {
    return this.wantsIcw4 ? ICW4 : READY;
  }

  /** OCW2: end of interrupt and rotation. Bits 7 … 5: rotate, specific, EOI. */
  #ocw2(value: number): void {
    const command = value >> 5;
    const level = value & 7;
    switch (command) {
      case 0:
      case 4:
        this.rotateOnAutoEoi = command === 4;
        return;
      case 1:
      case 5: {
        const priority = this.#highest(this.isr);
        if (priority === 8) return;
        const input = (priority + this.first) & 7;
        this.isr &= ~(1 << input);
        if (command === 5) this.first = (input + 1) & 7;
        return;
      }
      case 3:
      case 7:
        this.isr &= ~(1 << level);
        if (command === 7) this.first = (level + 1) & 7;
        return;
      case 6:
        this.first = (level + 1) & 7;
        return;
      default:
    }
  }

  /** OCW3: poll, which register is read, special mask mode. */
  #ocw3(value: number): void {
    if (value & 0x04) this.poll = true;
    if (value & 0x02) this.readIsr = (value & 0x01) !== 0;
    if (value & 0x40) this.specialMask = (value & 0x20) !== 0;
  }
}

const FIELDS =
  "irr imr isr elcr lines vector first expects wantsIcw4 single levelTriggered autoEoi rotateOnAutoEoi specialMask fullyNested readIsr poll";

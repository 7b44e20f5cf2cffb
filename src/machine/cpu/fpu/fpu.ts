/**
 * The x87 floating-point unit (SDM Vol. 1, chapter 8): eight registers used as a stack, control, status and tag words, and the
 * pointers to the last instruction.
 *
 * Arithmetic is done in doubles: 53 bits of significand where the precision control says 64, and a double's range of exponents;
 * directed rounding applies to conversions to integers only, and the precision exception is not reported by arithmetic. Numbers that
 * are loaded and stored without arithmetic keep all 80 bits, so that saving and restoring, and moving 64-bit integers, are exact.
 */
import {
  bitsOfDouble,
  doubleOf,
  doubleToExtended,
  extendedOfDouble,
  extendedToDouble,
  integerToExtended,
  PARTS,
  singleOf,
  singleToExtended,
} from "./extended.ts";

/** Exception flags of the status word and masks of the control word. */
export const IE = 1;
export const ZE = 4;
export const OE = 8;
export const UE = 16;
export const PE = 32;
/** Status word. */
export const SF = 0x40;
export const ES = 0x80;
export const C0 = 0x100;
export const C1 = 0x200;
export const C2 = 0x400;
export const C3 = 0x4000;
export const CONDITIONS = C0 | C1 | C2 | C3;
const BUSY = 0x8000;
const TOP_SHIFT = 11;
const EXCEPTIONS = 0x3f;
/** Bits of the status word beside TOP. */
const STATUS = 0xc7ff;
const INITIAL_CONTROL = 0x37f;

/** Tags as FNSTENV stores them. */
const VALID = 0;
const ZERO = 1;
const SPECIAL = 2;
const EMPTY = 3;

export class Fpu {
  /** By physical register. Where `exact` is set, the double is a rounded copy of the 80 bits in `significands` and `exponents`. */
  readonly values = new Float64Array(8);
  readonly significands = new Int32Array(16);
  readonly exponents = new Uint16Array(8);
  readonly exact = new Uint8Array(8);
  /** Bit per physical register. */
  empty = 0xff;
  top = 0;
  control = INITIAL_CONTROL;
  /** Without TOP. */
  #status = 0;
  /** The last instruction that was not a control instruction: low 11 bits of its opcode, where it was, and its operand. */
  opcode = 0;
  ip = 0;
  ipHigh = 0;
  cs = 0;
  dp = 0;
  dpHigh = 0;
  ds = 0;
  /** The FERR# pin: how an exception is reported while CR0.NE is 0. A PC's board makes it interrupt 13. */
  ferr: () => void = () => {};

  /** FNINIT. The registers themselves stay, emptied. */
  init(): void {
    this.control = INITIAL_CONTROL;
    this.#status = 0;
    this.top = 0;
    this.empty = 0xff;
    this.opcode = this.ip = this.ipHigh = this.cs = this.dp = this.dpHigh = this.ds = 0;
  }

  get status(): number {
    return this.#status | (this.top << TOP_SHIFT);
  }

  /** ES and B follow from the exceptions and their masks. */
  set status(value: number) {
    this.#status = value & STATUS;
    this.top = (value >> TOP_SHIFT) & 7;
    this.summarize();
  }

  /** Whether an unmasked exception waits to be reported. */
  get pending(): boolean {
    return (this.#status & ES) !== 0;
  }

  /** The control word was written, or an exception was met. */
  summarize(): void {
    if ((this.#status & ~this.control & EXCEPTIONS) !== 0) this.#status |= ES | BUSY;
    else this.#status &= ~(ES | BUSY);
  }

  clearExceptions(): void {
    this.#status &= CONDITIONS;
  }

  /** C0 … C3 of the mask are set to those of the value. */
  setConditions(mask: number, value: number): void {
    this.#status = (this.#status & ~mask) | value;
  }

  /** Records an exception. False: it is unmasked, and the instruction must leave its operands. */
  except(flag: number): boolean {
    this.#status |= flag;
    this.summarize();
    return (this.control & flag & EXCEPTIONS) !== 0;
  }

  /** Rounding control: 0 … 3 (extended.ts). */
  get rounding(): number {
    return (this.control >> 10) & 3;
  }

  /** Cuts a result to 24 bits when the precision control says so. */
  precise(value: number): number {
    return (this.control & 0x300) === 0 ? Math.fround(value) : value;
  }

  physical(i: number): number {
    return (this.top + i) & 7;
  }

  isEmpty(i: number): boolean {
    return ((this.empty >> this.physical(i)) & 1) !== 0;
  }

  /** The double of ST(i); of an empty register, the real indefinite. */
  value(i: number): number {
    return this.isEmpty(i) ? Number.NaN : (this.values[this.physical(i)] as number);
  }

  /** Records a stack underflow when ST(i) is empty. False: it is unmasked. */
  holds(i: number): boolean {
    if (!this.isEmpty(i)) return true;
    this.setConditions(C1, 0);
    return this.except(IE | SF);
  }

  /** Makes room on top of the stack. False: it overflowed, unmasked. */
  grow(): boolean {
    if (!this.isEmpty(7)) {
      this.setConditions(C1, C1);
      if (!this.except(IE | SF)) return false;
      this.top = (this.top - 1) & 7;
      this.put(0, Number.NaN);
      this.#overflowed = true;
      return true;
    }
    this.top = (this.top - 1) & 7;
    this.#overflowed = false;
    return true;
  }

  /** After grow() has recorded a masked overflow, what is pushed is the real indefinite. */
  #overflowed = false;

  push(value: number): void {
    if (this.grow() && !this.#overflowed) this.put(0, value);
  }

  /** Pushes the 80 bits in PARTS. */
  pushParts(): void {
    const { low, high, exponent } = PARTS;
    if (this.grow() && !this.#overflowed) this.putExact(0, low, high, exponent);
  }

  pushInteger(low: number, high: number): void {
    integerToExtended(low, high);
    this.pushParts();
  }

  /** Loads the bits of a single or a double. Of NaNs more than the number has to be kept, and signalling ones are invalid. */
  pushSingle(word: number): void {
    const value = singleOf(word);
    if (!Number.isNaN(value)) this.push(value);
    else {
      if ((word & 0x400000) === 0 && !this.except(IE)) return;
      singleToExtended(word);
      this.pushParts();
    }
  }

  pushDouble(low: number, high: number): void {
    const value = doubleOf(low, high);
    if (!Number.isNaN(value)) this.push(value);
    else {
      if ((high & 0x80000) === 0 && !this.except(IE)) return;
      doubleToExtended(low, high);
      this.pushParts();
    }
  }

  /** The sign bit of ST(i), of NaNs as well. */
  signOf(i: number): boolean {
    this.parts(i);
    return (PARTS.exponent & 0x8000) !== 0;
  }

  setSign(i: number, negative: boolean): void {
    this.parts(i);
    this.putExact(i, PARTS.low, PARTS.high, (PARTS.exponent & 0x7fff) | (negative ? 0x8000 : 0));
  }

  pop(): void {
    this.empty |= 1 << this.top;
    this.top = (this.top + 1) & 7;
  }

  /** ST(i) ← a result of arithmetic. */
  put(i: number, value: number): void {
    const at = this.physical(i);
    this.values[at] = value;
    this.exact[at] = 0;
    this.empty &= ~(1 << at);
  }

  putExact(i: number, low: number, high: number, exponent: number): void {
    this.setPhysical(this.physical(i), low, high, exponent);
    this.empty &= ~(1 << this.physical(i));
  }

  /** Writes a physical register's 80 bits; its tag is the caller's. */
  setPhysical(at: number, low: number, high: number, exponent: number): void {
    this.significands[2 * at] = low;
    this.significands[2 * at + 1] = high;
    this.exponents[at] = exponent;
    this.exact[at] = 1;
    this.values[at] = extendedToDouble(low, high, exponent);
  }

  /** ST(to) ← ST(from), all of it. */
  copy(to: number, from: number): void {
    this.parts(from);
    this.putExact(to, PARTS.low, PARTS.high, PARTS.exponent);
  }

  /** All 80 bits of ST(i) into PARTS; of an empty register, the real indefinite. */
  parts(i: number): void {
    if (this.isEmpty(i)) extendedOfDouble(Number.NaN);
    else this.partsOf(this.physical(i));
  }

  partsOf(at: number): void {
    if (this.exact[at] === 0) {
      extendedOfDouble(this.values[at] as number);
      return;
    }
    PARTS.low = this.significands[2 * at] as number;
    PARTS.high = this.significands[2 * at + 1] as number;
    PARTS.exponent = this.exponents[at] as number;
  }

  /** Bits of ST(i) as a double into PARTS.low and PARTS.high; a NaN that was loaded keeps its payload. */
  doubleBits(i: number): void {
    const at = this.physical(i);
    const value = this.value(i);
    if (!Number.isNaN(value) || this.exact[at] === 0 || this.isEmpty(i)) {
      bitsOfDouble(value);
      return;
    }
    const low = this.significands[2 * at] as number;
    const high = this.significands[2 * at + 1] as number;
    const sign = (this.exponents[at] as number) & 0x8000 ? 0x80000000 : 0;
    PARTS.low = (low >>> 11) | (high << 21);
    PARTS.high = sign | 0x7ff80000 | ((high & 0x7fffffff) >>> 11);
  }

  /** Bits of a NaN in ST(i) as a single. */
  singleNan(i: number): number {
    this.parts(i);
    const sign = PARTS.exponent & 0x8000 ? 0x80000000 : 0;
    return sign | 0x7fc00000 | ((PARTS.high & 0x7fffffff) >>> 8);
  }

  /** The tag word: two bits a physical register. */
  get tags(): number {
    let tags = 0;
    for (let at = 0; at < 8; at++) tags |= this.#tag(at) << (2 * at);
    return tags;
  }

  /** Only empty or not counts: what is not empty is looked at when the word is stored again. */
  set tags(tags: number) {
    this.empty = 0;
    for (let at = 0; at < 8; at++) if (((tags >> (2 * at)) & 3) === EMPTY) this.empty |= 1 << at;
  }

  #tag(at: number): number {
    if ((this.empty >> at) & 1) return EMPTY;
    this.partsOf(at);
    const power = PARTS.exponent & 0x7fff;
    if (power === 0) return (PARTS.low | PARTS.high) === 0 ? ZERO : SPECIAL;
    return power === 0x7fff || PARTS.high >= 0 ? SPECIAL : VALID;
  }
}

/**
 * One word of storage, read as an instruction or as a PSW. The paper supposes that the PSW ⟨M, P, R⟩ fits one storage
 * location (section 2, "it is assumed that the PSW can be recorded in one storage location"); so do we.
 *
 *      word = (high · A + x) · A + y          0 ≤ x, y < A (the radix: how many addresses can be named)
 *
 *                   high       x     y
 *                 ┌──────────┬─────┬─────┐
 *      instruction│ opcode   │  x  │  y  │     opcode 0 is unassigned, so that empty storage traps
 *                 ├──────────┼─────┼─────┤
 *      PSW        │ 2·b + M  │  P  │  l  │     M: 0 = supervisor, 1 = user;  0 ≤ b ≤ A
 *                 └──────────┴─────┴─────┘
 *
 * The fields depend on the radix and not on how much storage a machine has: a virtual machine with less storage than
 * its host has the same words.
 */
import type { Psw } from "./state.ts";

/** The size of a machine. `storage` (the paper's q) is in words; `radix` is how many addresses an operand can name. */
export interface Geometry {
  storage: number;
  radix: number;
}

export class Words {
  readonly radix: number;
  private readonly square: number;
  /** How many values a word can hold: 0 … count - 1. */
  readonly count: number;

  /** @throws RangeError when a word would not fit 31 bits or a radix is no positive integer */
  constructor(radix: number, opcodes: number) {
    if (!Number.isInteger(radix) || radix < 2) throw new RangeError(`radix ${radix}: must be an integer ≥ 2`);
    this.radix = radix;
    this.square = radix * radix;
    this.count = Math.max(2 * (radix + 1), opcodes + 1) * this.square;
    if (this.count > 2 ** 31)
      throw new RangeError(`radix ${radix}: words of this machine do not fit 31 bits`);
  }

  /** Any integer as a word, modulo the number of words. */
  wrap(value: number): number {
    if (value >= 0 && value < this.count) return value;
    return ((value % this.count) + this.count) % this.count;
  }

  encode(opcode: number, x: number, y: number): number {
    return (opcode * this.radix + x) * this.radix + y;
  }

  opcode(word: number): number {
    return Math.floor(word / this.square);
  }

  x(word: number): number {
    return Math.floor(word / this.radix) % this.radix;
  }

  y(word: number): number {
    return word % this.radix;
  }

  encodePsw({ M, P, R }: Psw): number {
    return this.encode(2 * R.b + (M === "u" ? 1 : 0), P, R.l);
  }

  /** Every word is a PSW; a bound beyond the radix means "all that can be named". */
  decodePsw(word: number): Psw {
    const high = this.opcode(word);
    return {
      M: high % 2 ? "u" : "s",
      P: this.x(word),
      R: { l: this.y(word), b: Math.min(high >> 1, this.radix) },
    };
  }
}

/**
 * Random updates: the RandomAccess benchmark of the HPC Challenge (Luszczek et al., 2005), whose figure is GUPS, giga-updates per second. A
 * table of 2ⁿ words of 64 bits is updated at the places that a shift register over GF(2) tells:
 *
 *     a ← a · x mod x⁶⁴ + x² + x + 1        table[a mod 2ⁿ] ^= a
 *
 * The benchmark may look 1024 updates ahead, and takes them from 128 registers in turn; so does this. Each starts at a place of the sequence
 * that the seed tells.
 */
import { type AddressStream, STREAM_SPAN } from "../../machine/mmu/stream.ts";
import { Draw } from "./random.ts";

const POLYNOMIAL = 7n;
const BITS = 64n;
const REGISTERS = 128;
const WORD_BITS = 3;
/** A line has eight words, and an access's lowest bit says that it writes. */
const WORDS_OF_LINE_BITS = 3;

export interface GupsOptions {
  /** Bytes of the table: a power of two from 64 on. */
  readonly span: number;
  readonly seed: number;
}

export class Gups implements AddressStream {
  readonly span: number;
  readonly #low = new Int32Array(REGISTERS);
  readonly #high = new Int32Array(REGISTERS);
  #turn = 0;

  /** Throws a RangeError when the span is no power of two, or larger than streams. */
  constructor({ span, seed }: GupsOptions) {
    if (!Number.isInteger(Math.log2(span)) || span < 64 || span > STREAM_SPAN)
      throw new RangeError(
        `a table of ${span} bytes: RandomAccess wants a power of two from 64 to ${STREAM_SPAN}`,
      );
    this.span = span;
    const draw = new Draw(seed);
    for (let n = 0; n < REGISTERS; n++) {
      const start = power(BigInt(Math.floor(draw.unit() * 2 ** 53)));
      this.#low[n] = Number(start & 0xffffffffn);
      this.#high[n] = Number(start >> 32n);
    }
  }

  fill(into: Uint32Array): void {
    const lows = this.#low;
    const highs = this.#high;
    // 2ⁿ words: the index has n bits, of which those above the line's stay.
    const bits = Math.log2(this.span) - WORD_BITS;
    const lowMask = bits >= 32 ? -1 : (1 << bits) - 1;
    const highMask = bits > 32 ? (1 << (bits - 32)) - 1 : 0;
    let turn = this.#turn;
    for (let i = 0; i < into.length; i++) {
      const low = lows[turn] as number;
      const high = highs[turn] as number;
      const next = (low << 1) ^ (high < 0 ? 7 : 0);
      const nextHigh = (high << 1) | (low >>> 31);
      lows[turn] = next;
      highs[turn] = nextHigh;
      turn = (turn + 1) & (REGISTERS - 1);
      const line =
        ((next & lowMask) >>> WORDS_OF_LINE_BITS) | ((nextHigh & highMask) << (32 - WORDS_OF_LINE_BITS));
      into[i] = (line << 1) | 1;
    }
    this.#turn = turn;
  }
}

/** x to a power, in the field. */
function power(exponent: bigint): bigint {
  let result = 1n;
  let square = 2n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = product(result, square);
    square = product(square, square);
  }
  return result;
}

function product(a: bigint, b: bigint): bigint {
  let sum = 0n;
  let factor = a;
  for (let rest = b; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum ^= factor;
    factor <<= 1n;
    if (factor >> BITS !== 0n) factor = (factor ^ POLYNOMIAL) & ((1n << BITS) - 1n);
  }
  return sum;
}

/**
 * Popularity by Zipf's law: the k-th most popular of n items is asked for with a probability of k^−s / Σ j^−s, as keys of a cache or pages of
 * a web site are. Ranks come from rejection-inversion (Hörmann and Derflinger, "Rejection-Inversion to Generate Variates from Monotone
 * Discrete Distributions", ACM TOMACS 6(3), 1996), which needs no table whatever n is. Items lie in the region in no order of popularity.
 *
 *     h(x) = x^−s        H(x) = ∫ h from 1: log x for s = 1, (x^(1−s) − 1) / (1 − s) otherwise
 *     u from [H(1.5) − 1, H(n + ½)]        k = round(H⁻¹(u)), taken when u ≥ H(k + ½) − h(k)
 */
import { type AddressStream, LINE, STREAM_SPAN } from "../../machine/mmu/stream.ts";
import { Draw } from "./random.ts";

/** Below it, the two sides of s = 1 are the same to a double. */
const CLOSE = 1e-9;

export class ZipfRanks {
  readonly #n: number;
  readonly #s: number;
  readonly #draw: Draw;
  readonly #least: number;
  readonly #most: number;
  readonly #sure: number;

  /** Ranks from 1 to n by the exponent s. Throws a RangeError when one of them is not above 0. */
  constructor(n: number, s: number, draw: Draw) {
    if (!(n >= 1 && s > 0))
      throw new RangeError(`Zipf's law over ${n} items with an exponent of ${s}: both must be above 0`);
    this.#n = n;
    this.#s = s;
    this.#draw = draw;
    this.#least = this.#integral(1.5) - 1;
    this.#most = this.#integral(n + 0.5);
    this.#sure = 2 - this.#inverse(this.#integral(2.5) - 2 ** -s);
  }

  next(): number {
    for (;;) {
      const u = this.#most + this.#draw.unit() * (this.#least - this.#most);
      const x = this.#inverse(u);
      const rank = Math.min(Math.max(Math.floor(x + 0.5), 1), this.#n);
      if (rank - x <= this.#sure || u >= this.#integral(rank + 0.5) - rank ** -this.#s) return rank;
    }
  }

  #integral(x: number): number {
    const rest = 1 - this.#s;
    return Math.abs(rest) < CLOSE ? Math.log(x) : (x ** rest - 1) / rest;
  }

  #inverse(y: number): number {
    const rest = 1 - this.#s;
    return Math.abs(rest) < CLOSE ? Math.exp(y) : (1 + y * rest) ** (1 / rest);
  }
}

export interface ZipfOptions {
  /** Bytes of the region. */
  readonly span: number;
  /** Of Zipf's law; 0.99 is that of the YCSB benchmark's keys. */
  readonly exponent?: number;
  /** Bytes of an item, a multiple of 64. */
  readonly item?: number;
  /** Part of the accesses that write, 0 to 1. */
  readonly writes?: number;
  readonly seed: number;
}

export class Zipf implements AddressStream {
  readonly span: number;
  readonly #ranks: ZipfRanks;
  readonly #draw: Draw;
  /** Where the item of a rank lies: item numbers in any order. */
  readonly #place: Uint32Array;
  readonly #lines: number;
  readonly #writes: number;

  /** Throws a RangeError when no item fits, or the region is larger than streams. */
  constructor({ span, exponent = 0.99, item = 1024, writes = 0, seed }: ZipfOptions) {
    const items = Math.floor(span / item);
    if (items < 1 || item % LINE !== 0 || span > STREAM_SPAN)
      throw new RangeError(
        `items of ${item} bytes in a region of ${span}: one at least must fit, in whole lines`,
      );
    this.span = span;
    this.#draw = new Draw(seed);
    this.#place = Uint32Array.from({ length: items }, (_, n) => n);
    this.#draw.shuffle(this.#place);
    this.#ranks = new ZipfRanks(items, exponent, this.#draw);
    this.#lines = item / LINE;
    this.#writes = writes;
  }

  fill(into: Uint32Array): void {
    for (let i = 0; i < into.length; i++) {
      const item = this.#place[this.#ranks.next() - 1] as number;
      const line = item * this.#lines + (this.#lines > 1 ? this.#draw.below(this.#lines) : 0);
      into[i] = 2 * line + (this.#writes > 0 && this.#draw.unit() < this.#writes ? 1 : 0);
    }
  }
}

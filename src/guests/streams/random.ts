/** What the streams draw from: the same numbers for the same seed on every machine. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const TWO_26 = 2 ** 26;
const TWO_53 = 2 ** -53;

export class Draw {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed | 0);
  }

  /** A whole number from 0 to `below` − 1; `below` at most 2³². The bias is below 2⁻²⁰ for up to 2³² choices. */
  below(below: number): number {
    return Math.floor(this.unit() * below);
  }

  /** From 0 to below 1, of 53 bits. */
  unit(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * TWO_26 + low) * TWO_53;
  }

  /** Puts numbers into any order. */
  shuffle(numbers: Uint32Array): void {
    for (let i = numbers.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = numbers[i] as number;
      numbers[i] = numbers[j] as number;
      numbers[j] = kept;
    }
  }
}

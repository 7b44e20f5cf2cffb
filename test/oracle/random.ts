/** Draws of the generator, from a seed: the same on every machine. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export class Random {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** 32 random bits, unsigned. */
  bits(): number {
    return this.#generator.next() >>> 0;
  }

  /** 0 … below − 1. */
  below(below: number): number {
    return uniformInt(this.#generator, 0, below - 1);
  }

  /** True in `percent` of a hundred. */
  percent(percent: number): boolean {
    return this.below(100) < percent;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  /** One of [weight, value]. */
  weighted<T>(of: readonly (readonly [number, T])[]): T {
    let draw = this.below(of.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of of) {
      draw -= weight;
      if (draw < 0) return value;
    }
    throw new Error("nothing to draw from");
  }

  wide(): bigint {
    return (BigInt(this.bits()) << 32n) | BigInt(this.bits());
  }
}

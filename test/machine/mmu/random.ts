/** Seeded choices for the streams of these tests. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export function choices(seed: number) {
  const generator = xoroshiro128plus(seed);
  const below = (n: number) => uniformInt(generator, 0, n - 1);
  return { below, of: <T>(all: readonly T[]): T => all[below(all.length)] as T };
}

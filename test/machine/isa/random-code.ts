/** Byte strings that look like instructions. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Bits } from "./forms.ts";

const PREFIXES = [0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

/** Prefixes, REX, an opcode of any map, and what may follow; zeros and ones more often than chance has it. */
export function* randomCode(bits: Bits, seed: number): Generator<Uint8Array> {
  const random = xoroshiro128plus(seed);
  const below = (n: number) => uniformInt(random, 0, n - 1);
  for (;;) {
    const bytes: number[] = [];
    while (below(2) === 0) bytes.push(PREFIXES[below(PREFIXES.length)]!);
    if (bits === 64 && below(2) === 0) bytes.push(0x40 + below(16));
    if (below(2) === 0) bytes.push(0x0f, ...[[0x38], [0x3a], [], [], [], [], []][below(7)]!);
    bytes.push(below(256), below(256));
    while (bytes.length < 24) bytes.push([0, 0xff, below(256), below(256), below(256)][below(5)]!);
    yield Uint8Array.from(bytes);
  }
}

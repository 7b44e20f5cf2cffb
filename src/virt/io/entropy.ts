/** Random bytes from a seed: a guest that asks for entropy gets the same ones in every run. No secret should be made of them. */
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { Stateful, StateReader, StateWriter } from "../../machine/state.ts";
import type { EntropyBackend } from "./backend.ts";

export class SeededEntropy implements EntropyBackend, Stateful {
  #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  fill(into: Uint8Array): void {
    // The upper bits of this generator are its better ones.
    for (let i = 0; i < into.length; i++) into[i] = this.#generator.next() >>> 24;
  }

  save(out: StateWriter): void {
    for (const word of this.#generator.getState()) out.int(word);
  }

  load(from: StateReader): void {
    this.#generator = xoroshiro128plusFromState([from.int(), from.int(), from.int(), from.int()]);
  }
}

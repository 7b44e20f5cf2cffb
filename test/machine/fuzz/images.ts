/** Images that no assembler would write: what a hostile or broken guest looks like. The same ones for the same seed. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { ROWS } from "../../../src/machine/isa/table/index.ts";
import type { Mode } from "../../../src/machine/load/start.ts";

export interface WildImage {
  bytes: Uint8Array;
  mode: Mode;
}

/** First bytes of every row of the ISA table, so that rare instructions come as often as common ones. */
const OPCODES = ROWS.map(({ opcode }) =>
  (opcode.match(/\b[0-9A-F]{2}\b/g) ?? []).map((byte) => Number.parseInt(byte, 16)),
);
const PREFIXES = [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x48, 0x4c];
const MODES: readonly Mode[] = ["real", "protected", "long"];

export class WildImages {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  next(): WildImage {
    const bytes = new Uint8Array(this.#int(64, 1024));
    const mode = MODES[this.#int(0, 2)] as Mode;
    if (this.#int(0, 1) === 0) for (let i = 0; i < bytes.length; i++) bytes[i] = this.#int(0, 255);
    else this.#instructions(bytes);
    return { bytes, mode };
  }

  /** Opcodes of the table with random prefixes and operands. */
  #instructions(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#int(0, 3) === 0) bytes[at++] = PREFIXES[this.#int(0, PREFIXES.length - 1)] as number;
      for (const byte of OPCODES[this.#int(0, OPCODES.length - 1)] as number[]) bytes[at++] = byte;
      for (let operands = this.#int(0, 5); operands > 0; operands--) bytes[at++] = this.#int(0, 255);
    }
  }

  #int(low: number, high: number): number {
    return uniformInt(this.#generator, low, high);
  }
}

/** Instructions of the library's machines, in states that come with them. */
import type { Probe, StatePair } from "../../src/formal/component.ts";
import { ISAS } from "../../src/formal/isas/index.ts";
import { execute } from "../../src/formal/machine.ts";

/** Each state has the instruction where its P points. */
export interface Borrowed {
  /** Need not be the machine's own word for it. */
  mnemonic: string;
  isa: keyof typeof ISAS;
  radix: number;
  pairs: readonly StatePair[];
}

export const borrowedProbe = ({ mnemonic, isa, radix, pairs }: Borrowed): Probe => ({
  mnemonic,
  pairs,
  execute: (state) => execute(ISAS[isa], radix, state),
});

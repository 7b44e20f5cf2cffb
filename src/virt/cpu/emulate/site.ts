/** Where translated code leaves for the monitor, and what that place stands for. */

import type { Work } from "./helpers.ts";

/** Vectors of the call-outs: INT n in the place of the call of a C function that QEMU has. */
export const CALL = {
  read: 0x70,
  readForWrite: 0x71,
  write: 0x72,
  emulate: 0x73,
  chain: 0x74,
  lookup: 0x75,
  attend: 0x76,
  step: 0x77,
} as const;
export type CallKind = keyof typeof CALL;

export interface Site {
  /** Host address after the INT. */
  readonly at: number;
  /** The guest's instruction, and the next; at a chain the target. */
  readonly ip: number;
  readonly next: number;
  /** What the guest's flags are (flags.ts). */
  readonly kind: number;
  /** Of a memory access, in bytes, and the host register with its value. */
  readonly size: number;
  readonly register: number;
  /** Where a chained jump has its displacement. */
  readonly slot: number;
  /** What V is to carry out. */
  readonly mnemonic: string;
  readonly work: Work;
}

/** Where the code of a guest instruction begins, with all of the guest's state in the environment. */
export interface Start {
  /** Host address. */
  readonly at: number;
  readonly ip: number;
  /** What the guest's flags are. */
  readonly kind: number;
}

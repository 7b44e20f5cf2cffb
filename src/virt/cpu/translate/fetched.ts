import type { Instruction } from "../../../machine/isa/instruction.ts";
import type { Treatment } from "./classify.ts";

/** An instruction of the guest's with the bytes it was made of. */
export interface Fetched {
  readonly instruction: Instruction;
  treatment: Treatment;
  readonly bytes: number[];
  readonly ip: number;
  /** Of the next one. */
  readonly next: number;
}

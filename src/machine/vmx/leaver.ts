/** Non-root operation as an intercepted instruction sees it. */
import type { Gva } from "../address.ts";
import type { Vmcs } from "./vmcs.ts";

export interface Leaver {
  readonly vmcs: Vmcs;
  /** The guest wrote a TPR below the threshold: it exits after the instruction. */
  tprBelow: boolean;
  /** Leaves the instruction, with the exit's reason and qualification. */
  exitWith(reason: number, qualification?: number, qualificationHigh?: number): never;
  /** The guest's CR2 is this now. */
  guestCr2(low: Gva, high: number): void;
}

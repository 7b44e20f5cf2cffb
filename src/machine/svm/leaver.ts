/** Guest mode as an intercepted instruction sees it. */
import type { Vmcb } from "./vmcb.ts";

export interface Leaver {
  readonly vmcb: Vmcb;
  /** Leaves the instruction, with #VMEXIT's code and EXITINFO1; EXITINFO2 where it has one. */
  exitWith(code: number, info1?: number, info2?: number): never;
}

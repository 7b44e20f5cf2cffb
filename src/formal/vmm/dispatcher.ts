/**
 * The dispatcher of the paper's VMM (section 3): where every trap arrives, and where it is decided what to do about it.
 *
 *      memory trap, or the guest was in user mode      -> reflect: the guest's own supervisor must handle it
 *      a privileged instruction that changes M or R    -> allocate
 *      any other privileged instruction                -> interpret
 *      anything else that traps (a supervisor call)    -> reflect
 *
 * Which instructions are privileged and which of them change M or R is not in a manual: it comes from classification.
 */
import { classify } from "../classify.ts";
import type { Isa } from "../isa.ts";
import type { Run } from "../machine.ts";
import type { Mode } from "../state.ts";

export type Decision = "reflect" | "allocate" | "interpret";

export class Dispatcher {
  private readonly table: readonly Decision[];

  constructor(isa: Isa) {
    const routines = classify(isa).map(({ privileged, control }): Decision => {
      if (!privileged) return "reflect";
      return control.s || control.u ? "allocate" : "interpret";
    });
    this.table = ["reflect", ...routines];
  }

  /** @param mode the mode that the guest believes it is in */
  decide(end: Run["end"], opcode: number, mode: Mode): Decision {
    if (end === "memory-trap" || mode === "u") return "reflect";
    return this.table[opcode] ?? "reflect";
  }
}

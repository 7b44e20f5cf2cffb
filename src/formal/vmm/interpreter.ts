/**
 * The interpreter routines of the paper's VMM (section 3), one for each privileged instruction: what the instruction
 * would have done, done to the virtual machine. The guest's storage is the routine's E, the PSW that the guest believes
 * in is its M, P and R. So there is no second description of an instruction: the routine is its semantic function.
 */
import type { Isa } from "../isa.ts";
import { Processor, type Run } from "../machine.ts";
import type { Psw } from "../state.ts";
import type { Geometry } from "../word.ts";

export class Interpreter {
  private readonly machine: Processor;

  /** @param storage the guest's region, and nothing else */
  constructor(isa: Isa, geometry: Geometry, storage: Int32Array) {
    this.machine = new Processor(isa, geometry, storage);
  }

  /** The instruction at `psw`, carried out on the virtual state; if it traps there, with the guest's E[0] and E[1]. */
  interpret(psw: Psw): { psw: Psw; end: Run["end"] } {
    this.machine.psw = psw;
    const { end } = this.machine.run(1);
    return { psw: this.machine.psw, end };
  }
}

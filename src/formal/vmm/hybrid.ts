/**
 * The hybrid virtual machine monitor of Theorem 3 (the paper, section 6): what a guest does in supervisor mode is
 * interpreted, every instruction of it; only its user mode runs on the host. So it does not matter what an unprivileged
 * sensitive instruction would have done in user mode instead, as long as the guest's user mode has none.
 */
import { VirtualMachine } from "./virtual-machine.ts";
import { Vmm } from "./vmm.ts";

export class HybridMachine extends VirtualMachine {
  protected override runsDirectly(): boolean {
    return this.psw.M === "u";
  }
}

export class HybridVmm extends Vmm {
  override create(size: number): HybridMachine {
    return new HybridMachine(this.machine, this.allocator.allot(size), this.allocator, this.dispatcher);
  }
}

/**
 * The virtual machine monitor of Theorem 1's proof (the paper, sections 3 and 4): a control program with a dispatcher,
 * an allocator and interpreter routines, which keeps E[0] and E[1] of its machine to itself and gives regions of the
 * rest to virtual machines.
 *
 * A virtual machine is a `Machine`, so a Vmm may be given one (Theorem 2, recursive virtualization):
 *
 *      const machine = new Processor(s360, { storage: 256, radix: 256 });
 *      const outer = new Vmm(machine).create(200);
 *      const inner = new Vmm(outer).create(100);       // runs as it would on a bare machine of 100 words
 *
 * What that shows: that a virtual machine gives its control program all that the bare one does, traps, E and PSW. What
 * it does not: this VMM is written in TypeScript and stands for a program in the machine's own instructions. Those
 * would run under the outer VMM too and trap there; such costs and all timing are left out (the paper excludes timing).
 */
import type { Machine } from "../machine.ts";
import { Allocator } from "./allocator.ts";
import { Dispatcher } from "./dispatcher.ts";
import { VirtualMachine } from "./virtual-machine.ts";

export class Vmm {
  protected readonly machine: Machine;
  protected readonly allocator: Allocator;
  protected readonly dispatcher: Dispatcher;

  constructor(machine: Machine) {
    this.machine = machine;
    this.allocator = new Allocator(machine.geometry);
    this.dispatcher = new Dispatcher(machine.isa);
    const all = { l: 0, b: machine.geometry.storage };
    machine.storage[1] = machine.words.encodePsw({ M: "s", P: 0, R: all });
  }

  /**
   * A virtual machine with its own storage, all zero.
   * @param size in words
   * @throws RangeError when so many words are not left
   */
  create(size: number): VirtualMachine {
    return new VirtualMachine(this.machine, this.allocator.allot(size), this.allocator, this.dispatcher);
  }
}

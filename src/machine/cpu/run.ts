/**
 * The interpreter: one instruction after the other out of the code window, until the clock's `left` is used up. Interrupts,
 * timers, single steps and limits are looked at only then, so that a plain instruction pays for a window check, a subtraction
 * and one indirect call.
 */
import { Code } from "./code.ts";
import type { Cpu, Stop } from "./cpu.ts";
import { deliverFault, deliverInterrupt, deliverSingleStep } from "./deliver.ts";
import { FAULT } from "./fault.ts";
import { IF, TF } from "./flags.ts";
import type { Op } from "./op.ts";

/** Steps in one go: keeps the counter a small integer. */
const LONGEST = 1 << 28;

export class Interpreter {
  readonly cpu: Cpu;
  readonly code: Code;

  constructor(cpu: Cpu) {
    this.cpu = cpu;
    this.code = new Code(cpu);
  }

  /** Runs until something stops the machine, or for `limit` steps: instructions and deliveries of exceptions and interrupts. */
  run(limit = Number.POSITIVE_INFINITY): Stop {
    const { cpu } = this;
    const { clock } = cpu;
    let steps = limit;
    for (;;) {
      if (clock.left <= 0) clock.advance();
      if (cpu.stop !== null) {
        const { stop } = cpu;
        cpu.stop = null;
        return stop;
      }
      if (steps <= 0) return { reason: "limit" };
      const shadow = cpu.shadow;
      cpu.shadow = false;
      if ((cpu.flags.eflags & IF) !== 0 && !shadow && cpu.irq.pending()) {
        cpu.halted = false;
        steps--;
        deliverInterrupt(cpu, cpu.irq.acknowledge());
        continue;
      }
      if (cpu.halted) {
        const wake = clock.next;
        if ((cpu.flags.eflags & IF) === 0 || wake === Number.POSITIVE_INFINITY) return { reason: "halt" };
        clock.sleepUntil(wake);
        continue;
      }
      if (shadow || (cpu.flags.eflags & TF) !== 0) steps -= this.#single();
      else steps -= this.#slice(Math.min(steps, LONGEST));
    }
  }

  /** One instruction, then the single-step trap if TF was set before it (SDM Vol. 3, 17.3.1.4). */
  #single(): number {
    const trap = (this.cpu.flags.eflags & TF) !== 0;
    const before = this.cpu.retired;
    const steps = this.#slice(1);
    if (trap && this.cpu.retired > before) deliverSingleStep(this.cpu);
    return steps;
  }

  /** Up to `most` instructions while the clock allows; returns how many steps it took. */
  #slice(most: number): number {
    const { cpu, code } = this;
    const { clock } = cpu;
    const { window } = code;
    let steps = most;
    let length = 0;
    try {
      do {
        const offset = (cpu.ip - window.start) | 0;
        let op: Op;
        length = 0;
        if (offset >= 0 && offset < window.size) {
          op = window.ops[offset + window.skew] as Op;
          if (op.length === 0) op = code.find();
        } else op = code.find();
        length = op.length;
        cpu.ip = (cpu.ip + length) | 0;
        clock.left = (clock.left - op.cost) | 0;
        steps--;
        op.run(cpu, op);
      } while (clock.left > 0 && steps > 0);
    } catch (error) {
      if (error !== FAULT) throw error;
      // A fetch that faulted took a step as well, or a handler that cannot be fetched would never reach the limit.
      if (length === 0) steps--;
      cpu.ip = (cpu.ip - length) | 0;
      cpu.retired += most - steps - 1;
      deliverFault(cpu);
      return most - steps;
    }
    cpu.retired += most - steps;
    return most - steps;
  }
}

/**
 * Interrupts as P sees them: one vector of the host's, whenever the guest's controllers have something that the engine does not know
 * of yet. It is acknowledged at the guest's controllers only when V takes it.
 */
import type { Cpu, InterruptSource } from "../../machine/cpu/cpu.ts";

/** The host's vector for its devices. */
export const HOST_VECTOR = 0x20;

export class HostInterrupts implements InterruptSource {
  readonly #virtual: Cpu;
  /** The engine knows that an interrupt waits, and V cannot take it yet. */
  noted = false;
  /** The monitor itself has something for the guest: an interrupt that no device's line stands behind. */
  called = false;
  taskPriority = 0;
  /** What the processor learns of by itself (posted interrupts): nobody needs to come out for it. */
  posted: () => boolean = () => false;

  constructor(virtual: Cpu) {
    this.#virtual = virtual;
  }

  pending(): boolean {
    const { nmiPending, nmiBlocked, irq } = this.#virtual;
    const waits = !this.noted && irq.pending() && !this.posted();
    return this.called || waits || (nmiPending && !nmiBlocked);
  }

  acknowledge(): number {
    this.noted = true;
    return HOST_VECTOR;
  }
}

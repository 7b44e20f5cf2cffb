/**
 * Interrupts as P sees them: its own local APIC with the vectors of the host's, and one vector for whatever the guest's controllers have that
 * the engine does not know of yet. That one is acknowledged at the guest's controllers only when V takes it.
 *
 *     host's device ── message ──▶ waiting ──┬─ guest runs ──▶ exit, handler        or, the notification vector: posted, no exit
 *                                            └─ monitor runs ─▶ handler
 */
import type { Hpa } from "../../machine/address.ts";
import type { Cpu, InterruptSource } from "../../machine/cpu/cpu.ts";
import { type ApicMessage, DELIVERY } from "../../machine/devices/lapic.ts";
import { VectorSet } from "../../machine/devices/vector-set.ts";

/** The host's vector for the guest's devices, whose models are its own. */
export const HOST_VECTOR = 0x20;

const EVERYBODY = 0xff;

/** Where the host's devices post interrupts for the guest (SDM Vol. 3, 29.6). */
export interface Posting {
  readonly descriptor: Hpa;
  readonly notification: number;
  /** What is posted becomes the guest's. */
  take(): void;
}

export interface HostInterruptsParts {
  /** V. */
  readonly virtual: Cpu;
  /** ID of P's local APIC. */
  readonly apic: number;
  /** P runs the guest: an interrupt has to take it out first. */
  readonly inGuest: () => boolean;
  /** The monitor, while it runs, is interrupted by a device of the host's. */
  readonly onInterrupt: () => void;
}

export class HostInterrupts implements InterruptSource {
  readonly #parts: HostInterruptsParts;
  /** The engine knows that an interrupt waits, and V cannot take it yet. */
  noted = false;
  /** The monitor itself has something for the guest: an interrupt that no device's line stands behind. */
  called = false;
  taskPriority = 0;
  /** What the processor learns of by itself (posted interrupts): nobody needs to come out for it. */
  posted: () => boolean = () => false;
  /** Undefined where interrupts are not posted. */
  posting: Posting | undefined;
  /** Vectors that came and that the host has no handler for, with how often. */
  readonly strays = new Map<number, number>();
  readonly #handlers = new Map<number, () => void>();
  readonly #waiting = new VectorSet();
  /** Taken by the exit: −1, or a vector whose handler is to run. */
  #taken = -1;

  constructor(parts: HostInterruptsParts) {
    this.#parts = parts;
  }

  /** What the host does for a vector of its own. Undefined: nothing any more. */
  on(vector: number, handler: (() => void) | undefined): void {
    if (handler === undefined) this.#handlers.delete(vector);
    else this.#handlers.set(vector, handler);
  }

  get apic(): number {
    return this.#parts.apic;
  }

  /** A message of a device of the host's, if it is for P. SMI, NMI and INIT find nobody: this host has no use for them. */
  deliver({ vector, delivery, destination, logical }: ApicMessage): void {
    const { virtual, apic, inGuest, onInterrupt } = this.#parts;
    const own = logical
      ? (destination & (1 << apic)) !== 0
      : destination === apic || destination === EVERYBODY;
    if (delivery > DELIVERY.lowest || !own) return;
    if (inGuest()) {
      this.#waiting.add(vector);
      virtual.clock.attend();
      return;
    }
    onInterrupt();
    this.#handle(vector);
  }

  /** The monitor serves what took P out of the guest, and what came while P was on its way out. */
  serve(): void {
    const taken = this.#taken;
    this.#taken = -1;
    if (taken >= 0) this.#handle(taken);
    for (let vector = this.#waiting.highest(); vector >= 0; vector = this.#waiting.highest()) {
      this.#waiting.delete(vector);
      this.#parts.onInterrupt();
      this.#handle(vector);
    }
  }

  pending(): boolean {
    const { nmiPending, nmiBlocked, irq } = this.#parts.virtual;
    const waits = !this.noted && irq.pending() && !this.posted();
    return this.called || waits || this.#waiting.highest() >= 0 || (nmiPending && !nmiBlocked);
  }

  acknowledge(): number {
    const vector = this.#waiting.highest();
    if (vector < 0) {
      this.noted = true;
      return HOST_VECTOR;
    }
    this.#waiting.delete(vector);
    // Posted-interrupt processing is the processor's: no handler runs for it.
    if (vector !== this.posting?.notification) this.#taken = vector;
    return vector;
  }

  #handle(vector: number): void {
    const handler = this.#handlers.get(vector);
    if (handler === undefined) this.strays.set(vector, (this.strays.get(vector) ?? 0) + 1);
    else handler();
  }
}

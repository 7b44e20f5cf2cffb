/** What the parts of the controller share: its register file, the bus, time. */
import type { Iova } from "../../address.ts";
import type { Clock } from "../../clock.ts";
import type { Dma } from "../../dma.ts";
import { BASE_HIGH, HEAD, LENGTH, TAIL } from "./registers.ts";

/** Why the controller stopped its DMA until it is reset. */
export interface Refusal {
  readonly at: Iova;
  readonly length: number;
  readonly direction: "read" | "write";
}

export interface Core {
  /** All registers, by offset / 4. */
  readonly registers: Int32Array;
  readonly clock: Clock;
  /** Cycles a second. */
  readonly hertz: number;
  /** Checked: a refusal stops the controller (PCI 3.0, 3.7.4.2: the master sets "received master abort"). */
  readonly dma: Dma;
  /** The function may master the bus, and nothing was refused to it. */
  readonly mayMaster: () => boolean;
  readonly raise: (causes: number) => void;
}

export const DESCRIPTOR = 16;

/** A descriptor ring over its registers (3.2.6 and 3.4). */
export class Ring {
  readonly #registers: Int32Array;
  readonly #at: number;

  constructor(registers: Int32Array, base: number) {
    this.#registers = registers;
    this.#at = base;
  }

  /** Descriptors. */
  get size(): number {
    return this.#get(LENGTH) / DESCRIPTOR;
  }

  get head(): number {
    return this.#get(HEAD);
  }

  /**
   * Descriptors that belong to the device. None where head or tail is beyond the ring: the manual leaves it open, and nobody could say
   * which memory was meant.
   */
  get available(): number {
    const { size, head } = this;
    const tail = this.#get(TAIL);
    if (head >= size || tail >= size) return 0;
    return tail >= head ? tail - head : tail + size - head;
  }

  /** Where a descriptor is, counted from the head. */
  address(ahead = 0): Iova {
    const index = (this.head + ahead) % this.size;
    const base = (this.#get(BASE_HIGH) >>> 0) * 2 ** 32 + (this.#get(0) >>> 0);
    return (base + index * DESCRIPTOR) as Iova;
  }

  advance(count: number): void {
    this.#registers[(this.#at + HEAD) / 4] = (this.head + count) % this.size;
  }

  #get(offset: number): number {
    return this.#registers[(this.#at + offset) / 4] as number;
  }
}

/** A 64-bit address, as exact as a number is: beyond 2^53 there is no memory anyway. */
export const addressIn = (view: DataView): Iova =>
  (view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true)) as Iova;

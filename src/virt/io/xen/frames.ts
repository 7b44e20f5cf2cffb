/**
 * Machine frames by owner. A frame that another domain still has mapped is not given to anybody, whatever became of its owner:
 *
 *     free ──give──▶ owned ──take──▶ owned, referenced ──drop──▶ owned ──free──▶ free
 *                                        └──free──▶ dying, referenced ──drop──▶ free
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import { PAGE } from "./abi/numbers.ts";

/** Owner of a frame that nobody has, and of one whose owner gave it up while it was mapped. */
export const NOBODY = -1;
export const DYING = -2;

export class MachineFrames {
  readonly bus: Bus;
  readonly count: number;
  readonly #owner: Int32Array;
  readonly #references: Int32Array;
  readonly #free: number[] = [];

  /** Of the host's RAM, frames `from` … `to` − 1 are this allocator's to give away; the others belong to somebody when claim() says so. */
  constructor(bus: Bus, from = 0, to = bus.ram.length / PAGE) {
    this.bus = bus;
    this.count = bus.ram.length / PAGE;
    this.#owner = new Int32Array(this.count).fill(NOBODY);
    this.#references = new Int32Array(this.count);
    for (let frame = to - 1; frame >= from; frame--) this.#free.push(frame);
  }

  /** A frame of zeros, or undefined when there is none left. */
  allocate(owner: number): number | undefined {
    const frame = this.#free.pop();
    if (frame === undefined) return undefined;
    this.#owner[frame] = owner;
    this.bus.dmaWrite((frame * PAGE) as Gpa, new Uint8Array(PAGE));
    return frame;
  }

  get free(): number {
    return this.#free.length;
  }

  owner(frame: number): number {
    return this.#owner[frame] ?? NOBODY;
  }

  /** A frame changes hands as it is: one outside of the allocator's range for the first time, or a transferred page. */
  claim(frame: number, owner: number): void {
    if (!(frame >= 0 && frame < this.count)) throw new Error(`invariant: there is no frame ${frame}`);
    this.#owner[frame] = owner;
  }

  /** Somebody beside the owner reaches the frame. */
  take(frame: number): void {
    (this.#references[frame] as number)++;
  }

  drop(frame: number): void {
    const left = --(this.#references[frame] as number);
    if (left < 0) throw new Error(`invariant: frame ${frame} was dropped more often than taken`);
    if (left === 0 && this.#owner[frame] === DYING) this.#release(frame);
  }

  references(frame: number): number {
    return this.#references[frame] as number;
  }

  /** Its owner has no use for it. */
  release(frame: number): void {
    if (this.references(frame) > 0) this.#owner[frame] = DYING;
    else this.#release(frame);
  }

  #release(frame: number): void {
    this.#owner[frame] = NOBODY;
    this.#free.push(frame);
  }
}

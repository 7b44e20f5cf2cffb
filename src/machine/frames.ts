/** Page frames of a range of physical memory, given out one by one: where a monitor takes its tables from. */
import type { Hpa } from "./address.ts";
import type { Bus } from "./bus.ts";

const PAGE = 4096;
const ZEROS = new Uint8Array(PAGE);

export class Frames {
  readonly #bus: Bus;
  readonly #free: number[] = [];
  readonly total: number;

  /** Of the frames from `from` up to, not including, `to`; both are multiples of 4096 within the bus's RAM. */
  constructor(bus: Bus, from: number, to: number) {
    this.#bus = bus;
    for (let at = to - PAGE; at >= from; at -= PAGE) this.#free.push(at);
    this.total = this.#free.length;
  }

  /** How many are left. */
  get left(): number {
    return this.#free.length;
  }

  /** The address of a frame full of zeros; undefined when none is left. */
  take(): Hpa | undefined {
    const at = this.#free.pop();
    if (at !== undefined) this.#bus.dmaWrite(at as never, ZEROS);
    return at as Hpa | undefined;
  }

  give(frame: Hpa): void {
    this.#free.push(frame);
  }
}

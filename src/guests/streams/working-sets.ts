/**
 * A program of phases (Denning, "The Working Set Model for Program Behavior", CACM 11(5), 1968): for a while every access goes somewhere
 * into one window of the region, then into another.
 */
import { type AddressStream, LINE, STREAM_SPAN } from "../../machine/mmu/stream.ts";
import { Draw } from "./random.ts";

export interface WorkingSetsOptions {
  /** Bytes of the region, and of a window. */
  readonly span: number;
  readonly window: number;
  /** Accesses of a phase. */
  readonly phase: number;
  /** Part of the accesses that write, 0 to 1. */
  readonly writes?: number;
  readonly seed: number;
}

export class WorkingSets implements AddressStream {
  readonly span: number;
  readonly #lines: number;
  readonly #windowLines: number;
  readonly #phase: number;
  readonly #writes: number;
  readonly #draw: Draw;
  /** First line of the window, and accesses left to it. */
  #first = 0;
  #left = 0;

  /** Throws a RangeError when the window does not fit, or the region is larger than streams. */
  constructor({ span, window, phase, writes = 0, seed }: WorkingSetsOptions) {
    if (!(window >= LINE && window <= span && span <= STREAM_SPAN && phase >= 1))
      throw new RangeError(
        `a window of ${window} bytes for ${phase} accesses in a region of ${span}: it must fit`,
      );
    this.span = span;
    this.#lines = Math.floor(span / LINE);
    this.#windowLines = Math.floor(window / LINE);
    this.#phase = phase;
    this.#writes = writes;
    this.#draw = new Draw(seed);
  }

  fill(into: Uint32Array): void {
    const draw = this.#draw;
    for (let i = 0; i < into.length; i++) {
      if (this.#left === 0) {
        this.#first = draw.below(this.#lines - this.#windowLines + 1);
        this.#left = this.#phase;
      }
      this.#left--;
      const line = this.#first + draw.below(this.#windowLines);
      into[i] = 2 * line + (this.#writes > 0 && draw.unit() < this.#writes ? 1 : 0);
    }
  }
}

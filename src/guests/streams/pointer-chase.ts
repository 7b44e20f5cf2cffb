/**
 * Pointers that are followed: one element in each page (or however far apart they are), chained into a single random cycle, so that each
 * access must wait for the one before and nothing foresees it. Sattolo's algorithm (1986) makes all cycles alike likely.
 */
import { type AddressStream, LINE, STREAM_SPAN } from "../../machine/mmu/stream.ts";
import { Draw } from "./random.ts";

export interface PointerChaseOptions {
  /** Bytes of the region. */
  readonly span: number;
  /** Bytes from element to element, at least a line; within them it lies on any line. */
  readonly apart?: number;
  readonly seed: number;
}

export class PointerChase implements AddressStream {
  readonly span: number;
  /** By element: the access of the one after it, and which it is. */
  readonly #next: Uint32Array;
  readonly #access: Uint32Array;
  #element = 0;

  /** Throws a RangeError when fewer than two elements fit, or the region is larger than streams. */
  constructor({ span, apart = 4096, seed }: PointerChaseOptions) {
    const elements = Math.floor(span / apart);
    if (elements < 2 || apart % LINE !== 0 || span > STREAM_SPAN)
      throw new RangeError(
        `pointers ${apart} bytes apart in a region of ${span}: two at least must fit, in whole lines`,
      );
    this.span = span;
    const draw = new Draw(seed);
    this.#next = cycle(elements, draw);
    const lines = apart / LINE;
    this.#access = Uint32Array.from({ length: elements }, (_, n) => 2 * (n * lines + draw.below(lines)));
  }

  fill(into: Uint32Array): void {
    let element = this.#element;
    for (let i = 0; i < into.length; i++) {
      into[i] = this.#access[element] as number;
      element = this.#next[element] as number;
    }
    this.#element = element;
  }
}

/** What comes after each of so many elements. */
function cycle(elements: number, draw: Draw): Uint32Array {
  const next = Uint32Array.from({ length: elements }, (_, n) => n);
  for (let i = elements - 1; i > 0; i--) {
    const j = draw.below(i);
    const kept = next[i] as number;
    next[i] = next[j] as number;
    next[j] = kept;
  }
  return next;
}

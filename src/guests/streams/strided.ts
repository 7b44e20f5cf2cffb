/** The same step again and again, around the region: a copy, a sum over a column. */
import { type AddressStream, LINE, STREAM_SPAN } from "../../machine/mmu/stream.ts";

export interface StridedOptions {
  /** Bytes of the region. */
  readonly span: number;
  /** Bytes between two accesses. */
  readonly stride: number;
  readonly write?: boolean;
}

export class Strided implements AddressStream {
  readonly span: number;
  readonly #stride: number;
  readonly #write: number;
  #at = 0;

  /** Throws a RangeError when the stride is not within the region, or the region larger than streams. */
  constructor({ span, stride, write }: StridedOptions) {
    if (!(stride > 0 && stride <= span && span <= STREAM_SPAN))
      throw new RangeError(`a stride of ${stride} bytes in a region of ${span}: it must be above 0 and fit`);
    this.span = span;
    this.#stride = stride;
    this.#write = write ? 1 : 0;
  }

  fill(into: Uint32Array): void {
    const { span } = this;
    let at = this.#at;
    for (let i = 0; i < into.length; i++) {
      into[i] = 2 * Math.floor(at / LINE) + this.#write;
      at += this.#stride;
      if (at >= span) at -= span;
    }
    this.#at = at;
  }
}

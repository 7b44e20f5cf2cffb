/** A guest's memory as a driver has it: bytes that it hands out piece by piece, and the way by which a device reaches them. */
import type { Dma } from "../../../../machine/dma.ts";

export class DriverMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #free = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** The address of a piece that is the caller's for good. Throws a RangeError when there is none left. */
  take(length: number, alignment = 16): number {
    const at = Math.ceil(this.#free / alignment) * alignment;
    if (at + length > this.bytes.length)
      throw new RangeError(`no ${length} bytes left of ${this.bytes.length}`);
    this.#free = at + length;
    return at;
  }

  /** Of one piece: outside of it nothing is read or written. */
  readonly dma: Dma = {
    read: (at, into) => {
      if (!this.#inside(at, into.length)) {
        into.fill(0xff);
        return false;
      }
      into.set(this.bytes.subarray(at, at + into.length));
      return true;
    },
    write: (at, bytes) => {
      if (!this.#inside(at, bytes.length)) return false;
      this.bytes.set(bytes, at);
      return true;
    },
  };

  #inside(at: number, length: number): boolean {
    return at >= 0 && at + length <= this.bytes.length;
  }
}

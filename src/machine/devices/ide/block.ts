/** The bytes that a host moves through the data port between two interrupts. */
import type { StateReader, StateWriter } from "../../state.ts";

export class Block {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** From the first byte again, with these bytes. */
  fill(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = 0;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The last byte was moved. */
  get moved(): boolean {
    return this.#at >= this.#bytes.length;
  }

  read(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value |= (this.#bytes[this.#at + i] ?? 0) << (8 * i);
    this.#at += size;
    return value >>> 0;
  }

  write(value: number, size: number): void {
    for (let i = 0; i < size; i++) this.#bytes[this.#at + i] = value >>> (8 * i);
    this.#at += size;
  }

  save(out: StateWriter): void {
    out.bytes(this.#bytes);
    out.int(this.#at);
  }

  load(from: StateReader): void {
    this.#bytes = from.bytes().slice();
    this.#at = from.int();
  }
}

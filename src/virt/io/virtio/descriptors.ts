/**
 * Descriptors as both kinds of queue have them, 16 bytes, little-endian (2.7.5, 2.8.13):
 *
 *     0 address (64 bits) │ 8 length (32) │ split: c flags │ e next     packed: c buffer ID │ e flags
 */
import type { Iova } from "../../../machine/address.ts";
import type { Dma } from "../../../machine/dma.ts";
import type { Chain, QueueFault, Segment } from "./queue.ts";

export const DESCRIPTOR_BYTES = 16;
export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;
const LONGEST = 2 ** 32;

/** Reads descriptors one at a time, and small fields, into memory of its own. */
export class RingMemory {
  readonly #dma: Dma;
  readonly #bytes = new Uint8Array(DESCRIPTOR_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #word = new Uint8Array(2);
  readonly #pair = new Uint8Array(8);
  readonly #pairView = new DataView(this.#pair.buffer);

  constructor(dma: Dma) {
    this.#dma = dma;
  }

  /** Loads a descriptor; the getters below are its fields. False: not in memory. */
  load(at: number): boolean {
    return this.#dma.read(at as Iova, this.#bytes);
  }

  /** Above 2^53 an address is rounded; no memory is there anyhow. */
  get address(): number {
    return this.#view.getUint32(0, true) + this.#view.getUint32(4, true) * 2 ** 32;
  }

  get length(): number {
    return this.#view.getUint32(8, true);
  }

  /** Split: flags; packed: the buffer ID. */
  get third(): number {
    return this.#view.getUint16(12, true);
  }

  /** Split: next; packed: flags. */
  get fourth(): number {
    return this.#view.getUint16(14, true);
  }

  /** A 16-bit field; −1: not in memory. */
  read16(at: number): number {
    const word = this.#word;
    return this.#dma.read(at as Iova, word) ? (word[0] as number) | ((word[1] as number) << 8) : -1;
  }

  write16(at: number, value: number): boolean {
    this.#word[0] = value;
    this.#word[1] = value >>> 8;
    return this.#dma.write(at as Iova, this.#word);
  }

  write32x2(at: number, first: number, second: number): boolean {
    this.#pairView.setUint32(0, first, true);
    this.#pairView.setUint32(4, second, true);
    return this.#dma.write(at as Iova, this.#pair);
  }
}

/** Gathers the segments of one chain and minds what holds for every chain, wherever its descriptors are. */
export class Gathering {
  readonly readable: Segment[] = [];
  readonly writable: Segment[] = [];
  #bytes = 0;
  #count = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(address: number, length: number, write: boolean): QueueFault | undefined {
    // 2.7.5.3.1, 2.8.17: no chain is longer than the queue, hence none is a loop.
    if (++this.#count > this.#most) return { fault: "loop" };
    // 2.7.5.2: no more than 2^32 bytes in all.
    this.#bytes += length;
    if (this.#bytes > LONGEST) return { fault: "length" };
    if (write) this.writable.push({ address, length });
    // 2.7.4.2, 2.8.17: what the device writes comes after what it reads.
    else if (this.writable.length > 0) return { fault: "order" };
    else this.readable.push({ address, length });
    return undefined;
  }

  chain(id: number, slots: number): Chain {
    return { id, slots, readable: this.readable, writable: this.writable };
  }
}

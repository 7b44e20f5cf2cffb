/**
 * What a device may write, known without asking how it works: its part of each queue that is enabled, as the registers say where it is, and
 * what the descriptors that it has read since its reset let it write, which the driver may know to be in certain regions. Everything else throws.
 */
import type { Dma } from "../../../../../src/machine/dma.ts";
import type { QueueState, VirtioDevice } from "../../../../../src/virt/io/virtio/device.ts";
import { RING_PACKED } from "../../../../../src/virt/io/virtio/features.ts";

const DESCRIPTOR = 16;
const WRITE = 2;
const INDIRECT = 4;
/** More than all chains of all queues together have. */
const SEEN = 4096;
/** Accesses of memory during one operation, above which it is a hang. */
const MOST = 100_000;

export class Guard {
  writes = 0;
  device: VirtioDevice | undefined;
  /** All that the driver lets the device write since the last reset is in one of these; undefined: who knows. */
  regions: readonly (readonly [from: number, to: number])[] | undefined;
  readonly dma: Dma;
  readonly #name: string;
  #seen: [from: number, to: number][] = [];
  #accesses = 0;

  constructor(name: string, memory: Dma) {
    this.#name = name;
    this.dma = {
      read: (at, into) => {
        this.#count();
        const ok = memory.read(at, into);
        if (ok && into.length === DESCRIPTOR) this.#look(into);
        return ok;
      },
      write: (at, bytes) => {
        this.#count();
        this.writes++;
        const [from, to] = [at, at + bytes.length];
        const done = memory.write(at, bytes);
        // What is not in memory was refused, and nothing is written.
        if (done && to > from && !this.#given(from, to) && !this.#ofQueue(from, to))
          throw new Error(`${this.#name}: ${bytes.length} bytes written at ${at}, which nobody gave`);
        return done;
      },
    };
  }

  /** An operation begins. */
  begin(): void {
    this.#accesses = 0;
  }

  /** The device was reset: nothing is its any more. */
  forget(): void {
    this.#seen = [];
  }

  #count(): void {
    if (++this.#accesses > MOST)
      throw new Error(`${this.#name}: ${MOST} accesses of memory in one operation`);
  }

  /** A descriptor of either kind of queue; of a table that it points at WRITE alone counts in a packed one. */
  #look(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, DESCRIPTOR);
    const packed = ((this.device?.accepted ?? 0n) & RING_PACKED) !== 0n;
    const flags = view.getUint16(packed ? 14 : 12, true);
    if (!(flags & WRITE) || (flags & INDIRECT && !packed)) return;
    const from = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    this.#seen.push([from, from + view.getUint32(8, true)]);
    if (this.#seen.length > 2 * SEEN) this.#seen = this.#seen.slice(-SEEN);
  }

  #given(from: number, to: number): boolean {
    if (this.regions?.every(([least, most]) => from < least || to > most)) return false;
    for (let i = this.#seen.length - 1; i >= 0; i--) {
      const [first, end] = this.#seen[i] as [number, number];
      if (from >= first && to <= end) return true;
    }
    return false;
  }

  #ofQueue(from: number, to: number): boolean {
    const { device } = this;
    if (device === undefined) return false;
    const inside = (first: number, length: number) => from >= first && to <= first + length;
    const packed = (device.accepted & RING_PACKED) !== 0n;
    const own = (queue: QueueState) =>
      packed
        ? inside(queue.descriptors, DESCRIPTOR * queue.size) || inside(queue.device, 4)
        : inside(queue.device, 6 + 8 * queue.size);
    return device.queues.some((queue) => queue.enabled && own(queue));
  }
}

/**
 * The device side of a split virtqueue (2.7). Three parts of memory, each written by one side:
 *
 *     descriptor table    16 bytes each
 *     available ring      0 flags │ 2 idx │ 4 ring: heads, 2 bytes each │ used_event          the driver writes
 *     used ring           0 flags │ 2 idx │ 4 ring: id, length, 8 bytes each │ avail_event    the device writes
 */
import type { Dma } from "../../../machine/dma.ts";
import { DESCRIPTOR_BYTES, Gathering, INDIRECT, NEXT, RingMemory, WRITE } from "./descriptors.ts";
import type { Chain, QueueFault, QueueLayout, Virtqueue } from "./queue.ts";

const FLAGS = 0;
const IDX = 2;
const RING = 4;
/** In either ring's flags: its writer does not want to be notified. */
const NO_NOTIFICATION = 1;

class SplitQueue implements Virtqueue {
  readonly #layout: QueueLayout;
  readonly #memory: RingMemory;
  readonly #mask: number;
  /** Free-running, 16 bits: the next entry of the available ring, the next of the used ring, and its value at the last notify(). */
  #available: number;
  #used: number;
  #told: number;
  #listening: number;

  constructor(
    layout: QueueLayout,
    dma: Dma,
    [available = 0, used = 0, told = 0, listening = 1]: readonly number[],
  ) {
    this.#layout = layout;
    this.#memory = new RingMemory(dma);
    this.#mask = layout.size - 1;
    this.#available = available;
    this.#used = used;
    this.#told = told;
    this.#listening = listening;
  }

  pop(): Chain | QueueFault | undefined {
    const { driver, device, size, eventIndex } = this.#layout;
    const memory = this.#memory;
    const idx = memory.read16(driver + IDX);
    if (idx < 0) return { fault: "outside" };
    if (idx === this.#available) return undefined;
    // 2.7.6.1: the index never decreases; so it is at most a queue ahead of what was used.
    if (((idx - this.#used) & 0xffff) > size || ((idx - this.#available) & 0xffff) > size)
      return { fault: "index" };
    const head = memory.read16(driver + RING + 2 * (this.#available & this.#mask));
    if (head < 0) return { fault: "outside" };
    const chain = this.#gather(head);
    if ("fault" in chain) return chain;
    this.#available = (this.#available + 1) & 0xffff;
    // 2.7.10.2: with the event index, the next buffer is the one to be told of.
    if (eventIndex && this.#listening && !memory.write16(device + RING + 8 * size, this.#available))
      return { fault: "outside" };
    return chain;
  }

  #gather(head: number): Chain | QueueFault {
    const { size, indirect } = this.#layout;
    const memory = this.#memory;
    const gathering = new Gathering(size);
    let table = this.#layout.descriptors;
    let entries = size;
    let inTable = false;
    let slots = 0;
    for (let index = head; ; ) {
      if (!inTable) slots++;
      if (index >= entries) return { fault: "head" };
      if (!memory.load(table + DESCRIPTOR_BYTES * index)) return { fault: "outside" };
      const flags = memory.third;
      if (flags & INDIRECT) {
        // 2.7.5.3.1: negotiated, one level only, and nothing after it.
        const { length } = memory;
        if (!indirect || inTable || flags & NEXT || length === 0 || length % DESCRIPTOR_BYTES !== 0)
          return { fault: "indirect" };
        // 2.7.5.3.2: its WRITE flag says nothing, and direct descriptors may come before it.
        table = memory.address;
        entries = length / DESCRIPTOR_BYTES;
        inTable = true;
        index = 0;
        continue;
      }
      const next = memory.fourth;
      const wrong = gathering.add(memory.address, memory.length, (flags & WRITE) !== 0);
      if (wrong !== undefined) return wrong;
      if (!(flags & NEXT)) return gathering.chain(head, slots);
      index = next;
    }
  }

  push(chain: Chain, written: number): boolean {
    const { device } = this.#layout;
    const entry = device + RING + 8 * (this.#used & this.#mask);
    // 2.7.8.2: the length is there before the index says so.
    if (!this.#memory.write32x2(entry, chain.id, written)) return false;
    const next = (this.#used + 1) & 0xffff;
    if (!this.#memory.write16(device + IDX, next)) return false;
    this.#used = next;
    return true;
  }

  notify(): boolean {
    const { driver, size, eventIndex } = this.#layout;
    const pushed = (this.#used - this.#told) & 0xffff;
    if (pushed === 0) return false;
    this.#told = this.#used;
    // 2.7.7.2: without the event index used_event is ignored, with it the flag is.
    if (!eventIndex) return (this.#memory.read16(driver + FLAGS) & NO_NOTIFICATION) === 0;
    const event = this.#memory.read16(driver + RING + 2 * size);
    return ((this.#used - event - 1) & 0xffff) < pushed;
  }

  listen(wanted: boolean): boolean {
    this.#listening = wanted ? 1 : 0;
    const { device, size, eventIndex } = this.#layout;
    // 2.7.10.2: with the event index the flags stay 0, and an event that was passed already is as good as none.
    if (eventIndex) return !wanted || this.#memory.write16(device + RING + 8 * size, this.#available);
    return this.#memory.write16(device + FLAGS, wanted ? 0 : NO_NOTIFICATION);
  }

  position(): number[] {
    return [this.#available, this.#used, this.#told, this.#listening];
  }
}

/** Throws a RangeError when the size is no power of 2 up to 32768: a transport lets no driver set one (2.7). */
export function splitQueue(layout: QueueLayout, dma: Dma, position: readonly number[] = []): Virtqueue {
  const { size } = layout;
  if (!(size >= 1 && size <= 32768) || (size & (size - 1)) !== 0)
    throw new RangeError(`a split virtqueue of ${size} descriptors: it must be a power of 2 up to 32768`);
  return new SplitQueue(layout, dma, position);
}

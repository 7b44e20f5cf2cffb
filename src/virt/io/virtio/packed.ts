/**
 * The device side of a packed virtqueue (2.8). One ring that both sides write, and a structure each to hold notifications back:
 *
 *     descriptor ring     16 bytes each: address, length, buffer ID, flags                both write
 *     driver events       0 offset (15 bits), wrap │ 2 flags: always, never, at offset    the driver writes
 *     device events       likewise                                                        the device writes
 *
 * A descriptor is available when AVAIL is the driver's wrap counter and USED is not; used when both are the device's. Places are counted over
 * two rounds of the ring, so that a place tells its wrap counter as well:
 *
 *     place    0 … size − 1 │ size … 2 size − 1
 *     wrap           1      │        0
 */
import type { Dma } from "../../../machine/dma.ts";
import { DESCRIPTOR_BYTES, Gathering, INDIRECT, NEXT, RingMemory, WRITE } from "./descriptors.ts";
import type { Chain, QueueFault, QueueLayout, Virtqueue } from "./queue.ts";

/** Descriptor flags (2.8.1). */
export const AVAIL = 1 << 7;
export const USED = 1 << 15;
/** Event suppression (2.8.10): its flags, and the wrap counter beside the offset. */
export const EVENTS = { always: 0, never: 1, at: 2 } as const;
export const EVENT_WRAP = 1 << 15;
/** Of an event suppression structure. */
export const EVENT_BYTES = 4;
export const EVENT_FLAGS = 2;

class PackedQueue implements Virtqueue {
  readonly #layout: QueueLayout;
  readonly #memory: RingMemory;
  readonly #places: number;
  /** Places of the next descriptor to take and of the next to write, and how many were written since the last notify(). */
  #available: number;
  #used: number;
  #pushed: number;
  /** 1, and the device's events are to be sent: their flags (EVENTS) as they are in memory. */
  #listening: number;
  #flags: number;

  constructor(
    layout: QueueLayout,
    dma: Dma,
    [available = 0, used = 0, pushed = 0, listening = 1, flags = EVENTS.always]: readonly number[],
  ) {
    this.#layout = layout;
    this.#memory = new RingMemory(dma);
    this.#places = 2 * layout.size;
    this.#available = available;
    this.#used = used;
    this.#pushed = pushed;
    this.#listening = listening;
    this.#flags = flags;
  }

  #step(place: number, slots: number): number {
    const next = place + slots;
    return next < this.#places ? next : next - this.#places;
  }

  /** Where a place's descriptor is. */
  #entry(place: number): number {
    const { size, descriptors } = this.#layout;
    return descriptors + DESCRIPTOR_BYTES * (place < size ? place : place - size);
  }

  #wrap(place: number): boolean {
    return place < this.#layout.size;
  }

  pop(): Chain | QueueFault | undefined {
    const memory = this.#memory;
    const { size } = this.#layout;
    if (!memory.load(this.#entry(this.#available))) return { fault: "outside" };
    const flags = memory.fourth;
    const wrap = this.#wrap(this.#available);
    // 2.8.1, 2.8.15: AVAIL has changed to the wrap counter, and USED has not yet.
    if (((flags & AVAIL) !== 0) !== wrap || ((flags & USED) !== 0) === wrap) return undefined;
    const chain = flags & INDIRECT ? this.#gatherTable(flags) : this.#gather();
    if ("fault" in chain) return chain;
    const inFlight = this.#step(this.#available, this.#places - this.#used);
    // 2.8.16: a descriptor that the device has is not made available once more.
    if (inFlight + chain.slots > size) return { fault: "index" };
    this.#available = this.#step(this.#available, chain.slots);
    return this.#listening && this.#layout.eventIndex && !this.#ask() ? { fault: "outside" } : chain;
  }

  /** A list in the ring, whose first descriptor is loaded (2.8.6). */
  #gather(): Chain | QueueFault {
    const memory = this.#memory;
    const gathering = new Gathering(this.#layout.size);
    for (let slots = 1; ; slots++) {
      const flags = memory.fourth;
      // 2.8.19: no indirect table within a list.
      if (flags & INDIRECT) return { fault: "indirect" };
      const wrong = gathering.add(memory.address, memory.length, (flags & WRITE) !== 0);
      if (wrong !== undefined) return wrong;
      // 2.8.6: the buffer ID is in the last one.
      if (!(flags & NEXT)) return gathering.chain(memory.third, slots);
      if (!memory.load(this.#entry(this.#step(this.#available, slots)))) return { fault: "outside" };
    }
  }

  /** A table that a descriptor points at: one after the other, and of their flags WRITE alone counts (2.8.7). */
  #gatherTable(flags: number): Chain | QueueFault {
    const memory = this.#memory;
    const { address: table, length, third: id } = memory;
    const { size, indirect } = this.#layout;
    if (!indirect || flags & NEXT || length === 0 || length % DESCRIPTOR_BYTES !== 0)
      return { fault: "indirect" };
    const gathering = new Gathering(size);
    for (let at = table; at < table + length; at += DESCRIPTOR_BYTES) {
      if (!memory.load(at)) return { fault: "outside" };
      const wrong = gathering.add(memory.address, memory.length, (memory.fourth & WRITE) !== 0);
      if (wrong !== undefined) return wrong;
    }
    return gathering.chain(id, 1);
  }

  push(chain: Chain, written: number): boolean {
    const wrap = this.#wrap(this.#used) ? AVAIL | USED : 0;
    const flags = wrap | (written > 0 ? WRITE : 0);
    // 2.8.4: length, ID and flags are of one write, so none of them is seen without the others.
    const done = this.#memory.write32x2(
      this.#entry(this.#used) + 8,
      written,
      (chain.id | (flags << 16)) >>> 0,
    );
    if (!done) return false;
    // 2.8.6: one used descriptor for the whole list, the next one follows after as many as the list had.
    this.#used = this.#step(this.#used, chain.slots);
    this.#pushed = Math.min(this.#pushed + chain.slots, this.#places);
    return true;
  }

  notify(): boolean {
    const { driver, size, eventIndex } = this.#layout;
    const memory = this.#memory;
    const pushed = this.#pushed;
    if (pushed === 0) return false;
    this.#pushed = 0;
    const flags = memory.read16(driver + EVENT_FLAGS) & 3;
    // 2.8.10: an offset counts when it was negotiated; a value that is reserved holds nothing back.
    if (flags !== EVENTS.at || !eventIndex) return flags !== EVENTS.never;
    const event = memory.read16(driver);
    const place = (event & ~EVENT_WRAP) + (event & EVENT_WRAP ? 0 : size);
    const behind = (this.#used - place - 1 + 2 * this.#places) % this.#places;
    return behind < pushed;
  }

  listen(wanted: boolean): boolean {
    this.#listening = wanted ? 1 : 0;
    if (wanted && this.#layout.eventIndex) return this.#ask();
    return this.#setFlags(wanted ? EVENTS.always : EVENTS.never);
  }

  /** The next descriptor is the one to be told of. */
  #ask(): boolean {
    const { device, size } = this.#layout;
    const place = this.#available;
    const event = place < size ? place | EVENT_WRAP : place - size;
    return this.#memory.write16(device, event) && this.#setFlags(EVENTS.at);
  }

  #setFlags(flags: number): boolean {
    if (flags === this.#flags) return true;
    if (!this.#memory.write16(this.#layout.device + EVENT_FLAGS, flags)) return false;
    this.#flags = flags;
    return true;
  }

  position(): number[] {
    return [this.#available, this.#used, this.#pushed, this.#listening, this.#flags];
  }
}

/** Throws a RangeError when the size is not 1 to 32768: a transport lets no driver set one (2.8). */
export function packedQueue(layout: QueueLayout, dma: Dma, position: readonly number[] = []): Virtqueue {
  const { size } = layout;
  if (!(size >= 1 && size <= 32768))
    throw new RangeError(`a packed virtqueue of ${size} descriptors: it has 1 to 32768`);
  return new PackedQueue(layout, dma, position);
}

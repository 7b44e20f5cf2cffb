/** The driver's side of a packed virtqueue (2.8.21, 2.8.22). */
import { DESCRIPTOR_BYTES, INDIRECT, NEXT, WRITE } from "../descriptors.ts";
import { AVAIL, EVENT_BYTES, EVENT_FLAGS, EVENT_WRAP, EVENTS, USED } from "../packed.ts";
import type { QueueLayout, Segment } from "../queue.ts";
import type { DriverOptions, QueueDriver, Used } from "./driver.ts";
import type { DriverMemory } from "./memory.ts";

export class PackedDriver implements QueueDriver {
  readonly layout: QueueLayout;
  readonly #memory: DriverMemory;
  readonly #ids: number[];
  /** Descriptors of each buffer that the device has, by its ID. */
  readonly #lists = new Map<number, number>();
  /** Places over two rounds of the ring: the first round has wrap counter 1, the second 0. */
  #available = 0;
  #kicked = 0;
  #used = 0;
  #free: number;

  constructor(memory: DriverMemory, { size, indirect = false, eventIndex = false }: DriverOptions) {
    this.#memory = memory;
    this.layout = {
      ...{ size, indirect, eventIndex },
      descriptors: memory.take(DESCRIPTOR_BYTES * size, 16),
      driver: memory.take(EVENT_BYTES, 4),
      device: memory.take(EVENT_BYTES, 4),
    };
    this.#free = size;
    this.#ids = Array.from({ length: size }, (_, i) => size - 1 - i);
  }

  /** Where a place's descriptor is. */
  entry(place: number): number {
    return this.layout.descriptors + DESCRIPTOR_BYTES * (place % this.layout.size);
  }

  /** The flags that make the descriptor at a place available. */
  availableAt(place: number): number {
    return place < this.layout.size ? AVAIL : USED;
  }

  add(readable: readonly Segment[], writable: readonly Segment[], table?: number): number | undefined {
    const segments = [...readable, ...writable];
    const slots = table === undefined ? segments.length : 1;
    // 2.8.17: no list without room for all of it.
    if (this.#free < slots) return undefined;
    const id = this.#ids.pop() as number;
    if (table !== undefined) {
      for (const [i, { address, length }] of segments.entries()) {
        const flags = i >= readable.length ? WRITE : 0;
        this.describe(table + DESCRIPTOR_BYTES * i, { address, length, id: 0, flags });
      }
      const length = DESCRIPTOR_BYTES * segments.length;
      this.#put(0, { address: table, length }, id, INDIRECT);
    }
    // 2.8.17: the first of a list becomes available after all others.
    else
      for (let i = slots - 1; i >= 0; i--) {
        const flags = (i >= readable.length ? WRITE : 0) | (i + 1 < slots ? NEXT : 0);
        this.#put(i, segments[i] as Segment, id, flags);
      }
    this.#lists.set(id, slots);
    this.#free -= slots;
    this.#available = this.#step(this.#available, slots);
    return id;
  }

  #put(slot: number, { address, length }: Segment, id: number, flags: number): void {
    const place = this.#step(this.#available, slot);
    this.describe(this.entry(place), { address, length, id, flags: flags | this.availableAt(place) });
  }

  #step(place: number, slots: number): number {
    return (place + slots) % (2 * this.layout.size);
  }

  /** The flags come last: with them the descriptor is the device's. */
  describe(at: number, { address, length, id, flags }: Segment & { id: number; flags: number }): void {
    const { view } = this.#memory;
    view.setUint32(at, address, true);
    view.setUint32(at + 4, address / 2 ** 32, true);
    view.setUint32(at + 8, length, true);
    view.setUint16(at + 12, id, true);
    view.setUint16(at + 14, flags, true);
  }

  kickNeeded(): boolean {
    const { device, size, eventIndex } = this.layout;
    const { view } = this.#memory;
    const offered = this.#step(this.#available, 2 * size - this.#kicked);
    this.#kicked = this.#available;
    if (offered === 0) return false;
    const flags = view.getUint16(device + EVENT_FLAGS, true) & 3;
    if (flags !== EVENTS.at || !eventIndex) return flags !== EVENTS.never;
    const event = view.getUint16(device, true);
    const place = (event & ~EVENT_WRAP) + (event & EVENT_WRAP ? 0 : size);
    return this.#step(this.#available, 4 * size - place - 1) < offered;
  }

  listen(wanted: boolean, after = 0): void {
    const { driver, size, eventIndex } = this.layout;
    const { view } = this.#memory;
    if (wanted && eventIndex) {
      const place = this.#step(this.#used, after);
      view.setUint16(driver, place < size ? place | EVENT_WRAP : place - size, true);
    }
    const flags = wanted ? (eventIndex ? EVENTS.at : EVENTS.always) : EVENTS.never;
    view.setUint16(driver + EVENT_FLAGS, flags, true);
  }

  next(): Used | undefined {
    const { view } = this.#memory;
    const at = this.entry(this.#used);
    const flags = view.getUint16(at + 14, true);
    // 2.8.1: used when both are the wrap counter.
    const used = this.#used < this.layout.size ? AVAIL | USED : 0;
    if ((flags & (AVAIL | USED)) !== used) return undefined;
    const id = view.getUint16(at + 12, true);
    const slots = this.#lists.get(id);
    if (slots === undefined) throw new Error(`the device gave back buffer ${id}, which it does not have`);
    this.#lists.delete(id);
    this.#ids.push(id);
    this.#free += slots;
    this.#used = this.#step(this.#used, slots);
    // 2.8.4: the length counts when something was written.
    return { id, written: flags & WRITE ? view.getUint32(at + 8, true) : 0 };
  }
}

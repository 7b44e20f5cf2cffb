/** The driver's side of a split virtqueue (2.7.13, 2.7.14): the counterparty of every device here. */
import { DESCRIPTOR_BYTES, INDIRECT, NEXT, WRITE } from "../descriptors.ts";
import type { QueueLayout, Segment } from "../queue.ts";
import type { DriverOptions, QueueDriver, Used } from "./driver.ts";
import type { DriverMemory } from "./memory.ts";

export class SplitDriver implements QueueDriver {
  readonly layout: QueueLayout;
  readonly #memory: DriverMemory;
  readonly #free: number[];
  /** Descriptors of each chain that the device has, by its head. */
  readonly #chains = new Map<number, number[]>();
  #available = 0;
  #kicked = 0;
  #used = 0;

  constructor(memory: DriverMemory, { size, indirect = false, eventIndex = false }: DriverOptions) {
    this.#memory = memory;
    this.layout = {
      ...{ size, indirect, eventIndex },
      descriptors: memory.take(DESCRIPTOR_BYTES * size, 16),
      driver: memory.take(6 + 2 * size, 2),
      device: memory.take(6 + 8 * size, 4),
    };
    this.#free = Array.from({ length: size }, (_, i) => size - 1 - i);
  }

  add(readable: readonly Segment[], writable: readonly Segment[], table?: number): number | undefined {
    const segments = [...readable, ...writable];
    if (this.#free.length < (table === undefined ? segments.length : 1)) return undefined;
    const slots = (table === undefined ? segments : [0]).map(() => this.#free.pop() as number);
    const head = slots[0] as number;
    for (const [i, { address, length }] of segments.entries()) {
      const at = table === undefined ? this.entry(slots[i] as number) : table + DESCRIPTOR_BYTES * i;
      const more = i + 1 < segments.length;
      const next = table === undefined ? slots[i + 1] : i + 1;
      const flags = (i >= readable.length ? WRITE : 0) | (more ? NEXT : 0);
      this.describe(at, { address, length, flags, next: more ? (next as number) : 0 });
    }
    if (table !== undefined) {
      const length = DESCRIPTOR_BYTES * segments.length;
      this.describe(this.entry(head), { address: table, length, flags: INDIRECT, next: 0 });
    }
    this.#chains.set(head, slots);
    this.offer(head);
    return head;
  }

  /** Where a descriptor of the table is. */
  entry(index: number): number {
    return this.layout.descriptors + DESCRIPTOR_BYTES * index;
  }

  describe(at: number, { address, length, flags, next }: Segment & { flags: number; next: number }): void {
    const { view } = this.#memory;
    view.setUint32(at, address, true);
    view.setUint32(at + 4, address / 2 ** 32, true);
    view.setUint32(at + 8, length, true);
    view.setUint16(at + 12, flags, true);
    view.setUint16(at + 14, next, true);
  }

  /** Puts a head into the available ring, and then the index (2.7.13.3). */
  offer(head: number): void {
    const { driver, size } = this.layout;
    const { view } = this.#memory;
    view.setUint16(driver + 4 + 2 * (this.#available % size), head, true);
    this.#available = (this.#available + 1) & 0xffff;
    view.setUint16(driver + 2, this.#available, true);
  }

  kickNeeded(): boolean {
    const { device, size, eventIndex } = this.layout;
    const { view } = this.#memory;
    const offered = (this.#available - this.#kicked) & 0xffff;
    this.#kicked = this.#available;
    if (offered === 0) return false;
    // 2.7.10.1: the flag counts without the event index only.
    if (!eventIndex) return (view.getUint16(device, true) & 1) === 0;
    const event = view.getUint16(device + 4 + 8 * size, true);
    return ((this.#available - event - 1) & 0xffff) < offered;
  }

  listen(wanted: boolean, after = 0): void {
    const { driver, size, eventIndex } = this.layout;
    const { view } = this.#memory;
    if (!eventIndex) view.setUint16(driver, wanted ? 0 : 1, true);
    else if (wanted) view.setUint16(driver + 4 + 2 * size, this.#used + after, true);
  }

  next(): Used | undefined {
    const { device, size } = this.layout;
    const { view } = this.#memory;
    if (view.getUint16(device + 2, true) === this.#used) return undefined;
    const at = device + 4 + 8 * (this.#used % size);
    this.#used = (this.#used + 1) & 0xffff;
    const id = view.getUint32(at, true);
    const slots = this.#chains.get(id);
    if (slots === undefined) throw new Error(`the device gave back buffer ${id}, which it does not have`);
    this.#chains.delete(id);
    this.#free.push(...slots);
    return { id, written: view.getUint32(at + 4, true) };
  }
}

/**
 * The common configuration structure (4.1.4.3), registers in memory:
 *
 *     00 device_feature_select │ 04 device_feature │ 08 driver_feature_select │ 0c driver_feature
 *     10 config_msix_vector, num_queues │ 14 device_status, config_generation, queue_select │ 18 queue_size, queue_msix_vector
 *     1c queue_enable, queue_notify_off │ 20 queue_desc │ 28 queue_driver │ 30 queue_device
 */
import type { MmioDevice } from "../../../../machine/bus.ts";
import type { Stateful, StateReader, StateWriter } from "../../../../machine/state.ts";
import type { QueueState, VirtioDevice } from "../device.ts";

/** No message is assigned (4.1.5.1.2). */
export const NO_VECTOR = 0xffff;
const AREAS = [
  [0x20, "descriptors"],
  [0x28, "driver"],
  [0x30, "device"],
] as const;
export const COMMON_BYTES = 0x38;

export class CommonConfig implements MmioDevice, Stateful {
  readonly #device: VirtioDevice;
  #deviceSelect = 0;
  #driverSelect = 0;
  #queueSelect = 0;
  /** Of the configuration first, of each queue then. */
  readonly #vectors: Int32Array;
  readonly #most: number;

  /** `vectors`: messages that there are to choose from. */
  constructor(device: VirtioDevice, vectors: number) {
    this.#device = device;
    this.#most = vectors;
    this.#vectors = new Int32Array(1 + device.queues.length).fill(NO_VECTOR);
  }

  get configVector(): number {
    return this.#vectors[0] as number;
  }

  queueVector(queue: number): number {
    return this.#vectors[1 + queue] ?? NO_VECTOR;
  }

  get #queue(): QueueState | undefined {
    return this.#device.queues[this.#queueSelect];
  }

  read(offset: number, size: number): number {
    const dword = this.#dword(offset & ~3);
    const value = dword >>> (8 * (offset & 3));
    return size === 4 ? value : value & (2 ** (8 * size) - 1);
  }

  #dword(offset: number): number {
    const device = this.#device;
    const half = (bits: bigint, select: number) =>
      select < 2 ? Number((bits >> BigInt(32 * select)) & 0xffff_ffffn) : 0;
    switch (offset) {
      case 0x00:
        return this.#deviceSelect;
      case 0x04:
        return half(device.offered, this.#deviceSelect);
      case 0x08:
        return this.#driverSelect;
      case 0x0c:
        return half(device.accepted, this.#driverSelect);
      case 0x10:
        return (this.configVector | (device.queues.length << 16)) >>> 0;
      case 0x14:
        return (device.status | (device.generation << 8) | (this.#queueSelect << 16)) >>> 0;
      case 0x18:
        // 4.1.4.3.1: a queue that does not exist has size 0.
        return ((this.#queue?.size ?? 0) | (this.queueVector(this.#queueSelect) << 16)) >>> 0;
      case 0x1c:
        return ((this.#queue?.enabled ? 1 : 0) | (this.#queueSelect << 16)) >>> 0;
      default:
        return this.#area(offset);
    }
  }

  #area(offset: number): number {
    for (const [at, name] of AREAS)
      if ((offset & ~4) === at) {
        const value = this.#queue?.[name] ?? 0;
        return offset & 4 ? Math.floor(value / 2 ** 32) : value % 2 ** 32;
      }
    return 0;
  }

  write(offset: number, value: number, _size: number): void {
    const device = this.#device;
    const queue = this.#queue;
    if (offset === 0x00) this.#deviceSelect = value;
    else if (offset === 0x08) this.#driverSelect = value;
    else if (offset === 0x0c) this.#accept(value);
    else if (offset === 0x10) this.#choose(0, value);
    else if (offset === 0x14) {
      device.setStatus(value & 0xff);
      if (device.status === 0) this.#vectors.fill(NO_VECTOR);
    } else if (offset === 0x16) this.#queueSelect = value & 0xffff;
    else if (offset === 0x1a) this.#choose(1 + this.#queueSelect, value);
    else if (queue === undefined || queue.enabled) return;
    // 4.1.4.3.2: a power of 2, not above what the device can do.
    else if (offset === 0x18) {
      if (value > 0 && value <= queue.most && (value & (value - 1)) === 0) queue.size = value;
    } else if (offset === 0x1c) {
      if (value === 1) device.enable(this.#queueSelect);
    } else this.#place(queue, offset, value);
  }

  /** 4.1.5.1.2.1: a vector that there is not reads back as none. */
  #choose(which: number, value: number): void {
    const vector = value & 0xffff;
    this.#vectors[which] = vector < this.#most ? vector : NO_VECTOR;
  }

  #accept(value: number): void {
    const select = BigInt(this.#driverSelect);
    if (select > 1n) return;
    const kept = this.#device.accepted & (0xffff_ffffn << (32n * (1n - select)));
    this.#device.accept(kept | (BigInt(value) << (32n * select)));
  }

  /** 64-bit addresses come as two dwords (4.1.3.1). */
  #place(queue: QueueState, offset: number, value: number): void {
    for (const [at, name] of AREAS)
      if (offset === at) queue[name] = Math.floor(queue[name] / 2 ** 32) * 2 ** 32 + value;
      else if (offset === at + 4) queue[name] = value * 2 ** 32 + (queue[name] % 2 ** 32);
  }

  save(out: StateWriter): void {
    for (const value of [this.#deviceSelect, this.#driverSelect, this.#queueSelect]) out.int(value);
    out.array(this.#vectors);
  }

  load(from: StateReader): void {
    this.#deviceSelect = from.int() >>> 0;
    this.#driverSelect = from.int() >>> 0;
    this.#queueSelect = from.int();
    from.array(this.#vectors);
  }
}

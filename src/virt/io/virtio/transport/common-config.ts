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
  /** Which message tells of a configuration change, and of each queue's buffers; a vector, or NO_VECTOR. */
  readonly #vectors: number;
  configVector = NO_VECTOR;
  readonly queueVectors: Uint16Array;

  /** `vectors`: messages that the transport has. */
  constructor(device: VirtioDevice, vectors: number) {
    this.#device = device;
    this.#vectors = vectors;
    this.queueVectors = new Uint16Array(device.queues.length).fill(NO_VECTOR);
  }

  /** 4.1.5.1.2.1: after a reset nothing is mapped to a message. */
  #unmap(): void {
    this.configVector = NO_VECTOR;
    this.queueVectors.fill(NO_VECTOR);
  }

  /** 4.1.5.1.2.1: what cannot be mapped reads back as NO_VECTOR. */
  #vector(value: number): number {
    return value < this.#vectors ? value : NO_VECTOR;
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
        return ((this.#queue?.size ?? 0) | ((this.queueVectors[this.#queueSelect] ?? NO_VECTOR) << 16)) >>> 0;
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
    else if (offset === 0x10) this.configVector = this.#vector(value & 0xffff);
    else if (offset === 0x14) {
      device.setStatus(value & 0xff);
      if (device.status === 0) this.#unmap();
    } else if (offset === 0x16) this.#queueSelect = value & 0xffff;
    else if (offset === 0x1a) this.queueVectors[this.#queueSelect] = this.#vector(value & 0xffff);
    else if (queue === undefined || queue.enabled) return;
    // 4.1.4.3.2: not above what the device can do, and a power of 2 unless packed.
    else if (offset === 0x18) {
      if (device.takesSize(queue, value)) queue.size = value;
    } else if (offset === 0x1c) {
      if (value === 1) device.enable(this.#queueSelect);
    } else this.#place(queue, offset, value);
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
    for (const value of [this.#deviceSelect, this.#driverSelect, this.#queueSelect, this.configVector])
      out.int(value);
    out.array(this.queueVectors);
  }

  load(from: StateReader): void {
    this.#deviceSelect = from.int() >>> 0;
    this.#driverSelect = from.int() >>> 0;
    this.#queueSelect = from.int();
    this.configVector = from.int();
    from.array(this.queueVectors);
  }
}

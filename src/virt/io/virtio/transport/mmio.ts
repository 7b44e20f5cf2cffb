/**
 * Virtio over MMIO, version 2 (4.2): one page of registers and an interrupt line; nothing says where it is, so a driver must be told.
 *
 *     000 magic │ 004 version │ 008 device ID │ 00c vendor │ 010 features … │ 030 queues … │ 050 notify │ 060 interrupt │ 070 status │ 100 configuration
 *
 * Most registers are those of the common configuration structure at other places.
 */
import type { MmioDevice } from "../../../../machine/bus.ts";
import type { Stateful, StateReader, StateWriter } from "../../../../machine/state.ts";
import type { VirtioDevice } from "../device.ts";
import { CommonConfig } from "./common-config.ts";

/** Bytes for Bus.mapMmio. */
export const MMIO_BYTES = 0x1000;
const MAGIC = 0x7472_6976;
const VERSION = 2;
const VENDOR = 0x1af4;
const CONFIG = 0x100;
const QUEUE_READY = 0x44;
/** InterruptStatus (4.2.2). */
const INTERRUPT = { used: 1, config: 2 } as const;

/** Registers as [offset in the common configuration structure, bytes there]. */
const READS = new Map<number, readonly [number, number]>([
  [0x010, [0x04, 4]],
  [QUEUE_READY, [0x1c, 2]],
  [0x070, [0x14, 1]],
  [0x0fc, [0x15, 1]],
]);
const WRITES = new Map<number, readonly [number, number]>([
  [0x014, [0x00, 4]],
  [0x020, [0x0c, 4]],
  [0x024, [0x08, 4]],
  [0x030, [0x16, 2]],
  [0x038, [0x18, 2]],
  [QUEUE_READY, [0x1c, 2]],
  [0x070, [0x14, 1]],
  [0x080, [0x20, 4]],
  [0x084, [0x24, 4]],
  [0x090, [0x28, 4]],
  [0x094, [0x2c, 4]],
  [0x0a0, [0x30, 4]],
  [0x0a4, [0x34, 4]],
]);

export class VirtioMmio implements MmioDevice, Stateful {
  readonly device: VirtioDevice;
  readonly #common: CommonConfig;
  readonly #interrupt: (level: boolean) => void;
  #status = 0;

  /** `interrupt` drives a line that is its alone. */
  constructor(device: VirtioDevice, interrupt: (level: boolean) => void) {
    this.device = device;
    this.#common = new CommonConfig(device, 0);
    this.#interrupt = interrupt;
    device.onUsed = () => this.#set(this.#status | INTERRUPT.used);
    device.onConfigChange = () => this.#set(this.#status | INTERRUPT.config);
  }

  #set(status: number): void {
    this.#status = status;
    this.#interrupt(status !== 0);
  }

  get #queue(): number {
    return this.#common.read(0x16, 2);
  }

  read(offset: number, size: number): number {
    if (offset >= CONFIG) return this.device.readConfig(offset - CONFIG, size);
    // 4.2.2.2: registers are 32 bits wide, and accessed as such.
    return size === 4 ? this.#register(offset) : 0;
  }

  #register(offset: number): number {
    const common = READS.get(offset);
    if (common !== undefined) return this.#common.read(...common);
    // Shared memory, which no device here has: length and base are all ones.
    if (offset >= 0xb0 && offset <= 0xbc) return 0xffff_ffff;
    switch (offset) {
      case 0x000:
        return MAGIC;
      case 0x004:
        return VERSION;
      case 0x008:
        return this.device.id;
      case 0x00c:
        return VENDOR;
      case 0x034:
        return this.device.queues[this.#queue]?.most ?? 0;
      case 0x060:
        return this.#status;
      default:
        return 0;
    }
  }

  write(offset: number, value: number, size: number): void {
    if (offset >= CONFIG) this.device.writeConfig(offset - CONFIG, value, size);
    else if (size !== 4) return;
    else if (offset === 0x050) this.device.kick(value);
    else if (offset === 0x064) this.#set(this.#status & ~value);
    else if (offset === QUEUE_READY && value === 0) this.device.stop(this.#queue);
    else {
      const common = WRITES.get(offset);
      if (common !== undefined) this.#common.write(common[0], value, common[1]);
      // 4.2.2.1: a reset clears all bits of InterruptStatus.
      if (this.device.status === 0 && this.#status !== 0) this.#set(0);
    }
  }

  save(out: StateWriter): void {
    out.int(this.#status);
    this.#common.save(out);
    this.device.save(out);
  }

  load(from: StateReader): void {
    this.#status = from.int();
    this.#common.load(from);
    this.device.load(from);
  }
}

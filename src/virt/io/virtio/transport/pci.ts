/**
 * Virtio over PCI, modern (4.1). One memory window, pointed at by vendor capabilities:
 *
 *     BAR 0    0000 common │ 1000 ISR │ 2000 device │ 3000 notify, 4 bytes a queue
 *     BAR 1    MSI-X: a message for configuration changes and one a queue, as the driver maps them
 *
 * While MSI-X is off, interrupts come by the pin and the ISR status.
 */
import type { MmioDevice } from "../../../../machine/bus.ts";
import {
  INTERRUPT_STATUS,
  STATUS as PCI_STATUS,
  PciFunction,
} from "../../../../machine/devices/pci/function.ts";
import { MsiX } from "../../../../machine/devices/pci/msi-x.ts";
import type { Card, Slot } from "../../../../machine/devices/pci/slot.ts";
import type { Stateful, StateReader, StateWriter } from "../../../../machine/state.ts";
import type { VirtioDevice } from "../device.ts";
import { COMMON_BYTES, CommonConfig } from "./common-config.ts";

const VENDOR_CAPABILITY = 0x09;
/** cfg_type (4.1.4). */
const TYPE = { common: 1, notify: 2, isr: 3, device: 4, pci: 5 } as const;
const REGION = 0x1000;
const WINDOW = 4 * REGION;
const MULTIPLIER = 4;
/** ISR status (4.1.4.5). */
const ISR = { queue: 1, config: 2 } as const;
/** PCI classes by device ID: a NIC, a disk; the others are of none. */
const CLASSES = new Map([
  [1, 0x020000],
  [2, 0x010000],
]);

const dword = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

export class VirtioPci extends PciFunction implements MmioDevice {
  readonly device: VirtioDevice;
  override readonly media: readonly Stateful[];
  readonly #common: CommonConfig;
  readonly #access: number;
  readonly #msix: MsiX;
  #isr = 0;

  constructor({ bus, message }: Pick<Slot, "bus" | "message">, device: VirtioDevice, express = false) {
    // 4.1.2.1: vendor 1af4, device 1040 + ID, revision 1 or more.
    const identity = { vendor: 0x1af4, device: 0x1040 + device.id, revision: 1, interruptPin: 1 };
    super(bus, { ...identity, express, class: CLASSES.get(device.id) ?? 0xff0000 });
    this.device = device;
    this.media = device.media;
    const vectors = device.queues.length + 1;
    this.#common = new CommonConfig(device, vectors);
    this.window(0, { kind: "memory", size: WINDOW, device: this });
    this.#structure(TYPE.common, 0, COMMON_BYTES);
    this.#structure(TYPE.isr, REGION, 1);
    this.#structure(TYPE.device, 2 * REGION, Math.max(4, device.config.length));
    this.#structure(TYPE.notify, 3 * REGION, MULTIPLIER * device.queues.length, dword(MULTIPLIER));
    // 4.1.4.9: a way to the window through configuration space; bar, offset and length are the driver's.
    this.#access = this.#structure(TYPE.pci, 0, 0, dword(0));
    this.writable(this.#access + 4, [0xff]);
    this.writable(this.#access + 8, new Array(8).fill(0xff));
    this.#msix = new MsiX(this, { bar: 1, vectors, message });
    device.onUsed = (queue) => this.#raise(ISR.queue, this.#common.queueVectors[queue] as number);
    device.onConfigChange = () => this.#raise(ISR.config, this.#common.configVector);
  }

  /** cap_len, cfg_type, bar, id, 2 bytes of padding, offset, length (4.1.4). */
  #structure(type: number, offset: number, length: number, more: readonly number[] = []): number {
    const bytes = [type, 0, 0, 0, 0, ...dword(offset), ...dword(length), ...more];
    return this.capability(VENDOR_CAPABILITY, [bytes.length + 3, ...bytes]);
  }

  /** A physical address is one of its notification registers (4.1.4.4): a write there is a kick. */
  notifies(at: number): boolean {
    const offset = at - this.base(0);
    return offset >= 3 * REGION && offset < WINDOW;
  }

  /** 4.1.5.3, 4.1.5.4: by the message that the driver has mapped, if any, or by the pin. */
  #raise(bits: number, vector: number): void {
    const messages = this.#msix.enabled;
    // 4.1.4.5.1: with MSI-X the ISR status tells of the configuration only.
    if (!messages || bits === ISR.config) this.#isr |= bits;
    if (messages) this.#msix.raise(vector);
    else this.setInterrupt(true);
  }

  /** The pin follows the ISR status, unless MSI-X is on. */
  #settle(isr = this.#isr): void {
    this.#isr = isr;
    const asserted = ((this.config[PCI_STATUS] as number) & INTERRUPT_STATUS) !== 0;
    if (asserted && (isr === 0 || this.#msix.enabled)) this.setInterrupt(false);
  }

  read(offset: number, size: number): number {
    const region = Math.floor(offset / REGION);
    const at = offset % REGION;
    if (region === 0) return this.#common.read(at, size);
    // 4.1.4.5.1: reading the ISR status clears it and releases the pin.
    if (region === 1 && at === 0) {
      const isr = this.#isr;
      this.#settle(0);
      return isr;
    }
    return region === 2 ? this.device.readConfig(at, size) : 0;
  }

  write(offset: number, value: number, size: number): void {
    const region = Math.floor(offset / REGION);
    const at = offset % REGION;
    if (region === 0) this.#writeCommon(at, value, size);
    else if (region === 2) this.device.writeConfig(at, value, size);
    else if (region === 3) this.device.kick(Math.floor(at / MULTIPLIER));
  }

  #writeCommon(at: number, value: number, size: number): void {
    this.#common.write(at, value, size);
    // 2.4.1: nothing is signalled after a reset.
    if (this.device.status === 0) {
      this.#settle(0);
      this.#msix.clear();
    }
  }

  /** The window behind the access capability: where, and whether what the driver wrote makes sense (4.1.4.9.2). */
  #target(): { offset: number; size: number } | undefined {
    const view = new DataView(this.config.buffer);
    const bar = this.config[this.#access + 4];
    const offset = view.getUint32(this.#access + 8, true);
    const size = view.getUint32(this.#access + 12, true);
    const fits = (size === 1 || size === 2 || size === 4) && offset % size === 0 && offset < WINDOW;
    return bar === 0 && fits ? { offset, size } : undefined;
  }

  override readConfig(offset: number, size: number): number {
    const target = offset === this.#access + 16 ? this.#target() : undefined;
    return target ? this.read(target.offset, target.size) : super.readConfig(offset, size);
  }

  override writeConfig(offset: number, value: number, size: number): void {
    const target = offset === this.#access + 16 ? this.#target() : undefined;
    if (target) this.write(target.offset, value, target.size);
    else {
      super.writeConfig(offset, value, size);
      this.#msix.configured();
      this.#settle();
    }
  }

  override reset(): void {
    this.device.reset();
  }

  /** What its back end has not answered is nobody's, and pages of a balloon are the guest's again. */
  override unplugged(): void {
    super.unplugged();
    this.device.reset();
  }

  override save(out: StateWriter): void {
    super.save(out);
    this.#msix.save(out);
    out.int(this.#isr);
    this.#common.save(out);
    this.device.save(out);
  }

  override load(from: StateReader): void {
    super.load(from);
    this.#msix.load(from);
    this.#isr = from.int();
    this.#common.load(from);
    this.device.load(from);
  }
}

/** A card with a device on it; the device is made for its slot. */
export const virtioCard =
  (make: (slot: Slot) => VirtioDevice): Card =>
  (slot) =>
    new VirtioPci(slot, make(slot));

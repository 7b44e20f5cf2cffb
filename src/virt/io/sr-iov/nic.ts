/**
 * A network card with virtual functions (SR-IOV; virtio 1.2, 6 "VIRTIO_F_SR_IOV"): each of its functions is a virtio network device. The
 * physical one has a window more, for whoever runs the card:
 *
 *     BAR 2, 16 bytes a virtual function    0 MAC, low │ 4 MAC, high; 16 it has one; 17 its source is checked │ 8 frames dropped by that check
 */
import type { MmioDevice } from "../../../machine/bus.ts";
import type { NetworkPort } from "../../../machine/devices/network.ts";
import type { ConfigSpace } from "../../../machine/devices/pci/bus.ts";
import type { Windows } from "../../../machine/devices/pci/function.ts";
import { SrIov } from "../../../machine/devices/pci/sr-iov.ts";
import type { Dma } from "../../../machine/dma.ts";
import type { StateReader, StateWriter } from "../../../machine/state.ts";
import { SR_IOV as SR_IOV_FEATURE } from "../virtio/features.ts";
import { VirtioNet } from "../virtio/net.ts";
import { VirtioPci } from "../virtio/transport/pci.ts";
import { EmbeddedSwitch } from "./embedded-switch.ts";

/** A virtio network card by its ID (4.1.2.1). */
export const VIRTUAL_DEVICE = 0x1041;
export const ADMIN_BAR = 2;
export const ADMIN = { stride: 16, low: 0, high: 4, spoofed: 8, valid: 1 << 16, check: 1 << 17 } as const;
/** Device status in the common configuration (4.1.4.3). */
const DEVICE_STATUS = 20;

/** How a function reaches memory and interrupts. */
export interface Way {
  readonly dma: Dma;
  readonly message: (address: number, data: number) => void;
}

export interface SrIovNicParts {
  /** Where windows are opened: the host's bus. */
  readonly bus: Windows;
  /** Of the physical function; the virtual ones have those after it. */
  readonly requester: number;
  readonly way: (requester: number) => Way;
  readonly plug: (requester: number, space: ConfigSpace | undefined) => void;
  readonly cable: NetworkPort;
  /** Six bytes: the physical function's. */
  readonly mac: readonly number[];
  /** 1 … 7. */
  readonly virtual: number;
}

export class SrIovNic extends VirtioPci {
  readonly virtual: readonly VirtioPci[];
  readonly inside: EmbeddedSwitch;
  readonly sriov: SrIov;

  constructor({ bus, requester, way, plug, cable, mac, virtual }: SrIovNicParts) {
    const inside = new EmbeddedSwitch(cable, virtual + 1);
    const make = (n: number) => {
      const { dma, message } = way(requester + n);
      const address = n === 0 ? mac : [0, 0, 0, 0, 0, 0];
      const features = n === 0 ? SR_IOV_FEATURE : 0n;
      const port = inside.ports[n] as NetworkPort;
      return { slot: { bus, message }, device: new VirtioNet({ dma, port, mac: address, features }) };
    };
    const own = make(0);
    super(own.slot, own.device, true);
    this.inside = inside;
    const first = inside.ports[0] as EmbeddedSwitch["ports"][number];
    first.mac = mac;
    this.window(ADMIN_BAR, { kind: "memory", size: 4096, device: this.#admin() });
    this.virtual = Array.from({ length: virtual }, (_, n) => {
      const { slot, device } = make(n + 1);
      return new VirtioPci(slot, device, true);
    });
    this.sriov = new SrIov(this, {
      ...{ total: virtual, device: VIRTUAL_DEVICE, functions: this.virtual },
      plug: (n, space) => {
        this.#switch(n, space !== undefined);
        plug(requester + 1 + n, space);
      },
    });
  }

  /** A virtual function goes on or off; what it did before is forgotten either way. */
  #switch(n: number, on: boolean): void {
    const port = this.inside.ports[n + 1] as EmbeddedSwitch["ports"][number];
    port.on = on;
    (this.virtual[n] as VirtioPci).write(DEVICE_STATUS, 0, 1);
  }

  #admin(): MmioDevice {
    const port = (offset: number) => this.inside.ports[1 + Math.floor(offset / ADMIN.stride)];
    return {
      read: (offset, size) => {
        const of = size === 4 ? port(offset) : undefined;
        if (of === undefined) return 0;
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = of.mac ?? [];
        const field = offset % ADMIN.stride;
        if (field === ADMIN.low) return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
        if (field === ADMIN.spoofed) return of.spoofed;
        if (field !== ADMIN.high) return 0;
        return e | (f << 8) | (of.mac ? ADMIN.valid : 0) | (of.check ? ADMIN.check : 0);
      },
      write: (offset, value, size) => {
        const of = size === 4 ? port(offset) : undefined;
        if (of === undefined) return;
        const field = offset % ADMIN.stride;
        const index = Math.floor(offset / ADMIN.stride);
        const address = (this.virtual[index] as VirtioPci).device.config;
        if (field === ADMIN.low) for (let i = 0; i < 4; i++) address[i] = (value >>> (8 * i)) & 0xff;
        if (field !== ADMIN.high) return;
        for (let i = 0; i < 2; i++) address[4 + i] = (value >>> (8 * i)) & 0xff;
        of.mac = value & ADMIN.valid ? [...address.subarray(0, 6)] : undefined;
        of.check = (value & ADMIN.check) !== 0;
      },
    };
  }

  override writeConfig(offset: number, value: number, size: number): void {
    super.writeConfig(offset, value, size);
    this.sriov.configured(offset);
  }

  override save(out: StateWriter): void {
    super.save(out);
    this.sriov.save(out);
    for (const { mac, check, spoofed } of this.inside.ports) {
      out.array(Uint8Array.of(mac ? 1 : 0, ...(mac ?? [0, 0, 0, 0, 0, 0])));
      out.flag(check);
      out.int(spoofed);
    }
  }

  override load(from: StateReader): void {
    super.load(from);
    this.sriov.load(from);
    for (const port of this.inside.ports) {
      const mac = new Uint8Array(7);
      from.array(mac);
      port.mac = mac[0] === 1 ? [...mac.subarray(1)] : undefined;
      port.check = from.flag();
      port.spoofed = from.int();
    }
  }
}

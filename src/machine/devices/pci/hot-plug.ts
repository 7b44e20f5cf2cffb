/**
 * Hot plug of bus 0's devices by ACPI, with the registers that QEMU gives an i440FX (its docs/specs/acpi_pci_hotplug). One bit a device:
 *
 *     AE00 up: look there, something came or went (a read clears it) │ AE04 down: let go of it, please │ AE08 eject, by a write of its bit
 *     AE0C removable │ AE10 bus: there is one                          AFE0 general-purpose events: status │ AFE2 enable; bit 1 is ours
 *
 *     host        attach ──▶ up, event 1        ask ──▶ down, event 1            detach ──▶ gone: all ones; up, event 1
 *     guest       _E01: Notify(device check)    _E01: Notify(eject request)      _E01: Notify(device check)
 *                 finds it, binds a driver      unbinds, _EJ0: eject ──▶ gone    finds nothing, drops its driver
 */
import type { Bus, PortDevice } from "../../bus.ts";
import { loadFields, saveFields } from "../../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import type { IrqLine } from "../irq.ts";

export const HOT_PLUG = {
  base: 0xae00,
  ports: 0x14,
  up: 0,
  down: 4,
  eject: 8,
  removable: 0x0c,
  bus: 0x10,
} as const;
export const GPE = { base: 0xafe0, ports: 4, enable: 2 } as const;
/** The event of hot plug: \_GPE._E01. */
const EVENT = 2;

export interface HotPlugParts {
  readonly bus: Bus;
  /** ACPI's interrupt. */
  readonly irq: IrqLine;
  /** Devices that may come and go, as bits. */
  readonly removable: number;
  /** The guest has let go of a device. */
  readonly onEject: (device: number) => void;
}

export class PciHotPlug implements PortDevice, Stateful {
  up = 0;
  down = 0;
  status = 0;
  enable = 0;
  readonly #irq: IrqLine;
  readonly #removable: number;
  readonly #onEject: (device: number) => void;

  constructor({ bus, irq, removable, onEject }: HotPlugParts) {
    this.#irq = irq;
    this.#removable = removable;
    this.#onEject = onEject;
    bus.mapPorts(HOT_PLUG.base, HOT_PLUG.base + HOT_PLUG.ports - 1, this);
    bus.mapPorts(GPE.base, GPE.base + GPE.ports - 1, this);
  }

  /** Something came or went at a device. */
  changed(device: number): void {
    this.up |= 1 << device;
    // What has gone need not be let go any more.
    this.down &= ~(1 << device);
    this.#event();
  }

  /** The guest is to let go of a device. */
  ask(device: number): void {
    this.down |= 1 << device;
    this.#event();
  }

  #event(): void {
    this.status |= EVENT;
    this.#update();
  }

  #update(): void {
    this.#irq.set((this.status & this.enable) !== 0);
  }

  in(port: number, size: number): number {
    const gpe = port >= GPE.base;
    const offset = port - (gpe ? GPE.base : HOT_PLUG.base);
    const value = gpe ? this.status | (this.enable << 16) : this.#read(offset & ~3);
    const shifted = value >>> (8 * (offset & 3));
    return size === 4 ? shifted : shifted & (2 ** (8 * size) - 1);
  }

  #read(register: number): number {
    if (register === HOT_PLUG.down) return this.down;
    if (register === HOT_PLUG.removable) return this.#removable;
    if (register !== HOT_PLUG.up) return 0;
    const { up } = this;
    this.up = 0;
    return up;
  }

  out(port: number, value: number, size: number): void {
    if (port === HOT_PLUG.base + HOT_PLUG.eject && size === 4) this.#eject(value);
    else if (port >= GPE.base)
      for (let i = 0; i < size; i++) this.#writeEvents(port + i - GPE.base, (value >>> (8 * i)) & 0xff);
  }

  /** Status bits are cleared by ones (ACPI 6.5, 4.8.4.1.1). */
  #writeEvents(offset: number, value: number): void {
    const shift = 8 * (offset % GPE.enable);
    if (offset < GPE.enable) this.status &= ~(value << shift);
    else this.enable = (this.enable & ~(0xff << shift)) | (value << shift);
    this.#update();
  }

  #eject(bits: number): void {
    for (let device = 0; device < 32; device++) {
      if (!(bits & this.#removable & (1 << device))) continue;
      this.down &= ~(1 << device);
      this.#onEject(device);
    }
  }

  save(out: StateWriter): void {
    out.section("pci hot plug");
    saveFields(out, this, FIELDS);
  }

  load(from: StateReader): void {
    from.section("pci hot plug");
    loadFields(from, this, FIELDS);
  }
}

const FIELDS = "up down status enable";

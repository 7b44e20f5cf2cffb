/**
 * A host that gives devices to guests, with a remapping unit before its memory and its local APIC, or without:
 *
 *     device ── Iova ─────────▶ domain of the guest ──▶ its memory                              without: any address
 *            └─ message ──────▶ entry of the table ──┬▶ descriptor ─▶ virtual APIC, no exit     without: any vector
 *                                                    └▶ the host's vector ─▶ handler ─▶ virtual APIC
 *
 * The guest's message (address and data, in the MSI-X table as it believes) is never what the device sends: the host writes that table.
 */
import type { Iova } from "../../machine/address.ts";
import { DELIVERY } from "../../machine/devices/lapic.ts";
import { interruptMessage } from "../../machine/devices/message.ts";
import type { Message } from "../../machine/devices/pci/msi-x.ts";
import { type Dma, directDma } from "../../machine/dma.ts";
import { Iommu } from "../../machine/iommu/index.ts";
import type { Attach, Attachment } from "../../virt/cpu/assigned.ts";
import type { Host } from "../../virt/cpu/host.ts";
import { IoDomain } from "../../virt/io/iommu/domain.ts";
import { IommuDriver } from "../../virt/io/iommu/driver.ts";
import { InterruptTable } from "../../virt/io/iommu/interrupts.ts";

const PAGE = 4096;
/** The host's vectors for assigned devices, from here on. */
const FIRST_VECTOR = 0x40;
const LAST_VECTOR = 0xef;
/** A message in compatibility format for a processor of the host's. */
const compatible = (apic: number, vector: number): Message => ({
  address: (0xfee00000 | (apic << 12)) >>> 0,
  data: vector,
});

/** The unit of a host, and who runs it. */
export interface Remapping {
  readonly iommu: Iommu;
  readonly driver: IommuDriver;
  readonly interrupts: InterruptTable;
}

/** Programs the unit of a host with these guests, who have their parts of one memory. The first one's monitor runs it. */
export function remapping(...hosts: readonly [Host, ...Host[]]): Remapping {
  const [{ bus, ledger }] = hosts;
  const iommu = new Iommu(bus, (message) => {
    for (const { interrupts } of hosts) interrupts.deliver(message);
  });
  const page = () => hosts[0].frame();
  const driver = new IommuDriver({ bus, registers: iommu.registers, page, ledger });
  return { iommu, driver, interrupts: new InterruptTable(driver) };
}

interface Device {
  readonly requester: number;
  dma: Dma;
  message: (address: number, data: number) => void;
}

/** Devices of one guest's. Made before its host is, because cards are plugged in while that is made; `to`, `passThrough` or `bare` completes it. */
export class Assignment {
  readonly #devices: Device[] = [];
  #host: Host | undefined;
  #remapping: Remapping | undefined;
  #nextVector = FIRST_VECTOR;

  readonly attach: Attach = ({ requester }): Attachment => {
    const device: Device = { requester, dma: NOWHERE, message: () => {} };
    this.#devices.push(device);
    const bound = new Map<number, { guest: Message; sent: Message; index: number; vector: number }>();
    return {
      dma: {
        read: (at, into) => device.dma.read(at, into),
        write: (at, bytes) => device.dma.write(at, bytes),
      },
      message: (address, data) => device.message(address, data),
      program: (entry, guest) => {
        const known = bound.get(entry);
        if (known?.guest.address === guest.address && known.guest.data === guest.data) return known.sent;
        const made = this.#bind(requester, guest, known);
        bound.set(entry, made);
        return made.sent;
      },
    };
  };

  /** The host is there, and has a unit. `number`: of the guest's domain. */
  to(host: Host, unit: Remapping, number = 1): void {
    const { base, machine, clock } = host;
    const { driver } = unit;
    const domain = new IoDomain({ driver, number, policy: { kind: "strict" }, clock });
    // All of its memory, mapped once and for good ("persistent"): nothing is left to do for a request.
    for (let at = 0; at < machine.bus.ram.length; at += PAGE) domain.mapAt(at as Iova, base + at);
    this.#through(host, unit, (requester) => domain.attach(requester));
  }

  /** The unit checks messages and lets addresses pass. */
  passThrough(host: Host, unit: Remapping, number = 1): void {
    this.#through(host, unit, (requester) => unit.driver.passThrough(requester, number));
  }

  /** There is no unit: devices are on the host's bus as they are, before its processors. */
  bare(host: Host, ...others: readonly Host[]): void {
    this.#host = host;
    const message = (address: number, data: number) => {
      const interrupt = interruptMessage(address, data);
      if (interrupt !== undefined)
        for (const { interrupts } of [host, ...others]) interrupts.deliver(interrupt);
    };
    for (const device of this.#devices) Object.assign(device, { dma: directDma(host.bus, message), message });
  }

  #through(host: Host, unit: Remapping, attach: (requester: number) => void): void {
    this.#host = host;
    this.#remapping = unit;
    for (const device of this.#devices) {
      attach(device.requester);
      device.dma = unit.iommu.dma(device.requester);
      device.message = unit.iommu.message(device.requester);
    }
  }

  #bind(requester: number, guest: Message, known?: { index: number; vector: number }) {
    const { interrupts, machine } = this.#host as Host;
    const wanted = interruptMessage(guest.address, guest.data);
    // What is posted is a vector; an NMI, or a message for nobody, goes the other way.
    const plain = wanted !== undefined && wanted.delivery <= DELIVERY.lowest;
    const posting = this.#remapping !== undefined && plain ? interrupts.posting : undefined;
    const vector = known?.vector || (posting === undefined ? this.#vector() : 0);
    if (posting === undefined)
      interrupts.on(vector, () => {
        if (wanted !== undefined) machine.board.lapic.deliver(wanted);
      });
    const table = this.#remapping?.interrupts;
    if (table === undefined) return { guest, sent: compatible(interrupts.apic, vector), index: 0, vector };
    const entry = posting
      ? { requester, vector: guest.data & 0xff, descriptor: posting.descriptor }
      : { requester, vector, destination: interrupts.apic };
    if (known !== undefined) table.take(known.index);
    const { index, ...sent } = table.give(entry);
    return { guest, sent, index, vector };
  }

  #vector(): number {
    if (this.#nextVector > LAST_VECTOR) throw new RangeError("the host has no vector left for its devices");
    return this.#nextVector++;
  }
}

const NOWHERE: Dma = {
  read: (_at, into) => {
    into.fill(0xff);
    return false;
  },
  write: () => false,
};

/** The I/O image on our own virtio disk: by line and by message, on the bare machine and as KVM's guest, the device emulated or the guest's own. */
import { describe, expect, test } from "vitest";
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../../src/guests/io.ts";
import type { Iova } from "../../src/machine/address.ts";
import type { Bus } from "../../src/machine/bus.ts";
import { Disk } from "../../src/machine/devices/disk.ts";
import { type Dma, directDma } from "../../src/machine/dma.ts";
import { Machine } from "../../src/machine/machine.ts";
import { HASWELL } from "../../src/machine/profiles/haswell.ts";
import { type KvmOptions, kvmVm } from "../../src/systems/kvm.ts";
import { diskBackend } from "../../src/virt/io/block/disk.ts";
import { VirtioBlk } from "../../src/virt/io/virtio/blk.ts";
import { virtioCard } from "../../src/virt/io/virtio/transport/pci.ts";

const MEMORY = 16 << 20;
const CASES: Omit<IoOptions, "driver">[] = [
  { operation: "read", size: 3, depth: 16, batch: 4, count: 60, seed: 7 },
  { operation: "verify", size: 16, depth: 5, batch: 2, count: 15 },
];
const COUNT = 50;
const LINES = ["intx", "msix"] as const;

/** `latency` in cycles: the request ends after the driver has gone to sleep. */
const card = (data: Uint8Array, latency: number) =>
  virtioCard(({ dma, clock }) => {
    const disk = diskBackend(new Disk(data), latency > 0 ? { latency: { clock, cycles: latency } } : {});
    return new VirtioBlk({ dma, disk });
  });

/** What an IOMMU makes of the guest's addresses. */
function offset(bus: Bus, base: number): Dma {
  const { read, write } = directDma(bus);
  return {
    read: (at, into) => read((at + base) as Iova, into),
    write: (at, bytes) => write((at + base) as Iova, bytes),
  };
}

function outcome(machine: Machine) {
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 20_000_000 });
  return { serial, exit: stop.reason === "exit" ? (stop.code - 1) / 2 : undefined };
}

describe.each(LINES)("by %s", (interrupts) => {
  describe.each(CASES.map((one) => [JSON.stringify(one), one] as const))("%s", (_, one) => {
    const options: IoOptions = { ...one, driver: "virtio-blk", interrupts };
    const { image } = buildIoGuest(options);
    const expected = { serial: expectedIo(options), exit: 0 };

    test.each([0, 5000])("on the bare machine, the disk taking %i cycles", (latency) => {
      const machine = new Machine({ memory: MEMORY, disks: [image], cards: [card(ioDisk(), latency)] });
      expect(outcome(machine)).toEqual(expected);
    });

    test.each(["emulated", "assigned"] as const)("as KVM's guest, the device %s", (who) => {
      const plugged = [card(ioDisk(), 5000)];
      const { machine } = guestOf(image, who === "assigned" ? assigned(plugged) : { cards: plugged });
      expect(outcome(machine)).toEqual(expected);
    });
  });
});

const assigned = (cards: NonNullable<KvmOptions["assigned"]>): KvmOptions => ({
  assigned: cards,
  attach: ({ bus, base }) => ({ dma: offset(bus as Bus, base) }),
});

const guestOf = (image: Uint8Array, options: KvmOptions) =>
  kvmVm({ memory: MEMORY, profile: HASWELL, paging: "ept", disks: [image], ...options });

test.each(["halt", "spin"] as const)(
  "waiting by %s, each way of delivery gives the same hash, with no more exits from one to the next",
  (wait) => {
    const asked = { driver: "virtio-blk", operation: "read", interrupts: "msix", count: COUNT } as const;
    const options: IoOptions = { ...asked, wait };
    const { image } = buildIoGuest(options);
    const exits = (["injected", "virtual", "posted"] as const).map((interrupts) => {
      const { machine } = guestOf(image, { ...assigned([card(ioDisk(), 5000)]), interrupts });
      expect(outcome(machine)).toEqual({ serial: expectedIo(options), exit: 0 });
      const [from, to] = machine.board.marker.marks;
      return (to?.counts.vmExit ?? 0) - (from?.counts.vmExit ?? 0);
    });
    const [injected, virtual, posted] = exits as [number, number, number];
    expect(injected - virtual).toBeGreaterThanOrEqual(COUNT);
    // Who sleeps leaves the guest to do so, and there the interrupt finds it; who is at work is interrupted, or is not.
    if (wait === "halt") expect(posted).toBe(virtual);
    else {
      expect(virtual - posted).toBeGreaterThanOrEqual(COUNT);
      expect(posted).toBeLessThan(COUNT);
    }
  },
);

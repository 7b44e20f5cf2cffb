/** DEVICE_NEEDS_RESET (2.1.2), as a driver sees it through each transport with either kind of queue: told once, silent, and well after a reset. */
import { expect, test } from "vitest";
import type { MmioDevice } from "../../../../src/machine/bus.ts";
import { SeededEntropy } from "../../../../src/virt/io/entropy.ts";
import type { VirtioDevice } from "../../../../src/virt/io/virtio/device.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { PackedDriver } from "../../../../src/virt/io/virtio/driver/packed.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { RING_PACKED, VERSION_1 } from "../../../../src/virt/io/virtio/features.ts";
import { VirtioRng } from "../../../../src/virt/io/virtio/rng.ts";
import { VirtioMmio } from "../../../../src/virt/io/virtio/transport/mmio.ts";
import { VirtioPci } from "../../../../src/virt/io/virtio/transport/pci.ts";
import { MMIO, PCI, startBy } from "./registers.ts";

const byMmio = (device: VirtioDevice) => {
  const window: MmioDevice = new VirtioMmio(device, () => {});
  return {
    ...{ window, at: MMIO },
    kick: () => window.write(0x50, 0, 4),
    /** What has happened: 1 used buffers, 2 configuration. */
    events() {
      const events = window.read(0x60, 4);
      window.write(0x64, events, 4);
      return events;
    },
  };
};
const byPci = (device: VirtioDevice) => {
  const bus = { mapPorts: () => () => {}, mapMmio: () => () => {} };
  const window: MmioDevice = new VirtioPci({ bus, message: () => {} }, device);
  return {
    ...{ window, at: PCI },
    kick: () => window.write(0x3000, 0, 2),
    events: () => window.read(0x1000, 1),
  };
};

test.each([
  ["PCI", "split", byPci, SplitDriver, VERSION_1],
  ["PCI", "packed", byPci, PackedDriver, VERSION_1 | RING_PACKED],
  ["MMIO", "split", byMmio, SplitDriver, VERSION_1],
  ["MMIO", "packed", byMmio, PackedDriver, VERSION_1 | RING_PACKED],
] as const)(
  "by %s with a %s queue a broken device says so, once, does nothing more, and works after a reset",
  (_transport, _format, by, Driver, features) => {
    const memory = new DriverMemory(1 << 15);
    const device = new VirtioRng({ dma: memory.dma, entropy: new SeededEntropy(1) });
    const { window, at, kick, events } = by(device);
    const status = () => window.read(...at.status);
    const buffer = [{ address: 0x4000, length: 16 }];

    const broken = new Driver(memory, { size: 8 });
    startBy(window, at, [broken.layout], features);
    broken.add([], [{ address: 0x7ff8, length: 16 }]);
    kick();
    expect([status(), events()]).toEqual([15 | 64, 2]);
    broken.add([], buffer);
    kick();
    const before = memory.bytes.slice();
    kick();
    // A driver cannot clear it, nor go on.
    window.write(at.status[0], 15, at.status[1]);
    expect([status(), events(), broken.next()]).toEqual([15 | 64, 0, undefined]);
    expect(memory.bytes).toEqual(before);

    const well = new Driver(memory, { size: 8 });
    startBy(window, at, [well.layout], features);
    expect([status(), events()]).toEqual([15, 0]);
    well.add([], buffer);
    kick();
    expect([events(), well.next()?.written]).toEqual([1, 16]);
  },
);

/** What lab 11 measures: how often a guest is left for each request of one sector, by a count of what happened. */
import { Bus } from "../../src/machine/bus.ts";
import { Clock } from "../../src/machine/clock.ts";
import { Disk } from "../../src/machine/devices/disk.ts";
import { IdeController } from "../../src/machine/devices/ide/controller.ts";
import { IrqWires } from "../../src/machine/devices/irq.ts";
import * as virtio from "../../src/systems/io/virtio.ts";
import type { VirtqueueDevice } from "./component.ts";
import { queueOf } from "./queue.ts";

export const BATCHES = [1, 2, 4, 8, 16, 32] as const;
const REQUESTS = 64;
const SECTOR = 512;
const image = () => new Disk(Uint8Array.from({ length: REQUESTS * SECTOR }, (_, i) => (i >> 9) + 1));

export interface Way {
  readonly eventIndex: boolean;
  /** Cycles of the disk for each request; 0: at once. */
  readonly latency: number;
}

/** Reads 64 sectors, so many at once, by the real block device on a queue. */
export function count(factory: virtio.VirtqueueFactory, batch: number, { eventIndex, latency }: Way) {
  const clock = new Clock();
  const memory = new virtio.DriverMemory(1 << 18);
  const driver = new virtio.SplitDriver(memory, { size: 128, eventIndex });
  const disk = virtio.diskBackend(image(), latency > 0 ? { latency: { clock, cycles: latency } } : {});
  const device = new virtio.VirtioBlk({ dma: memory.dma, disk, queue: factory });
  const { STATUS, VERSION_1, EVENT_IDX } = virtio;
  device.setStatus(STATUS.acknowledge | STATUS.driver);
  device.accept(VERSION_1 | (eventIndex ? EVENT_IDX : 0n));
  device.setStatus(device.status | STATUS.featuresOk);
  const { size, descriptors, driver: available, device: used } = driver.layout;
  Object.assign(device.queues[0] as object, { size, descriptors, driver: available, device: used });
  device.enable(0);
  device.setStatus(device.status | STATUS.driverOk);
  const buffers = Array.from({ length: batch }, () => memory.take(16 + SECTOR + 1));
  let [kicks, interrupts, right] = [0, 0, 0];
  device.onUsed = () => interrupts++;
  for (let sector = 0; sector < REQUESTS; sector += batch) {
    // With the event index: one interrupt, for the last of them.
    driver.listen(true, batch - 1);
    for (const [i, at] of buffers.entries()) {
      memory.view.setUint32(at, virtio.BLK_TYPE.in, true);
      memory.view.setUint32(at + 8, sector + i, true);
      driver.add(
        [{ address: at, length: 16 }],
        [
          { address: at + 16, length: SECTOR },
          { address: at + 16 + SECTOR, length: 1 },
        ],
      );
    }
    if (driver.kickNeeded()) {
      kicks++;
      device.kick(0);
    }
    for (let done = 0; latency > 0 && done < batch; done++) {
      clock.charge(latency);
      clock.advance();
    }
    let back = 0;
    while (back < batch && driver.next() !== undefined) back++;
    for (const [i, at] of buffers.entries()) if (memory.bytes[at + 16] === sector + i + 1) right++;
    if (back < batch) break;
  }
  return { kicks, interrupts, right, exits: (kicks + interrupts) / REQUESTS };
}

/** The same sectors from an emulated IDE disk by programmed I/O: each access of a register is an exit, and so is each interrupt. */
export function countIde() {
  const [bus, clock, wires] = [new Bus(1 << 20), new Clock(), new IrqWires()];
  new IdeController({ bus, clock, wires, hertz: 1_000_000_000, disks: [image()] });
  let [accesses, interrupts, right] = [0, 0, 0];
  const out = (register: number, value: number) => {
    accesses++;
    bus.out(0x1f0 + register, value, 1);
  };
  for (let sector = 0; sector < REQUESTS; sector++) {
    for (const [i, value] of [1, sector, 0, 0, 0xe0, 0x20].entries()) out(2 + i, value);
    while (!wires.level(14)) {
      clock.sleepUntil(clock.next);
      clock.advance();
    }
    interrupts++;
    accesses++;
    bus.in(0x1f7, 1);
    let first = 0;
    for (let word = 0; word < SECTOR / 2; word++) {
      accesses++;
      const value = bus.in(0x1f0, 2);
      if (word === 0) first = value & 0xff;
    }
    if (first === sector + 1) right++;
  }
  return { accesses, interrupts, right, exits: (accesses + interrupts) / REQUESTS };
}

export const SLOW = 20_000;

/** Exits for each request over the batch: the disk of the old kind, and the queue with and without the event index. */
export function exitRows(factory: virtio.VirtqueueFactory, latency = SLOW) {
  const ide = countIde();
  return BATCHES.flatMap((batch) => [
    {
      disk: "IDE registers",
      batch,
      exits: ide.exits,
      kicks: 0,
      interrupts: ide.interrupts,
      right: ide.right,
    },
    { disk: "virtqueue, flags", batch, ...count(factory, batch, { eventIndex: false, latency }) },
    { disk: "virtqueue, event index", batch, ...count(factory, batch, { eventIndex: true, latency }) },
  ]);
}

export const rowsOf = (component: VirtqueueDevice, latency = SLOW) => exitRows(queueOf(component), latency);
export const reference = () => exitRows(virtio.splitQueue);

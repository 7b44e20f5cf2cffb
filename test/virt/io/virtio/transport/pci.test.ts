import { expect, test } from "vitest";
import { Bus } from "../../../../../src/machine/bus.ts";
import { Disk } from "../../../../../src/machine/devices/disk.ts";
import { directDma } from "../../../../../src/machine/dma.ts";
import { StateReader, StateWriter } from "../../../../../src/machine/state.ts";
import { diskBackend } from "../../../../../src/virt/io/block/disk.ts";
import { BLK_TYPE, VirtioBlk } from "../../../../../src/virt/io/virtio/blk.ts";
import { DriverMemory } from "../../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../../src/virt/io/virtio/driver/split.ts";
import { VirtioPci } from "../../../../../src/virt/io/virtio/transport/pci.ts";

const BASE = 0xe0000000;
const at = (offset: number) => (BASE + offset) as Parameters<Bus["read"]>[0];

function rig() {
  const bus = new Bus(1 << 20);
  const disk = diskBackend(new Disk(new Uint8Array(4096)));
  const make = () => new VirtioPci({ bus }, new VirtioBlk({ dma: directDma(bus), disk }));
  const card = make();
  card.writeConfig(0x10, BASE, 4);
  card.writeConfig(4, 6, 2);
  const memory = new DriverMemory(0x8000);
  const driver = new SplitDriver(memory, { size: 8 });
  /** Lets the device see what the driver wrote, and the driver what the device did. */
  const sync = (act: () => void) => {
    bus.ram.set(memory.bytes);
    act();
    memory.bytes.set(bus.ram.subarray(0, memory.bytes.length));
  };
  const write = (offset: number, value: number, size: number) => bus.write(at(offset), value, size);
  const read = (offset: number, size: number) => bus.read(at(offset), size);
  return { bus, card, make, memory, driver, sync, write, read };
}

/** As Linux does it: 3.1.1, with addresses in two dwords. */
function bringUp({ driver, write, read }: ReturnType<typeof rig>) {
  for (const status of [0, 1, 3]) write(0x14, status, 1);
  write(0x00, 1, 4);
  expect(read(0x04, 4) & 1).toBe(1);
  write(0x08, 1, 4);
  write(0x0c, 1, 4);
  write(0x14, 11, 1);
  expect(read(0x14, 1)).toBe(11);
  write(0x16, 0, 2);
  write(0x18, 8, 2);
  const { descriptors, driver: available, device } = driver.layout;
  for (const [offset, value] of [
    [0x20, descriptors],
    [0x28, available],
    [0x30, device],
  ] as const) {
    write(offset, value, 4);
    write(offset + 4, 0, 4);
  }
  write(0x1c, 1, 2);
  write(0x14, 15, 1);
}

function flush({ memory, driver, sync, write }: ReturnType<typeof rig>) {
  const header = memory.take(16);
  memory.view.setUint32(header, BLK_TYPE.flush, true);
  driver.add([{ address: header, length: 16 }], [{ address: memory.take(1), length: 1 }]);
  sync(() => write(0x3000, 0, 2));
}

test("five vendor capabilities lead to the structures (4.1.4)", () => {
  const { card } = rig();
  const types: number[] = [];
  for (let at = card.config[0x34] as number; at !== 0; at = card.config[at + 1] as number) {
    expect(card.config[at]).toBe(9);
    types.push(card.config[at + 3] as number);
  }
  expect(types).toEqual([1, 3, 4, 2, 5]);
  expect(card.readConfig(6, 2) & 0x10).toBe(0x10);
});

test("a driver brings the device up, and reading the ISR releases the pin", () => {
  const machine = rig();
  const levels: boolean[] = [];
  machine.card.interrupt = (level) => levels.push(level);
  bringUp(machine);
  flush(machine);
  expect(machine.driver.next()).toMatchObject({ written: 1 });
  expect([machine.read(0x1000, 1), machine.read(0x1000, 1)]).toEqual([1, 0]);
  expect(levels).toEqual([true, false, false]);
});

test("a queue that is not there has size 0, and a size that is none is not taken", () => {
  const { write, read } = rig();
  write(0x18, 3, 2);
  expect(read(0x18, 2)).toBe(128);
  write(0x16, 1, 2);
  expect(read(0x18, 2)).toBe(0);
});

test("configuration space is a way to the window as well (4.1.4.9)", () => {
  const { card } = rig();
  const access = 0x40 + 16 * 3 + 20;
  expect(card.config[access + 3]).toBe(5);
  card.writeConfig(access + 8, 0x2000, 4);
  card.writeConfig(access + 12, 4, 4);
  expect(card.readConfig(access + 16, 4)).toBe(8);
});

test("a device goes on from its snapshot", () => {
  const machine = rig();
  bringUp(machine);
  flush(machine);
  const out = new StateWriter();
  machine.card.save(out);
  machine.write(0x14, 0, 1);
  machine.card.load(new StateReader(out.finish()));
  machine.driver.next();
  flush(machine);
  expect(machine.driver.next()).toMatchObject({ written: 1 });
});

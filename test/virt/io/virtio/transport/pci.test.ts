import { expect, test } from "vitest";
import { Bus } from "../../../../../src/machine/bus.ts";
import { Disk } from "../../../../../src/machine/devices/disk.ts";
import { directDma } from "../../../../../src/machine/dma.ts";
import { StateReader, StateWriter } from "../../../../../src/machine/state.ts";
import { diskBackend } from "../../../../../src/virt/io/block/disk.ts";
import { BLK_TYPE, VirtioBlk } from "../../../../../src/virt/io/virtio/blk.ts";
import { VirtioConsole } from "../../../../../src/virt/io/virtio/console.ts";
import { DriverMemory } from "../../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../../src/virt/io/virtio/driver/split.ts";
import { VirtioPci } from "../../../../../src/virt/io/virtio/transport/pci.ts";

const BASE = 0xe0000000;
const at = (offset: number) => (BASE + offset) as Parameters<Bus["read"]>[0];

function rig() {
  const bus = new Bus(1 << 20);
  const disk = diskBackend(new Disk(new Uint8Array(4096)));
  const sent: number[] = [];
  const message = (_address: number, data: number) => sent.push(data);
  const make = () => new VirtioPci({ bus, message }, new VirtioBlk({ dma: directDma(bus), disk }));
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
  return { sent, bus, card, make, memory, driver, sync, write, read };
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

test("five vendor capabilities lead to the structures (4.1.4), and one to MSI-X", () => {
  const { card } = rig();
  const types: number[] = [];
  for (let at = card.config[0x34] as number; at !== 0; at = card.config[at + 1] as number) {
    if (card.config[at] === 9) types.push(card.config[at + 3] as number);
    else expect(card.config[at]).toBe(0x11);
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
  expect(machine.card.readConfig(6, 2) & 8).toBe(8);
  expect([machine.read(0x1000, 1), machine.read(0x1000, 1)]).toEqual([1, 0]);
  expect(machine.card.readConfig(6, 2) & 8).toBe(0);
  expect(levels).toEqual([true, false]);
});

test("features beyond 63 read as 0, those accepted read back, and a reset disables the queues (4.1.4.3.1)", () => {
  const machine = rig();
  const { write, read } = machine;
  write(0x00, 2, 4);
  expect(read(0x04, 4)).toBe(0);
  bringUp(machine);
  expect([read(0x0c, 4), read(0x1c, 2)]).toEqual([1, 1]);
  write(0x14, 0, 1);
  expect([read(0x14, 1), read(0x1c, 2)]).toEqual([0, 0]);
});

test("who it is, and where its structures are, is as the bus asks for (4.1.2.1)", () => {
  const { card } = rig();
  expect([card.readConfig(0, 2), card.readConfig(2, 2)]).toEqual([0x1af4, 0x1042]);
  const view = new DataView(card.config.buffer);
  for (let at = card.config[0x34] as number; at !== 0; at = card.config[at + 1] as number) {
    if (card.config[at] !== 9) continue;
    expect(view.getUint32(at + 8, true) % 4).toBe(0);
    const notify = card.config[at + 3] === 2;
    expect(card.config[at + 2]).toBe(notify || card.config[at + 3] === 5 ? 20 : 16);
    if (notify) expect([view.getUint32(at + 12, true), view.getUint32(at + 16, true)]).toEqual([4, 4]);
  }
});

/** Turns MSI-X on with data 0x40 + i in entry i; its offset in configuration space. */
function enableMsiX({ card, bus }: ReturnType<typeof rig>): number {
  let capability = card.config[0x34] as number;
  while (card.config[capability] !== 0x11) capability = card.config[capability + 1] as number;
  card.writeConfig(0x14, BASE + 0x10000, 4);
  for (const vector of [0, 1])
    for (const [i, value] of [0xfee00000, 0, 0x40 + vector, 0].entries())
      bus.write(at(0x10000 + 16 * vector + 4 * i), value, 4);
  card.writeConfig(capability + 2, 0x8000, 2);
  return capability;
}

test("with MSI-X a queue and the configuration have messages of their own, and the pin is not used", () => {
  const machine = rig();
  const levels: boolean[] = [];
  machine.card.interrupt = (level) => levels.push(level);
  bringUp(machine);
  enableMsiX(machine);
  machine.write(0x10, 0, 2);
  machine.write(0x1a, 1, 2);
  expect([machine.read(0x10, 2), machine.read(0x1a, 2)]).toEqual([0, 1]);
  flush(machine);
  machine.driver.offer(200);
  machine.sync(() => machine.write(0x3000, 0, 2));
  expect(machine.sent).toEqual([0x41, 0x40]);
  // The ISR status tells of the configuration only.
  expect([levels, machine.read(0x1000, 1)]).toEqual([[], 2]);
});

test("a vector that the table does not have reads back as none, and a reset unmaps all", () => {
  const machine = rig();
  bringUp(machine);
  machine.write(0x10, 2, 2);
  machine.write(0x1a, 1, 2);
  expect([machine.read(0x10, 2), machine.read(0x1a, 2)]).toEqual([0xffff, 1]);
  enableMsiX(machine);
  machine.write(0x14, 0, 1);
  expect(machine.read(0x1a, 2)).toBe(0xffff);
  bringUp(machine);
  flush(machine);
  machine.driver.offer(200);
  machine.sync(() => machine.write(0x3000, 0, 2));
  expect(machine.read(0x14, 1) & 64).toBe(64);
  expect(machine.sent).toEqual([]);
});

test("turning MSI-X on releases a pin that is asserted", () => {
  const machine = rig();
  const levels: boolean[] = [];
  machine.card.interrupt = (level) => levels.push(level);
  bringUp(machine);
  flush(machine);
  enableMsiX(machine);
  expect(levels).toEqual([true, false]);
});

test("a queue that is not there has size 0, and a size that is none is not taken", () => {
  const { write, read } = rig();
  write(0x18, 3, 2);
  expect(read(0x18, 2)).toBe(128);
  write(0x16, 1, 2);
  expect(read(0x18, 2)).toBe(0);
});

test("the generation changes when a changed configuration is read, however often it changed (4.1.4.3.1)", () => {
  const bus = new Bus(1 << 20);
  const terminal = { write: () => {}, onInput: () => {} };
  const device = new VirtioConsole({ dma: directDma(bus), terminal });
  const card = new VirtioPci({ bus, message: () => {} }, device);
  const generation = () => card.read(0x15, 1);
  expect([generation(), card.read(0x2000, 2), generation()]).toEqual([0, 80, 0]);
  for (let i = 1; i <= 256; i++) device.resize(80 + i, 25);
  expect([generation(), card.read(0x2000, 2), generation()]).toEqual([0, 336, 1]);
  expect([card.read(0x2002, 2), generation()]).toEqual([25, 1]);
});

test("packed queues have any size, split ones a power of 2, whatever was written before the features were agreed on", () => {
  const { write, read } = rig();
  const negotiate = (high: number) => {
    for (const status of [0, 1, 3]) write(0x14, status, 1);
    write(0x08, 1, 4);
    write(0x0c, 5, 4);
    write(0x18, 100, 2);
    write(0x0c, high, 4);
    write(0x14, 11, 1);
    write(0x1c, 1, 2);
    write(0x14, 15, 1);
    return [read(0x14, 1), read(0x18, 2), read(0x1c, 2)];
  };
  expect(negotiate(5)).toEqual([15, 100, 1]);
  expect(negotiate(1)).toEqual([15, 100, 0]);
  write(0x18, 64, 2);
  write(0x1c, 1, 2);
  expect([read(0x18, 2), read(0x1c, 2)]).toEqual([64, 1]);
});

test("configuration space is a way to the window as well (4.1.4.9)", () => {
  const { card } = rig();
  const access = 0x40 + 16 * 3 + 20;
  expect(card.config[access + 3]).toBe(5);
  card.writeConfig(access + 8, 0x2000, 4);
  card.writeConfig(access + 12, 4, 4);
  expect(card.readConfig(access + 16, 4)).toBe(8);
  card.writeConfig(access + 8, 0x2004, 4);
  expect(card.readConfig(access + 16, 4)).toBe(0);
  card.writeConfig(access + 8, 0x14, 4);
  card.writeConfig(access + 12, 1, 4);
  card.writeConfig(access + 16, 3, 1);
  expect(card.readConfig(access + 16, 1)).toBe(3);
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

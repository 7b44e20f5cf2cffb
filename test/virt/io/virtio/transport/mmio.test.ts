import { expect, test } from "vitest";
import { Bus } from "../../../../../src/machine/bus.ts";
import { StateReader, StateWriter } from "../../../../../src/machine/state.ts";
import { SeededEntropy } from "../../../../../src/virt/io/entropy.ts";
import { VirtioConsole } from "../../../../../src/virt/io/virtio/console.ts";
import type { VirtioDevice } from "../../../../../src/virt/io/virtio/device.ts";
import { DriverMemory } from "../../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../../src/virt/io/virtio/driver/split.ts";
import { VirtioRng } from "../../../../../src/virt/io/virtio/rng.ts";
import { MMIO_BYTES, VirtioMmio } from "../../../../../src/virt/io/virtio/transport/mmio.ts";

const BASE = 0xd0000000;
const memory = () => new DriverMemory(0x8000);

function plug(device: VirtioDevice) {
  const bus = new Bus(1 << 20);
  const levels: boolean[] = [];
  const mmio = new VirtioMmio(device, (level) => levels.push(level));
  bus.mapMmio(BASE, MMIO_BYTES, mmio);
  const at = (offset: number) => (BASE + offset) as Parameters<Bus["read"]>[0];
  const read = (offset: number, size = 4) => bus.read(at(offset), size);
  const write = (offset: number, value: number, size = 4) => bus.write(at(offset), value, size);
  return { mmio, levels, read, write };
}

function rig() {
  const space = memory();
  const driver = new SplitDriver(space, { size: 8 });
  const plugged = plug(new VirtioRng({ dma: space.dma, entropy: new SeededEntropy(1) }));
  const { write } = plugged;
  /** 3.1.1 and 4.2.3.2. */
  const bringUp = () => {
    for (const status of [0, 1, 3]) write(0x70, status);
    write(0x24, 1);
    write(0x20, 1);
    write(0x70, 11);
    write(0x30, 0);
    write(0x38, 8);
    const { descriptors, driver: available, device } = driver.layout;
    for (const [offset, value] of [
      [0x80, descriptors],
      [0x90, available],
      [0xa0, device],
    ] as const) {
      write(offset, value);
      write(offset + 4, 0);
    }
    write(0x44, 1);
    write(0x70, 15);
  };
  const ask = () => {
    driver.add([], [{ address: 0x4000, length: 16 }]);
    write(0x50, 0);
    return driver.next()?.written;
  };
  return { ...plugged, bringUp, ask };
}

test("says what it is (4.2.2.1)", () => {
  const { read, write } = rig();
  expect([0, 4, 8, 0xc].map((offset) => read(offset))).toEqual([0x74726976, 2, 4, 0x1af4]);
  write(0x14, 1);
  expect(read(0x10) & 1).toBe(1);
  expect([read(0x34), read(0xb0), read(0, 1)]).toEqual([64, 0xffffffff, 0]);
  write(0x30, 1);
  expect(read(0x34)).toBe(0);
});

test("a driver brings the device up, and acknowledges its interrupt", () => {
  const { read, write, levels, bringUp, ask } = rig();
  bringUp();
  expect([read(0x70), read(0x44), ask()]).toEqual([15, 1, 16]);
  expect([read(0x60), levels]).toEqual([1, [true]]);
  write(0x64, 2);
  expect([read(0x60), levels.at(-1)]).toEqual([1, true]);
  write(0x64, 1);
  expect([read(0x60), levels.at(-1)]).toEqual([0, false]);
});

test("a queue that is not ready is not touched, until a reset", () => {
  const { read, write, bringUp, ask } = rig();
  bringUp();
  write(0x44, 0);
  expect([read(0x44), ask()]).toEqual([0, undefined]);
  write(0x44, 1);
  expect([read(0x44), ask()]).toEqual([0, undefined]);
  write(0x70, 0);
  bringUp();
  expect(read(0x44)).toBe(1);
});

test("a reset clears interrupts and queues", () => {
  const { read, write, levels, bringUp, ask } = rig();
  bringUp();
  ask();
  write(0x70, 0);
  expect([read(0x60), read(0x44), read(0x70), levels.at(-1)]).toEqual([0, 0, 0, false]);
});

test("the configuration is read and written by the byte, its changes are counted", () => {
  const written: number[] = [];
  const terminal = { write: (bytes: Uint8Array) => written.push(...bytes), onInput: () => {} };
  const device = new VirtioConsole({ dma: memory().dma, terminal });
  const { read, write } = plug(device);
  expect([read(0x100, 2), read(0x102, 1), read(0xfc)]).toEqual([80, 25, 0]);
  device.resize(100, 30);
  expect([read(0x100), read(0xfc)]).toEqual([100 + 30 * 65536, 1]);
  for (let i = 0; i < 256; i++) device.resize(80 + i, 25);
  expect([read(0xfc), read(0x100, 2), read(0xfc)]).toEqual([1, 335, 2]);
  write(0x108, 65);
  expect(written).toEqual([65]);
});

test("goes on from its snapshot", () => {
  const { mmio, read, write, bringUp, ask } = rig();
  bringUp();
  ask();
  const out = new StateWriter();
  mmio.save(out);
  write(0x70, 0);
  mmio.load(new StateReader(out.finish()));
  expect([read(0x60), ask()]).toEqual([1, 16]);
});

/** Cards that come and go while a guest runs: a virtio disk in a board's slot, and this test in the guest's place. */
import { expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { Disk } from "../../../../src/machine/devices/disk.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { diskBackend } from "../../../../src/virt/io/block/disk.ts";
import { BLK_TYPE, VirtioBlk } from "../../../../src/virt/io/virtio/blk.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { PackedDriver } from "../../../../src/virt/io/virtio/driver/packed.ts";
import { virtioCard } from "../../../../src/virt/io/virtio/transport/pci.ts";

const SLOT = 5;
const BASE = 0xe000_0000;
const RING = 0x20_0000;
const DATA = 0x1000;
const LATENCY = 1000;

/** `cards`: plugged in at the start, at slot 3. */
function rig(start = false) {
  const disk = new Disk(new Uint8Array(4096).fill(7));
  const kept: { blk?: VirtioBlk } = {};
  const card = virtioCard(({ dma, clock }) => {
    kept.blk = new VirtioBlk({ dma, disk: diskBackend(disk, { latency: { clock, cycles: LATENCY } }) });
    return kept.blk;
  });
  const machine = new Machine({ memory: 4 << 20, firmware: false, cards: start ? [card] : [] });
  const { bus, board, clock } = machine;
  const slot = start ? 3 : SLOT;
  const config = (register: number, size: number, value?: number) => {
    bus.out(0xcf8, (0x8000_0000 | (slot << 11) | (register & ~3)) >>> 0, 4);
    const port = 0xcfc + (register & 3);
    if (value !== undefined) bus.out(port, value, size);
    return bus.in(port, size);
  };
  const read = (offset: number, size: number) => bus.read((BASE + offset) as Gpa, size);
  const write = (offset: number, value: number, size: number) =>
    bus.write((BASE + offset) as Gpa, value, size);

  /** What a driver does, with a packed queue in the guest's memory from RING on. */
  const bringUp = () => {
    config(0x10, 4, BASE);
    config(4, 2, 6);
    const memory = new DriverMemory(1 << 16);
    const driver = new PackedDriver(memory, { size: 8 });
    for (const status of [0, 1, 3]) write(0x14, status, 1);
    write(0x08, 1, 4);
    write(0x0c, 5, 4);
    write(0x14, 11, 1);
    write(0x18, 8, 2);
    const { descriptors, driver: events, device } = driver.layout;
    for (const [at, value] of [
      [0x20, descriptors],
      [0x28, events],
      [0x30, device],
    ] as const) {
      write(at, RING + value, 4);
      write(at + 4, 0, 4);
    }
    write(0x1c, 1, 2);
    write(0x14, 15, 1);
    const request = (type: number, length: number) => {
      memory.view.setUint32(DATA, type, true);
      driver.add([{ address: RING + DATA, length: 16 }], [{ address: RING + DATA + 16, length: length + 1 }]);
      bus.ram.set(memory.bytes, RING);
      write(0x3000, 0, 2);
    };
    const answer = () => {
      memory.bytes.set(bus.ram.subarray(RING, RING + memory.bytes.length));
      return driver.next()?.written;
    };
    return { request, answer };
  };
  return { machine, bus, board, clock, disk, kept, card, config, read, bringUp };
}

test("a card that comes is told of, can be brought up, and answers", () => {
  const { bus, board, clock, card, config, bringUp } = rig();
  expect(config(0, 4)).toBe(0xffff_ffff);
  board.slots.attach(SLOT, card);
  expect([bus.in(0xafe0, 1), bus.in(0xae00, 4), config(0, 4)]).toEqual([2, 1 << SLOT, 0x1042_1af4]);
  const { request, answer } = bringUp();
  request(BLK_TYPE.in, 512);
  clock.pass(LATENCY);
  expect([answer(), bus.ram[RING + DATA + 16]]).toEqual([513, 7]);
});

test("a card that is pulled out reads as all ones, and nothing is written after it, whatever was in flight", () => {
  const { bus, board, clock, kept, card, config, read, bringUp } = rig();
  board.slots.attach(SLOT, card);
  const { request, answer } = bringUp();
  const queue = () => kept.blk?.queues[0]?.inFlight.size;
  request(BLK_TYPE.in, 512);
  expect(queue()).toBe(1);
  bus.in(0xae00, 4);
  board.slots.detach(SLOT);
  const before = bus.ram.slice();
  expect([config(0, 4), read(0x14, 4), queue()]).toEqual([0xffff_ffff, 0xffff_ffff, 0]);
  clock.pass(10 * LATENCY);
  expect(Buffer.compare(before, bus.ram)).toBe(0);
  expect([answer(), bus.in(0xae00, 4)]).toEqual([undefined, 1 << SLOT]);
});

test("a card that was pulled out with its pin asserted lets go of the wire", () => {
  const { board, clock, card, bringUp } = rig();
  board.slots.attach(SLOT, card);
  const { request } = bringUp();
  request(BLK_TYPE.flush, 0);
  clock.pass(LATENCY);
  // INTA of device 5.
  expect(board.pci.wire(0)).toBe(true);
  board.slots.detach(SLOT);
  expect(board.pci.wire(0)).toBe(false);
});

test("a card that the guest is asked for goes when the guest ejects it, and may come again", () => {
  const { bus, board, clock, card, config, bringUp } = rig();
  board.slots.attach(SLOT, card);
  bringUp();
  board.slots.ask(SLOT);
  expect([bus.in(0xae04, 4), board.slots.has(SLOT)]).toEqual([1 << SLOT, true]);
  bus.out(0xae08, 1 << SLOT, 4);
  bus.out(0xae08, 1 << SLOT, 4);
  expect([board.slots.has(SLOT), config(0, 4), bus.in(0xae04, 4)]).toEqual([false, 0xffff_ffff, 0]);
  board.slots.attach(SLOT, card);
  const { request, answer } = bringUp();
  request(BLK_TYPE.flush, 0);
  clock.pass(LATENCY);
  expect(answer()).toBe(1);
});

test("says what is wrong with a slot", () => {
  const { board, card } = rig();
  expect(() => board.slots.attach(2, card)).toThrow("slot 2: cards go into 3 … 31");
  expect(() => board.slots.detach(SLOT)).toThrow("slot 5 has no card");
  expect(() => board.slots.ask(SLOT)).toThrow("slot 5 has no card");
  board.slots.attach(SLOT, card);
  expect(() => board.slots.attach(SLOT, card)).toThrow("slot 5 has a card already: detach it first");
});

test("the RESET line makes a card that came later as it was when it came", () => {
  const { machine, board, card, config, bringUp, kept } = rig();
  board.slots.attach(SLOT, card);
  bringUp();
  machine.reset();
  expect([config(0, 4), config(4, 2), config(0x10, 4), kept.blk?.status]).toEqual([0x1042_1af4, 0, 0, 0]);
});

test("a snapshot has the disk of a card, with what is in flight, and nothing of what was asked after it", () => {
  const { machine, clock, disk, bringUp } = rig(true);
  const { request, answer } = bringUp();
  disk.write(0, new Uint8Array(512).fill(8));
  request(BLK_TYPE.in, 512);
  const snapshot = machine.save();
  clock.pass(LATENCY);
  disk.write(0, new Uint8Array(512).fill(9));
  request(BLK_TYPE.out, 0);
  machine.load(snapshot);
  clock.pass(10 * LATENCY);
  expect(machine.bus.ram[RING + DATA + 16]).toBe(8);
  expect([answer(), answer(), disk.contents()[0]]).toEqual([513, undefined, 8]);
});

test("a reset leaves the disk of a card alone", () => {
  const { machine, disk } = rig(true);
  disk.write(0, new Uint8Array(512).fill(8));
  machine.reset();
  expect(disk.contents()[0]).toBe(8);
});

test("a snapshot with other cards is refused, and says which", () => {
  const { machine, board, card } = rig();
  const without = machine.save();
  board.slots.attach(SLOT, card);
  const snapshot = machine.save();
  expect(() => machine.load(without)).toThrow(
    "PCI device 5.0 is in this machine, but not in the snapshot: detach it first",
  );
  board.slots.detach(SLOT);
  expect(() => machine.load(snapshot)).toThrow(
    "PCI device 5.0 is in the snapshot, but not in this machine: attach it first",
  );
});

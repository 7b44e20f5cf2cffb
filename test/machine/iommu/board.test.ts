/** The unit on a board: a card's DMA and messages go through it once its registers, reached over the bus, say so. */
import { expect, test } from "vitest";
import type { Gpa, Iova } from "../../../src/machine/address.ts";
import { PciFunction } from "../../../src/machine/devices/pci/function.ts";
import type { Slot } from "../../../src/machine/devices/pci/slot.ts";
import {
  COMMAND,
  contextEntry,
  FAULT,
  IOMMU_BASE,
  REGISTER,
  rootEntry,
} from "../../../src/machine/iommu/index.ts";
import { Machine } from "../../../src/machine/machine.ts";

function plugged() {
  const slots: Slot[] = [];
  const machine = new Machine({
    iommu: {},
    firmware: false,
    memory: 16 * 1024 * 1024,
    cards: [
      (slot) => {
        slots.push(slot);
        return new PciFunction(slot.bus, { vendor: 0x1234, device: 1, class: 0xff0000 });
      },
    ],
  });
  const write = (at: number, value: number) => machine.bus.write(at as Gpa, value >>> 0, 4);
  return { machine, slot: slots[0] as Slot, write };
}

test("a card reaches what its tables map, and a snapshot goes on with the unit on", () => {
  const { machine, slot, write } = plugged();
  const bytes = Uint8Array.of(1, 2, 3, 4);
  expect(slot.dma.write(0x300000 as Iova, bytes), "off: the address as it is").toBe(true);
  const put = (at: number, words: readonly number[]) => {
    for (const [i, word] of words.entries()) write(at + 4 * i, word);
  };
  put(0x10000, rootEntry(0x11000));
  put(
    0x11000 + 16 * slot.requester,
    contextEntry({ domain: 1, root: 0x12000, depth: 3, type: 0, silent: false }),
  );
  put(0x12000, [0x13003, 0]);
  put(0x13000, [0x400083, 0]);
  write(IOMMU_BASE + REGISTER.rtaddr, 0x10000);
  write(IOMMU_BASE + REGISTER.gcmd, COMMAND.setRoot);
  write(IOMMU_BASE + REGISTER.gcmd, COMMAND.translate);
  expect(machine.bus.read((IOMMU_BASE + REGISTER.gsts) as Gpa, 4)).toBe(COMMAND.setRoot + COMMAND.translate);
  expect(slot.dma.write(0x1000 as Iova, bytes)).toBe(true);
  expect([...machine.bus.ram.subarray(0x401000, 0x401004)]).toEqual([1, 2, 3, 4]);
  expect(slot.dma.write(0x300000 as Iova, bytes)).toBe(false);
  const other = plugged();
  other.machine.load(machine.save());
  expect(other.slot.dma.write(0x1000 as Iova, bytes)).toBe(true);
  expect(other.slot.dma.write(0x300000 as Iova, bytes)).toBe(false);
  expect(other.machine.board.iommu?.faults.take().map(({ reason }) => reason)).toEqual([
    FAULT.write,
    FAULT.write,
  ]);
  other.machine.reset();
  expect(other.slot.dma.write(0x300000 as Iova, bytes), "reset switches it off").toBe(true);
});

test("the chip set's own bus masters go through it: a disk without a context reads nothing into memory", () => {
  const outcome = (on: boolean) => {
    const disk = new Uint8Array(512).fill(0x77);
    const machine = new Machine({ iommu: {}, firmware: false, memory: 16 * 1024 * 1024, disks: [disk] });
    const { bus, clock, board } = machine;
    if (on) {
      bus.write((IOMMU_BASE + REGISTER.rtaddr) as Gpa, 0x10000, 4);
      bus.write((IOMMU_BASE + REGISTER.gcmd) as Gpa, COMMAND.setRoot, 4);
      bus.write((IOMMU_BASE + REGISTER.gcmd) as Gpa, COMMAND.translate, 4);
    }
    for (const [at, value] of [
      [0x04, 5],
      [0x20, 0xc001],
    ] as const) {
      bus.out(0xcf8, 0x80000900 | at, 4);
      bus.out(0xcfc, value, 4);
    }
    // One region of a sector at 4 MiB, and READ DMA of sector 0.
    bus.write(0x20000 as Gpa, 0x400000, 4);
    bus.write(0x20004 as Gpa, 0x80000200, 4);
    bus.out(0xc004, 0x20000, 4);
    for (const [port, value] of [
      [0x1f6, 0xe0],
      [0x1f2, 1],
      [0x1f3, 0],
      [0x1f4, 0],
      [0x1f5, 0],
      [0x1f7, 0xc8],
      [0xc000, 9],
    ] as const)
      bus.out(port, value, 1);
    clock.pass(100_000_000);
    clock.advance();
    return {
      byte: bus.read(0x400000 as Gpa, 1),
      error: bus.in(0xc002, 1) & 2,
      faults: board.iommu?.faults.take().map(({ requester, reason }) => [requester, reason]),
    };
  };
  expect(outcome(false)).toEqual({ byte: 0x77, error: 0, faults: [] });
  expect(outcome(true)).toEqual({ byte: 0, error: 2, faults: [[0x09, FAULT.rootNotPresent]] });
});

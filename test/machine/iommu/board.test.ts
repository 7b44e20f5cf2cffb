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

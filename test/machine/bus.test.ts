import { expect, test } from "vitest";
import type { Gpa, Gva } from "../../src/machine/address.ts";
import { Bus, PAGE_ROM, PAGE_TRACED } from "../../src/machine/bus.ts";
import { board } from "./mmu/board.ts";

const MIB = 1 << 20;
const PAGE = 5;
const AT = (PAGE * 4096 + 16) as Gpa;

function traced() {
  const bus = new Bus(MIB);
  const told: [number, number, number][] = [];
  bus.onTracedWrite = (at, length) => told.push([at, length, bus.view.getInt32(at, true)]);
  bus.setFlag(PAGE, PAGE_TRACED);
  return { bus, told };
}

test("whoever traces a page is told of what was written there, after it is there", () => {
  const { bus, told } = traced();
  bus.write(AT, 7, 4);
  bus.write64(AT, 8, 9);
  bus.dmaWrite((AT - 16 - 2) as Gpa, Uint8Array.of(1, 2, 3, 4));
  bus.write(0x6000 as Gpa, 7, 4);
  expect(told).toEqual([
    [AT, 4, 7],
    [AT, 8, 8],
    [AT - 16, 2, 0x0403],
  ]);
});

test("no more once the flag is gone, nor of what ROM does not take", () => {
  const { bus, told } = traced();
  bus.setFlag(PAGE, PAGE_ROM);
  bus.write(AT, 7, 4);
  bus.write64(AT, 7, 7);
  bus.clearFlag(PAGE, PAGE_ROM);
  bus.clearFlag(PAGE, PAGE_TRACED);
  bus.write(AT, 7, 4);
  expect(told).toEqual([]);
});

test("8 bytes at once need RAM", () => {
  expect(() => new Bus(MIB).write64(MIB as Gpa, 0, 0)).toThrow(/no RAM for 8 bytes at 0x00100000/);
});

test("the processor's stores to a traced page are told of, 8 bytes as one", () => {
  const { bus, mmu } = board();
  const told: number[] = [];
  mmu.write32(AT as number as Gva, 1);
  bus.onTracedWrite = (_at, length) => told.push(length);
  bus.setFlag(PAGE, PAGE_TRACED);
  mmu.write32(AT as number as Gva, 1);
  mmu.write64(AT as number as Gva, 1, 2);
  mmu.write8(AT as number as Gva, 1);
  expect(told).toEqual([4, 8, 1]);
});

test("a change of flags tells which", () => {
  const { bus } = traced();
  const changes: number[] = [];
  bus.onPageChange = (_page, changed) => changes.push(changed);
  bus.setFlag(PAGE, PAGE_ROM);
  bus.setFlag(PAGE, PAGE_ROM);
  bus.clearFlag(PAGE, PAGE_TRACED);
  expect(changes).toEqual([PAGE_ROM, PAGE_TRACED]);
});

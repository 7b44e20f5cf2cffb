import { expect, test } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import { PciHotPlug } from "../../../../src/machine/devices/pci/hot-plug.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";

const REMOVABLE = 0xffff_fff8;

function rig() {
  const bus = new Bus(1 << 20);
  const ejected: number[] = [];
  let sci = false;
  const irq = {
    set: (level: boolean) => {
      sci = level;
    },
  };
  const onEject = (device: number) => ejected.push(device);
  const hotPlug = new PciHotPlug({ bus, irq, removable: REMOVABLE | 0, onEject });
  return { bus, ejected, hotPlug, sci: () => sci };
}

test("what came or went is told by event 1, once", () => {
  const { bus, hotPlug, sci } = rig();
  hotPlug.changed(3);
  hotPlug.changed(31);
  expect([sci(), bus.in(0xafe0, 2), bus.in(0xafe2, 2)]).toEqual([false, 2, 0]);
  bus.out(0xafe2, 2, 1);
  expect(sci()).toBe(true);
  bus.out(0xafe0, 1, 2);
  expect(sci()).toBe(true);
  bus.out(0xafe0, 2, 2);
  expect([sci(), bus.in(0xafe0, 4)]).toEqual([false, 0x2_0000]);
  expect([bus.in(0xae00, 4), bus.in(0xae00, 4)]).toEqual([0x8000_0008, 0]);
});

test("a device that is asked for stays asked for until it is ejected, or gone", () => {
  const { bus, hotPlug, ejected } = rig();
  hotPlug.ask(4);
  hotPlug.ask(5);
  expect([bus.in(0xae04, 4), bus.in(0xae04, 4)]).toEqual([0x30, 0x30]);
  bus.out(0xae08, 0x10, 4);
  expect([ejected, bus.in(0xae04, 4)]).toEqual([[4], 0x20]);
  hotPlug.changed(5);
  expect(bus.in(0xae04, 4)).toBe(0);
});

test("the chip set cannot be ejected, nor anything by less than a dword", () => {
  const { bus, ejected } = rig();
  expect(bus.in(0xae0c, 4)).toBe(REMOVABLE);
  bus.out(0xae08, 7, 4);
  bus.out(0xae08, 0x10, 1);
  expect([ejected, bus.in(0xae08, 4), bus.in(0xae10, 4)]).toEqual([[], 0, 0]);
});

test("goes on from its snapshot", () => {
  const { bus, hotPlug } = rig();
  hotPlug.ask(6);
  const out = new StateWriter();
  hotPlug.save(out);
  bus.out(0xae08, 0x40, 4);
  hotPlug.load(new StateReader(out.finish()));
  expect([bus.in(0xae04, 4), bus.in(0xafe0, 1)]).toEqual([0x40, 2]);
});

import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { Bus } from "../../../../src/machine/bus.ts";
import { IrqWires } from "../../../../src/machine/devices/irq.ts";
import { PciBus } from "../../../../src/machine/devices/pci/bus.ts";
import { PciFunction } from "../../../../src/machine/devices/pci/function.ts";
import { Piix3 } from "../../../../src/machine/devices/pci/piix3.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";

const IDENTITY = { vendor: 0x1af4, device: 0x1000, class: 0x020000, interruptPin: 1 };
const answers = (byte: number) => ({ in: () => byte, out: () => {}, read: () => byte, write: () => {} });

function board() {
  const bus = new Bus(1 << 20);
  const pci = new PciBus(bus);
  const wires = new IrqWires();
  let resets = 0;
  const bridge = new Piix3({ bus, pci, wires, onReset: () => resets++ });
  pci.plug(1, 0, bridge);
  const card = new PciFunction(bus, IDENTITY);
  card.window(0, { kind: "io", size: 32, device: answers(0x11) });
  card.window(1, { kind: "memory", size: 8192, device: answers(0x22) });
  pci.plug(3, 0, card);
  return { bus, pci, wires, bridge, card, resets: () => resets };
}

const select = (bus: Bus, device: number, register: number) =>
  bus.out(0xcf8, (0x80000000 | (device << 11) | register) >>> 0, 4);
const config = (bus: Bus, device: number, register: number) => {
  select(bus, device, register);
  return bus.in(0xcfc, 4);
};
const setConfig = (bus: Bus, device: number, register: number, value: number, size = 4) => {
  select(bus, device, register);
  bus.out(0xcfc + (register & 3), value, size);
};

describe("windows", () => {
  test("tell their size when all ones are written, and answer where they are put once they may", () => {
    const { bus } = board();
    setConfig(bus, 3, 0x10, 0xffffffff);
    setConfig(bus, 3, 0x14, 0xffffffff);
    expect([config(bus, 3, 0x10), config(bus, 3, 0x14)]).toEqual([0xffffffe1, 0xffffe000]);
    setConfig(bus, 3, 0x10, 0xc100);
    setConfig(bus, 3, 0x14, 0xfeb00000);
    expect([bus.in(0xc110, 1), bus.read(0xfeb01000 as Gpa, 1)]).toEqual([0xff, 0xff]);
    setConfig(bus, 3, 0x04, 3, 2);
    expect([bus.in(0xc110, 1), bus.read(0xfeb01000 as Gpa, 1)]).toEqual([0x11, 0x22]);
    expect([bus.in(0xc120, 1), bus.read(0xfeb02000 as Gpa, 1)]).toEqual([0xff, 0xff]);
    setConfig(bus, 3, 0x10, 0xc200);
    expect([bus.in(0xc110, 1), bus.in(0xc21f, 1)]).toEqual([0xff, 0x11]);
    setConfig(bus, 3, 0x04, 0, 2);
    expect([bus.in(0xc21f, 1), bus.read(0xfeb01000 as Gpa, 1)]).toEqual([0xff, 0xff]);
  });

  test("give back the ports that they covered", () => {
    const { bus } = board();
    bus.mapPorts(0x3f8, 0x3ff, answers(0x33));
    setConfig(bus, 3, 0x04, 1, 2);
    setConfig(bus, 3, 0x10, 0x3e0);
    expect([bus.in(0x3f8, 1), bus.in(0x3e0, 1)]).toEqual([0x11, 0x11]);
    setConfig(bus, 3, 0x10, 0xc000);
    expect([bus.in(0x3f8, 1), bus.in(0x3e0, 1)]).toEqual([0x33, 0xff]);
  });

  test("come back with a snapshot", () => {
    const { bus, pci } = board();
    setConfig(bus, 3, 0x10, 0xc100);
    setConfig(bus, 3, 0x04, 1, 2);
    const out = new StateWriter();
    pci.save(out);
    const other = board();
    other.pci.load(new StateReader(out.finish()));
    expect(other.bus.in(0xc100, 1)).toBe(0x11);
  });

  test("have sizes that a register can ask for", () => {
    const card = new PciFunction(new Bus(1 << 20), IDENTITY);
    expect(() => card.window(0, { kind: "io", size: 24, device: answers(0) })).toThrow(/power of two/);
    expect(() => card.window(0, { kind: "memory", size: 64, device: answers(0) })).toThrow(/at least 4096/);
  });
});

test("identity and unwritable registers stay", () => {
  const { bus } = board();
  setConfig(bus, 3, 0x00, 0);
  setConfig(bus, 3, 0x08, 0);
  expect([config(bus, 3, 0), config(bus, 3, 8)]).toEqual([0x10001af4, 0x02000000]);
  expect(config(bus, 9, 0)).toBe(0xffffffff);
});

test("interrupt pins go over four wires to the interrupts that the bridge's registers name", () => {
  const { bus, wires, card } = board();
  // Pin A of device 3 is wire C (62h).
  card.setInterrupt(true);
  expect(wires.level(11)).toBe(false);
  setConfig(bus, 1, 0x62, 11, 1);
  expect(wires.level(11)).toBe(true);
  expect(config(bus, 3, 4) & 0x0008_0000).not.toBe(0);
  setConfig(bus, 1, 0x62, 10, 1);
  expect([wires.level(11), wires.level(10)]).toEqual([false, true]);
  card.setInterrupt(false);
  expect(wires.level(10)).toBe(false);
  // Interrupt 8 belongs to the clock: it cannot be routed to.
  setConfig(bus, 1, 0x62, 8, 1);
  card.setInterrupt(true);
  expect(wires.level(8)).toBe(false);
});

test("a place holds one function", () => {
  const { bus, pci } = board();
  expect(() => pci.plug(3, 0, new PciFunction(bus, IDENTITY))).toThrow(/3\.0 is there already/);
  expect(() => pci.plug(32, 0, new PciFunction(bus, IDENTITY))).toThrow(/no place 32\.0/);
});

test("port CF9 resets when its bit rises", () => {
  const { bus, resets } = board();
  bus.out(0xcf9, 2, 1);
  expect(resets()).toBe(0);
  bus.out(0xcf9, 6, 1);
  bus.out(0xcf9, 6, 1);
  expect(resets()).toBe(1);
});

import { expect, test } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import { PciFunction } from "../../../../src/machine/devices/pci/function.ts";
import { MsiX } from "../../../../src/machine/devices/pci/msi-x.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";

const BASE = 0xe0000000;
const CAPABILITY = 0x40;
const PENDING = 0x800;

function rig(vectors = 3) {
  const bus = new Bus(1 << 20);
  const card = new PciFunction(bus, { vendor: 1, device: 2, class: 0 });
  const sent: [number, number][] = [];
  const msix = new MsiX(card, { bar: 1, vectors, message: (...message) => sent.push(message) });
  card.writeConfig(0x14, BASE, 4);
  card.writeConfig(4, 6, 2);
  const write = (offset: number, value: number) => bus.write((BASE + offset) as never, value, 4);
  const read = (offset: number) => bus.read((BASE + offset) as never, 4);
  const control = (value: number) => {
    card.writeConfig(CAPABILITY + 2, value, 2);
    msix.configured();
  };
  /** Fills an entry and unmasks it. */
  const entry = (vector: number, data: number) => {
    for (const [i, value] of [0xfee01000, 0, data, 0].entries()) write(16 * vector + 4 * i, value);
  };
  return { card, msix, sent, write, read, control, entry };
}

test("the capability says where table and pending bits are, and only its two control bits can be written", () => {
  const { card, control } = rig(2048);
  const dwords = [0, 4, 8].map((at) => card.readConfig(CAPABILITY + at, 4));
  expect(dwords).toEqual([0x07ff_0011, 1, 0x8001]);
  control(0xffff);
  expect(card.readConfig(CAPABILITY + 2, 2)).toBe(0xc7ff);
  expect(() => rig(0)).toThrow(/0 vectors/);
});

test("a message goes out only while MSI-X is on, the entry unmasked and the function master of the bus", () => {
  const { card, msix, sent, control, entry, write } = rig();
  entry(1, 0x41);
  msix.raise(1);
  expect(sent).toEqual([]);
  control(0x8000);
  msix.raise(1);
  msix.raise(7);
  expect(sent).toEqual([[0xfee01000, 0x41]]);
  card.writeConfig(4, 2, 2);
  msix.raise(1);
  card.writeConfig(4, 6, 2);
  write(16 + 4, 1);
  msix.raise(1);
  expect(sent).toHaveLength(1);
});

test("a masked entry keeps its interrupt pending, once, and unmasking sends it", () => {
  const { msix, sent, control, entry, write, read } = rig();
  control(0x8000);
  expect(read(16 * 2 + 12)).toBe(1);
  msix.raise(2);
  msix.raise(2);
  expect(read(PENDING)).toBe(4);
  write(PENDING, 0);
  expect(read(PENDING)).toBe(4);
  entry(2, 0x42);
  expect([sent, read(PENDING)]).toEqual([[[0xfee01000, 0x42]], 0]);
});

test("the function mask holds all entries back; what a reset forgets is not sent", () => {
  const { msix, sent, control, entry } = rig();
  entry(0, 0x40);
  entry(1, 0x41);
  control(0xc000);
  msix.raise(0);
  msix.raise(1);
  expect(sent).toEqual([]);
  control(0x8000);
  expect(sent.map(([, data]) => data)).toEqual([0x40, 0x41]);
  control(0xc000);
  msix.raise(0);
  msix.clear();
  control(0x8000);
  expect(sent).toHaveLength(2);
});

test("table and pending bits survive a snapshot", () => {
  const first = rig();
  first.control(0x8000);
  first.msix.raise(2);
  const out = new StateWriter();
  first.card.save(out);
  first.msix.save(out);
  const second = rig();
  const from = new StateReader(out.finish());
  second.card.load(from);
  second.msix.load(from);
  second.entry(2, 0x42);
  expect(second.sent).toEqual([[0xfee01000, 0x42]]);
});

import { expect, test } from "vitest";
import type { Gpa } from "../../../../../src/machine/address.ts";
import { Bus } from "../../../../../src/machine/bus.ts";
import { PciFunction } from "../../../../../src/machine/devices/pci/function.ts";
import { StateReader, StateWriter } from "../../../../../src/machine/state.ts";
import { Msix } from "../../../../../src/virt/io/virtio/transport/msix.ts";

const BASE = 0xe0000000;
const CONTROL = 0x42;
const [ENABLE, MASK] = [0x8000, 0x4000];

function rig() {
  const bus = new Bus(1 << 20);
  const fn = new PciFunction(bus, { vendor: 0x1af4, device: 0x1042, class: 0x010000 });
  const sent: [number, number][] = [];
  const msix = new Msix(fn, 1, 3, (address, data) => sent.push([address, data]));
  fn.writeConfig(0x14, BASE, 4);
  fn.writeConfig(4, 6, 2);
  const entry = (vector: number, words: readonly number[]) => {
    for (const [i, word] of words.entries()) bus.write((BASE + 16 * vector + 4 * i) as Gpa, word, 4);
  };
  const pending = () => bus.read((BASE + 0x800) as Gpa, 4);
  return { bus, fn, msix, sent, entry, pending };
}

test("the capability says how many vectors there are, and where", () => {
  const { fn } = rig();
  expect(fn.readConfig(0x40, 4) & 0xffff).toBe(0x11);
  expect(fn.readConfig(CONTROL, 2)).toBe(2);
  expect([fn.readConfig(0x44, 4), fn.readConfig(0x48, 4)]).toEqual([1, 0x801]);
});

test("a message waits while its entry, or the function, is masked, and is sent once", () => {
  const { fn, msix, sent, entry, pending } = rig();
  fn.writeConfig(CONTROL, ENABLE, 2);
  entry(1, [0xfee00000, 0, 0x51, 1]);
  msix.raise(1);
  msix.raise(1);
  expect([sent, pending()]).toEqual([[], 2]);
  fn.writeConfig(CONTROL, ENABLE | MASK, 2);
  entry(1, [0xfee00000, 0, 0x51, 0]);
  expect([sent, pending()]).toEqual([[], 2]);
  fn.writeConfig(CONTROL, ENABLE, 2);
  msix.deliver();
  expect([sent, pending()]).toEqual([[[0xfee00000, 0x51]], 0]);
});

test("who is no bus master sends nothing", () => {
  const { fn, msix, sent, entry } = rig();
  fn.writeConfig(CONTROL, ENABLE, 2);
  entry(0, [0xfee00000, 0, 0x52, 0]);
  fn.writeConfig(4, 2, 2);
  msix.raise(0);
  expect(sent).toEqual([]);
});

test("all is masked at first, and a snapshot keeps table and pending bits", () => {
  const { bus, msix, entry, pending } = rig();
  expect([0, 1, 2].map((vector) => bus.read((BASE + 16 * vector + 12) as Gpa, 4))).toEqual([1, 1, 1]);
  entry(2, [0xfee00000, 0, 0x53, 1]);
  msix.raise(2);
  const out = new StateWriter();
  msix.save(out);
  const other = rig();
  other.msix.load(new StateReader(out.finish()));
  expect(other.pending()).toBe(pending());
  expect(other.bus.read((BASE + 40) as Gpa, 4)).toBe(0x53);
});

test("wrong sizes and places beyond the table do no harm", () => {
  const { bus, sent } = rig();
  bus.write((BASE + 48) as Gpa, 1, 4);
  bus.write((BASE + 0x800) as Gpa, 7, 4);
  bus.write(BASE as Gpa, 7, 2);
  expect([BASE, BASE + 48, BASE + 0x800, BASE + 0xffc].map((at) => bus.read(at as Gpa, 4))).toEqual([
    0, 0, 0, 0,
  ]);
  expect(sent).toEqual([]);
});

import { beforeEach, expect, test } from "vitest";
import type { Gpa } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { IrqWires } from "../../../src/machine/devices/irq.ts";
import { TestDevice } from "../../../src/machine/devices/test-device.ts";
import { copyState } from "./rig.ts";

let bus: Bus;
let seen: string[];
let device: TestDevice;

function make(): void {
  bus = new Bus(1 << 20);
  seen = [];
  const wires = new IrqWires();
  wires.connect({ setIrq: (irq, level) => seen.push(`${irq}${level ? "+" : "-"}`) });
  device = new TestDevice(bus, wires);
}

beforeEach(make);

test("drives interrupt lines", () => {
  bus.out(0x2000 + 14, 1, 1);
  bus.out(0x2000 + 23, 1, 1);
  bus.out(0x2000 + 14, 0, 1);
  expect(seen).toEqual(["14+", "23+", "14-"]);
});

test("gives back what was written, in any width", () => {
  bus.out(0xe0, 0x12345678, 4);
  expect([bus.in(0xe0, 1), bus.in(0xe8, 2), bus.in(0xe0, 4)]).toEqual([0x78, 0x5678, 0x12345678]);
  bus.out(0xe8, 0xff, 1);
  expect(bus.in(0xe0, 4)).toBe(0x123456ff);
  bus.write(0xff000010 as Gpa, 0xcafe, 2);
  expect(bus.read(0xff000010 as Gpa, 4)).toBe(0xcafe);
});

test("is in the snapshot", () => {
  bus.out(0xe0, 0x1234, 2);
  bus.write(0xff000000 as Gpa, 0x55, 1);
  const saved = device;
  make();
  copyState(saved, device);
  expect([bus.in(0xe0, 2), bus.read(0xff000000 as Gpa, 1)]).toEqual([0x1234, 0x55]);
});

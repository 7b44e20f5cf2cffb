/** 82093AA datasheet. golden/ compares registers with QEMU; here somebody listens. */
import { beforeEach, describe, expect, test } from "vitest";
import { Ioapic } from "../../../src/machine/devices/ioapic.ts";
import type { ApicMessage } from "../../../src/machine/devices/lapic.ts";
import { copyState } from "./rig.ts";

const MASKED = 0x10000;
const LEVEL = 0x8000;
const REMOTE_IRR = 0x4000;

let ioapic: Ioapic;
let heard: ApicMessage[];

function make(): void {
  heard = [];
  ioapic = new Ioapic((message) => heard.push(message));
}

beforeEach(make);

function get(register: number): number {
  ioapic.write(0, register, 4);
  return ioapic.read(0x10, 4);
}
function set(register: number, value: number): void {
  ioapic.write(0, register, 4);
  ioapic.write(0x10, value, 4);
}
const entry = (pin: number) => get(0x10 + 2 * pin);
const route = (pin: number, low: number, destination = 0) => {
  set(0x11 + 2 * pin, destination * 2 ** 24);
  set(0x10 + 2 * pin, low);
};
const vectors = () => heard.map(({ vector }) => vector);
const pulse = (irq: number) => {
  ioapic.setIrq(irq, true);
  ioapic.setIrq(irq, false);
};

test("has 24 pins, all masked", () => {
  expect(get(1)).toBe(0x170020);
  for (let pin = 0; pin < 24; pin++) {
    expect(entry(pin)).toBe(MASKED);
    pulse(pin);
  }
  expect(heard).toEqual([]);
});

test("an entry becomes a message", () => {
  route(4, 0x0931, 0x0f);
  pulse(4);
  expect(heard).toEqual([
    { vector: 0x31, delivery: 1, levelTriggered: false, destination: 0x0f, logical: true },
  ]);
});

test("the timer is at pin 2, and the cascade at none", () => {
  route(2, 0x40);
  route(0, 0x41);
  pulse(0);
  pulse(2);
  expect(vectors()).toEqual([0x40]);
});

describe("edges", () => {
  test("each is one message", () => {
    route(4, 0x31);
    pulse(4);
    ioapic.setIrq(4, true);
    ioapic.setIrq(4, true);
    expect(vectors()).toEqual([0x31, 0x31]);
  });

  test("one that fell on a masked entry is lost", () => {
    route(4, MASKED | 0x31);
    pulse(4);
    route(4, 0x31);
    expect(heard).toEqual([]);
  });
});

describe("levels", () => {
  test("one message until the EOI; then another while the line is high", () => {
    route(10, LEVEL | 0x55);
    ioapic.setIrq(10, true);
    expect(entry(10)).toBe(LEVEL | REMOTE_IRR | 0x55);
    expect(heard.length).toBe(1);
    ioapic.endOfInterrupt(0x54);
    expect(heard.length).toBe(1);
    ioapic.endOfInterrupt(0x55);
    expect(heard.length).toBe(2);
    ioapic.setIrq(10, false);
    ioapic.endOfInterrupt(0x55);
    expect(heard.length).toBe(2);
    expect(entry(10)).toBe(LEVEL | 0x55);
  });

  test("a masked one is delivered when the mask goes, if the line is still high", () => {
    route(10, MASKED | LEVEL | 0x55);
    ioapic.setIrq(10, true);
    expect(heard).toEqual([]);
    route(10, LEVEL | 0x55);
    expect(vectors()).toEqual([0x55]);
  });

  test("the EOI register ends one by its vector", () => {
    route(10, LEVEL | 0x55);
    ioapic.setIrq(10, true);
    ioapic.setIrq(10, false);
    ioapic.write(0x40, 0x55, 4);
    expect(entry(10)).toBe(LEVEL | 0x55);
  });

  test("remote IRR cannot be written, and goes when the entry becomes edge-triggered", () => {
    route(10, LEVEL | 0x55);
    ioapic.setIrq(10, true);
    set(0x10 + 20, MASKED | LEVEL | 0x55);
    expect(entry(10)).toBe(MASKED | LEVEL | REMOTE_IRR | 0x55);
    set(0x10 + 20, MASKED | 0x55);
    expect(entry(10)).toBe(MASKED | 0x55);
  });
});

test("the ID has four bits, the arbitration ID is the same; other registers read 0 and ignore writes", () => {
  set(0, 0xffffffff);
  expect([get(0), get(2)]).toEqual([0x0f000000, 0x0f000000]);
  for (const register of [3, 0x0f, 0x40, 0xff]) {
    set(register, 0xffffffff);
    expect(get(register)).toBe(0);
  }
});

test("the data register takes 32 bits only", () => {
  ioapic.write(0, 0x10, 1);
  ioapic.write(0x10, 0x31, 1);
  expect(entry(0)).toBe(MASKED);
  expect(ioapic.read(0x10, 2)).toBe(0);
});

test("goes on from a snapshot", () => {
  route(10, LEVEL | 0x55, 3);
  ioapic.setIrq(10, true);
  const saved = ioapic;
  make();
  copyState(saved, ioapic);
  expect(heard).toEqual([]);
  ioapic.endOfInterrupt(0x55);
  expect(heard.map(({ vector, destination }) => [vector, destination])).toEqual([[0x55, 3]]);
});

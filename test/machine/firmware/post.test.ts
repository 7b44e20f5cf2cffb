/** What the BIOS leaves behind for operating systems that do not ask it. */
import { expect, test } from "vitest";
import { Machine } from "../../../src/machine/machine.ts";

const machine = new Machine({ memory: 4 << 20, disks: [new Uint8Array(512)] });
machine.run({ limit: 5_000_000 });
const { bus } = machine;
const config = (device: number, fn: number, register: number) => {
  bus.out(0xcf8, (0x80000000 | (device << 11) | (fn << 8) | register) >>> 0, 4);
  return bus.in(0xcfc, 4);
};
const word = (at: number) => bus.view.getUint16(at, true);

test("the IDE function answers, masters the bus and has its ports", () => {
  expect(config(1, 1, 0x04) & 7).toBe(7);
  expect(config(1, 1, 0x20)).toBe(0xc001);
  // Bit 15 of both timing registers: without it drivers leave the channel alone.
  expect(config(1, 1, 0x40)).toBe(0x80008000);
});

test("PCI interrupts go to ISA interrupts 10 and 11, as the tables say", () => {
  expect(config(1, 0, 0x60)).toBe(0x0b0b0a0a);
});

test("the BIOS data area tells of the serial port, the memory, the disk and the keyboard buffer", () => {
  expect([word(0x400), word(0x40e), word(0x413), bus.ram[0x475]]).toEqual([0x3f8, 0x9fc0, 639, 1]);
  expect([word(0x41a), word(0x41c), word(0x480), word(0x482)]).toEqual([0x1e, 0x1e, 0x1e, 0x3e]);
});

test("the FACS stands in the EBDA, where it can be written", () => {
  expect(new TextDecoder().decode(bus.ram.subarray(0x9fd00, 0x9fd04))).toBe("FACS");
});

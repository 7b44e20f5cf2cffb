/** The wiring: which device is at which port and pulls which interrupt line. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Gpa } from "../../src/machine/address.ts";
import { Machine } from "../../src/machine/machine.ts";

const IOAPIC = 0xfec00000 as Gpa;
const IOAPIC_DATA = 0xfec00010 as Gpa;
const LAPIC_SVR = 0xfee000f0 as Gpa;

let machine: Machine;

beforeEach(() => {
  machine = new Machine({ memory: 2 << 20 });
});

const out = (port: number, ...bytes: number[]) => {
  for (const byte of bytes) machine.bus.out(port, byte, 1);
};

/** Both 8259As at vectors 20h … 2Fh, all open. */
function openPics(): void {
  out(0x20, 0x11);
  out(0x21, 0x20, 4, 1, 0);
  out(0xa0, 0x11);
  out(0xa1, 0x28, 2, 1, 0);
}

/** Time passes until the processor would be interrupted, at most a second. */
function nextInterrupt(): number {
  const { clock, cpu, profile } = machine;
  const end = clock.now + profile.hertz;
  while (!cpu.irq.pending() && clock.now < end) {
    clock.sleepUntil(Math.min(clock.next, end));
    clock.advance();
  }
  return cpu.irq.pending() ? cpu.irq.acknowledge() : -1;
}

describe("interrupts", () => {
  const DEVICES: [name: string, irq: number, raise: () => void][] = [
    [
      "the timer",
      0,
      () => {
        out(0x43, 0x30);
        out(0x40, 0, 1);
      },
    ],
    ["the keyboard", 1, () => machine.board.keyboard.type("a")],
    [
      "the serial port",
      4,
      () => {
        out(0x3f9, 1);
        machine.serialInput(Uint8Array.of(65));
      },
    ],
    [
      "the real-time clock",
      8,
      () => {
        out(0x70, 0x0b);
        out(0x71, 0x42);
      },
    ],
    ["the test device", 11, () => out(0x200b, 1)],
  ];

  test.each(DEVICES)("%s is interrupt %i at the 8259As", (_, irq, raise) => {
    openPics();
    // Only the interrupt in question: the timer ticks by itself.
    const mask = 0xffff & ~(1 << irq) & ~4;
    out(0x21, mask & 0xff);
    out(0xa1, mask >> 8);
    raise();
    expect(nextInterrupt()).toBe(0x20 + irq);
  });

  test.each(DEVICES)("%s is at the IOAPIC too", (_, irq, raise) => {
    const pin = irq === 0 ? 2 : irq;
    machine.bus.write(LAPIC_SVR, 0x1ff, 4);
    machine.bus.write(IOAPIC, 0x10 + 2 * pin, 4);
    machine.bus.write(IOAPIC_DATA, 0x60 + irq, 4);
    out(0x21, 0xff);
    raise();
    expect(nextInterrupt()).toBe(0x60 + irq);
  });
});

test("a wide access to byte-wide ports is one for each", () => {
  openPics();
  machine.bus.out(0x20, 0x5520, 2);
  expect(machine.bus.in(0x21, 1)).toBe(0x55);
  expect(machine.bus.in(0x20, 2) >> 8).toBe(0x55);
});

test("firmware learns of memory and processors from fw_cfg", () => {
  const read = (item: number, length: number) => {
    machine.bus.out(0x510, item, 2);
    let value = 0;
    for (let i = 0; i < length; i++) value += machine.bus.in(0x511, 1) * 2 ** (8 * i);
    return value;
  };
  expect([read(0x03, 8), read(0x05, 2), read(0x0f, 2)]).toEqual([2 << 20, 1, 1]);
});

test("an INIT message to itself ends the run as a reset", () => {
  machine.bus.write(LAPIC_SVR, 0x1ff, 4);
  machine.bus.write(0xfee00300 as Gpa, 0x00500, 4);
  expect(machine.run({ limit: 10 })).toEqual({ reason: "reset" });
});

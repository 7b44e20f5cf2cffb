/** PC16550D datasheet. golden/ compares registers in loopback with QEMU; here time goes on. */
import { beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../../src/machine/clock.ts";
import { Uart } from "../../../src/machine/devices/uart.ts";
import { copyState, HERTZ, pass, RecordedLine } from "./rig.ts";

const BASE = 0x3f8;
/** Cycles after which a receiver that was emptied is filled again, with room to spare. */
const PAUSE = 20;

let clock: Clock;
let irq: RecordedLine;
let uart: Uart;
let sent: number[];

function make(): void {
  clock = new Clock();
  irq = new RecordedLine(clock);
  uart = new Uart({ clock, hertz: HERTZ, irq });
  sent = [];
  uart.onOutput = (byte) => sent.push(byte);
}

beforeEach(make);

const get = (register: number) => uart.in(BASE + register);
const set = (register: number, value: number) => uart.out(BASE + register, value);
const type = (text: string) => uart.receive(new TextEncoder().encode(text));

/** A driver that reads all there is at each interrupt. */
function readAll(): string {
  let text = "";
  while (get(5) & 1) text += String.fromCharCode(get(0));
  return text;
}

test("sends each byte at once", () => {
  for (const byte of [0x48, 0x69]) {
    expect(get(5) & 0x60).toBe(0x60);
    set(0, byte);
  }
  expect(sent).toEqual([0x48, 0x69]);
});

test("a flood costs no memory: nobody listens, nothing is kept", () => {
  uart.onOutput = () => {};
  for (let i = 0; i < 100_000; i++) set(0, i);
  expect(get(5)).toBe(0x60);
});

describe("receiving", () => {
  test("polled, one byte after the other, none lost", () => {
    type("hello");
    let text = "";
    for (let i = 0; i < 200; i++) {
      pass(clock, PAUSE);
      text += readAll();
    }
    expect(text).toBe("hello");
  });

  test("with interrupts: the line falls between two bytes, so that an edge tells of each", () => {
    set(1, 1);
    type("abc");
    let text = "";
    for (let i = 0; i < 3; i++) {
      pass(clock, PAUSE);
      expect(irq.level).toBe(true);
      expect(get(2)).toBe(4);
      text += String.fromCharCode(get(0));
      expect(irq.level).toBe(false);
    }
    expect(text).toBe("abc");
    expect(irq.rises.length).toBe(3);
  });

  test("the FIFO takes sixteen; the trigger level interrupts", () => {
    set(2, 0xc1);
    set(1, 1);
    type("x".repeat(40));
    pass(clock, PAUSE);
    expect(get(2)).toBe(0xc4);
    expect(readAll()).toBe("x".repeat(16));
    pass(clock, PAUSE);
    expect(readAll().length).toBe(16);
    pass(clock, PAUSE);
    expect(get(2)).toBe(0xcc);
    expect(readAll().length).toBe(8);
    expect(get(2)).toBe(0xc1);
  });

  test("below the trigger level the timeout interrupts", () => {
    set(2, 0x81);
    set(1, 1);
    type("ab");
    pass(clock, PAUSE);
    expect(get(2)).toBe(0xcc);
    get(0);
    expect(get(2)).toBe(0xc1);
    pass(clock, PAUSE);
    expect(get(2)).toBe(0xcc);
  });

  test("clearing the FIFO drops what is in it, not what waits outside", () => {
    set(2, 0x01);
    type("0123456789abcdefXYZ");
    pass(clock, PAUSE);
    set(2, 0x03);
    pass(clock, PAUSE);
    expect(readAll()).toBe("XYZ");
  });
});

describe("interrupts", () => {
  test("transmitter: when it is enabled and after each byte, until IIR was read", () => {
    set(1, 2);
    expect(irq.level).toBe(true);
    expect(get(2)).toBe(2);
    expect(irq.level).toBe(false);
    set(0, 0x41);
    expect(irq.level).toBe(true);
    set(1, 0);
    expect(irq.level).toBe(false);
  });

  test("a received byte comes before the transmitter", () => {
    set(1, 3);
    type("a");
    pass(clock, PAUSE);
    expect(get(2)).toBe(4);
    get(0);
    expect(get(2)).toBe(2);
  });

  test("modem: a change in loopback, until MSR was read", () => {
    set(4, 0x10);
    get(6);
    set(1, 8);
    set(4, 0x12);
    expect(irq.level).toBe(true);
    expect(get(2)).toBe(0);
    expect(get(6)).toBe(0x11);
    expect(irq.level).toBe(false);
  });

  test("RI counts when it falls", () => {
    set(4, 0x14);
    get(6);
    set(4, 0x10);
    expect(get(6)).toBe(0x04);
  });
});

test("registers that a driver probes", () => {
  set(7, 0xa5);
  set(1, 0xff);
  set(3, 0x83);
  set(0, 0x01);
  set(1, 0x00);
  expect([get(0), get(1), get(3)]).toEqual([1, 0, 0x83]);
  set(3, 0x03);
  expect([get(7), get(1), get(6)]).toEqual([0xa5, 0x0f, 0xb0]);
});

test("goes on from a snapshot", () => {
  set(2, 0x01);
  set(1, 1);
  type("0123456789abcdefXYZ");
  pass(clock, PAUSE);
  get(0);
  const saved = { clock, uart };
  make();
  clock.sleepUntil(saved.clock.now);
  copyState(saved.uart, uart);
  expect(readAll()).toBe("123456789abcdef");
  pass(clock, PAUSE);
  expect(readAll()).toBe("XYZ");
});

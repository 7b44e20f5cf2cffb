/** ACPI specification, 4.8.3. */
import { beforeEach, expect, test } from "vitest";
import { Clock } from "../../../src/machine/clock.ts";
import { AcpiPm } from "../../../src/machine/devices/acpi-pm.ts";
import { copyState, pass, RecordedLine } from "./rig.ts";

/** A cycle is a tick of the timer. */
const HERTZ = 3579545;
const STATUS = 0x600;
const ENABLE = 0x602;
const CONTROL = 0x604;
const TIMER = 0x608;
const HALF = 2 ** 23;

let clock: Clock;
let irq: RecordedLine;
let acpi: AcpiPm;
let off: number;

function make(): void {
  clock = new Clock();
  irq = new RecordedLine(clock);
  off = 0;
  acpi = new AcpiPm({ clock, hertz: HERTZ, irq, onOff: () => off++ });
}

beforeEach(make);

test("the timer has 24 bits", () => {
  pass(clock, 1234);
  expect(acpi.in(TIMER)).toBe(1234);
  pass(clock, 2 * HALF);
  expect(acpi.in(TIMER)).toBe(1234);
});

test("a change of its top bit is noted until it is cleared", () => {
  expect(acpi.in(STATUS)).toBe(0);
  pass(clock, HALF);
  expect(acpi.in(STATUS)).toBe(1);
  acpi.out(STATUS, 1);
  expect(acpi.in(STATUS)).toBe(0);
});

test("and interrupts when it is enabled, level-triggered", () => {
  acpi.out(ENABLE, 1);
  pass(clock, 2 * HALF);
  expect(irq.changes).toEqual([[HALF, true]]);
  acpi.out(STATUS, 1);
  expect(irq.level).toBe(false);
  pass(clock, HALF);
  expect(irq.rises).toEqual([HALF, 3 * HALF]);
});

test("the sleep bit with type 0 switches off; another type does not", () => {
  acpi.out(CONTROL, 0x1c00 | 0x2000);
  expect(off).toBe(0);
  acpi.out(CONTROL, 0x2000);
  expect(off).toBe(1);
  expect(acpi.in(CONTROL) & 0x2000).toBe(0);
  acpi.out(0xb004, 0x2000);
  expect(off).toBe(2);
});

test("goes on from a snapshot", () => {
  acpi.out(ENABLE, 1);
  pass(clock, 100);
  const saved = acpi;
  make();
  clock.sleepUntil(100);
  copyState(saved, acpi);
  pass(clock, HALF);
  expect(irq.rises).toEqual([HALF]);
});

import { describe, expect, test } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import { Clock } from "../../../../src/machine/clock.ts";
import { KeyboardController } from "../../../../src/machine/devices/i8042/controller.ts";
import { IrqWires } from "../../../../src/machine/devices/irq.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";

const HERTZ = 1_000_000;

function rig() {
  const bus = new Bus(1 << 20);
  const clock = new Clock();
  const wires = new IrqWires();
  let resets = 0;
  const controller = new KeyboardController({
    ...{ bus, clock, hertz: HERTZ },
    keyboardIrq: wires.source(1),
    mouseIrq: wires.source(12),
    onReset: () => resets++,
  });
  const setMode = (mode: number) => {
    bus.out(0x64, 0x60, 1);
    bus.out(0x60, mode, 1);
  };
  /** Everything that is typed, as a driver with interrupts reads it. */
  const receive = () => {
    const codes: number[] = [];
    while (clock.next !== Number.POSITIVE_INFINITY) {
      clock.sleepUntil(clock.next);
      clock.advance();
      while (wires.level(1)) codes.push(bus.in(0x60, 1));
    }
    return codes;
  };
  return { bus, clock, wires, controller, setMode, receive, resets: () => resets };
}

const TRANSLATED = 0x45;
const RAW = 0x05;

describe("typing", () => {
  test("sends set 1 through the translation, with shift and control held around their keys", () => {
    const { controller, setMode, receive } = rig();
    setMode(TRANSLATED);
    controller.type("aA\n\x03");
    expect(receive()).toEqual([
      ...[0x1e, 0x9e],
      ...[0x2a, 0x1e, 0x9e, 0xaa],
      ...[0x1c, 0x9c],
      ...[0x1d, 0x2e, 0xae, 0x9d],
    ]);
  });

  test("sends set 2 without it, and set 1 when the keyboard was told so", () => {
    const { bus, controller, setMode, receive } = rig();
    setMode(RAW);
    controller.type("z");
    expect(receive()).toEqual([0x1a, 0xf0, 0x1a]);
    for (const byte of [0xf0, 1]) {
      bus.out(0x60, byte, 1);
      expect(bus.in(0x60, 1)).toBe(0xfa);
    }
    controller.type("z");
    expect(receive()).toEqual([0x2c, 0xac]);
  });

  test("has a key for every printable character and comes at a person's pace", () => {
    const { clock, controller, setMode, receive } = rig();
    setMode(TRANSLATED);
    controller.type(Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join(""));
    const before = clock.now;
    const pressed = receive().filter((code) => code < 0x80 && code !== 0x2a);
    expect(pressed).toHaveLength(95);
    expect(new Set(pressed).size).toBe(48);
    expect(clock.now - before).toBe((95 * HERTZ) / 100);
  });

  test("does not wait forever for a keyboard that is switched off, nor forget what waits in it", () => {
    const { bus, controller, setMode, receive } = rig();
    setMode(TRANSLATED);
    bus.out(0x64, 0xad, 1);
    controller.type("x");
    expect(receive()).toEqual([]);
    bus.out(0x64, 0xae, 1);
    expect(bus.in(0x60, 1)).toBe(0x2d);
    bus.in(0x60, 1);
    bus.out(0x60, 0xf5, 1);
    bus.in(0x60, 1);
    controller.type("y");
    expect(receive()).toEqual([]);
  });

  test("refuses a character without a key, before anything is typed", () => {
    const { controller, receive } = rig();
    expect(() => controller.type("aé")).toThrow(/no key of a US keyboard types "é"/);
    expect(receive()).toEqual([]);
  });
});

test("a byte for the mouse comes back as a timeout, on the mouse's interrupt", () => {
  const { bus, wires, setMode } = rig();
  setMode(0x47);
  bus.out(0x64, 0xd4, 1);
  bus.out(0x60, 0xf4, 1);
  expect([bus.in(0x64, 1) & 0x21, wires.level(12), wires.level(1)]).toEqual([0x21, true, false]);
  expect(bus.in(0x60, 1)).toBe(0xfe);
  expect([bus.in(0x64, 1) & 0x21, wires.level(12)]).toEqual([0, false]);
});

describe("a reset", () => {
  test.each([
    ["a pulse of the reset line", [[0x64, 0xfe]]],
    [
      "the output port",
      [
        [0x64, 0xd1],
        [0x60, 0x02],
      ],
    ],
    ["port 92h", [[0x92, 1]]],
  ] as const)("comes by %s", (_, writes) => {
    const { bus, resets } = rig();
    for (const [port, value] of writes) bus.out(port, value, 1);
    expect(resets()).toBe(1);
  });

  test("does not come by pulsing other lines, or by opening A20", () => {
    const { bus, resets } = rig();
    bus.out(0x64, 0xff, 1);
    bus.out(0x92, 2, 1);
    bus.out(0x64, 0xd1, 1);
    bus.out(0x60, 0xdf, 1);
    expect([resets(), bus.in(0x92, 1) & 2]).toEqual([0, 2]);
  });
});

test("a snapshot holds what waits to be typed and read", () => {
  const one = rig();
  one.setMode(TRANSLATED);
  one.controller.type("hi");
  one.clock.sleepUntil(one.clock.next);
  one.clock.advance();
  const out = new StateWriter();
  one.clock.save(out);
  one.wires.save(out);
  one.controller.save(out);
  const other = rig();
  const from = new StateReader(out.finish());
  other.clock.load(from);
  other.wires.load(from);
  other.controller.load(from);
  const rest = one.receive();
  expect(other.receive()).toEqual(rest);
  expect(rest).toEqual([0x23, 0xa3, 0x17, 0x97]);
});

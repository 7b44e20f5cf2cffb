import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { Bus } from "../../../../src/machine/bus.ts";
import { Clock } from "../../../../src/machine/clock.ts";
import { CP437 } from "../../../../src/machine/devices/vga/cp437.ts";
import { Vga } from "../../../../src/machine/devices/vga/vga.ts";
import { boot } from "../../../../src/machine/load/boot.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";

const HERTZ = 1_000_000_000;

function rig() {
  const bus = new Bus(1 << 20);
  const clock = new Clock();
  const vga = new Vga({ bus, clock, hertz: HERTZ });
  const crtc = (index: number, value: number) => bus.out(0x3d4, index | (value << 8), 2);
  const put = (cell: number, text: string) => {
    for (const [i, character] of [...text].entries())
      bus.write((0xb8000 + 2 * (cell + i)) as Gpa, 0x0700 | character.charCodeAt(0), 2);
  };
  return { bus, clock, vga, crtc, put };
}

test("the screen is what stands in memory at b8000", () => {
  const { vga, put, bus } = rig();
  put(80, "second row");
  bus.write(0xb8000 as Gpa, 0x1fdb, 2);
  expect([vga.columns, vga.rows]).toEqual([80, 25]);
  expect(vga.text().slice(0, 3)).toEqual(["█", "second row", ""]);
  expect(vga.cells()[0]?.[0]).toEqual({ character: "█", attribute: 0x1f });
});

test("the start address scrolls; the cursor is seen where it is on the screen", () => {
  const { vga, crtc, put } = rig();
  put(160, "third");
  crtc(0x0c, 0);
  crtc(0x0d, 160);
  crtc(0x0e, 0);
  crtc(0x0f, 165);
  expect(vga.text()[0]).toBe("third");
  expect(vga.cursor).toEqual({ column: 5, row: 0 });
  crtc(0x0a, 0x20);
  expect(vga.cursor).toBeUndefined();
  crtc(0x0a, 0x0d);
  crtc(0x0f, 0);
  expect(vga.cursor).toBeUndefined();
});

test("registers 0 … 7 are locked by bit 7 of register 11h", () => {
  const { bus, crtc } = rig();
  const read = (index: number) => {
    bus.out(0x3d4, index, 1);
    return bus.in(0x3d5, 1);
  };
  crtc(1, 0x4f);
  crtc(0x11, 0x80);
  crtc(1, 0x27);
  crtc(7, 0xff);
  expect([read(1), read(7)]).toEqual([0x4f, 0x10]);
  crtc(0x11, 0);
  crtc(1, 0x27);
  expect(read(1)).toBe(0x27);
});

test("the CRT controller answers at the colour or the monochrome ports", () => {
  const { bus } = rig();
  bus.out(0x3c2, 0x66, 1);
  bus.out(0x3b4, 0x0f, 1);
  expect([bus.in(0x3b4, 1), bus.in(0x3d4, 1)]).toEqual([0x0f, 0xff]);
});

describe("the beam", () => {
  test("is in vertical retrace 70 times a second, and blanks between lines", () => {
    const { bus, clock } = rig();
    let retraces = 0;
    let before = 0;
    const step = 20_000;
    for (let now = 0; now < HERTZ; now += step) {
      clock.sleepUntil(now);
      const retrace = bus.in(0x3da, 1) & 8;
      if (retrace && !before) retraces++;
      before = retrace;
    }
    expect(retraces).toBe(70);
    const blanks = new Set<number>();
    for (let now = HERTZ; now < HERTZ + 40_000; now += 1000) {
      clock.sleepUntil(now);
      blanks.add(bus.in(0x3da, 1) & 1);
    }
    expect(blanks.size).toBe(2);
  });
});

test("code page 437 has 256 different characters but for its blanks", () => {
  expect(CP437).toHaveLength(256);
  expect([CP437[0x41], CP437[0x80], CP437[0xc9], CP437[0xe1], CP437[0xfe]]).toEqual([
    "A",
    "Ç",
    "╔",
    "ß",
    "■",
  ]);
  expect(new Set(CP437).size).toBe(254);
});

test("the BIOS sets mode 3, and a snapshot keeps every register", () => {
  const machine = boot(new Uint8Array(512), { kind: "disk", memory: 2 ** 20 });
  machine.run({ limit: 5_000_000 });
  const { vga } = machine.board;
  expect([vga.columns, vga.rows, vga.cursor]).toEqual([80, 25, { column: 0, row: 1 }]);
  const save = (one: Vga) => {
    const out = new StateWriter();
    one.save(out);
    return out.finish();
  };
  const other = rig().vga;
  other.load(new StateReader(save(vga)));
  expect(save(other)).toEqual(save(vga));
});

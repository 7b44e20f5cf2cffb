/** The floppy controller: by a driver in a boot sector, here and on QEMU, and by hand where a driver errs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import type { Disk } from "../../../../src/machine/devices/disk.ts";
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { lacks } from "../../../support/needs.ts";
import { bootOnQemu } from "../../../support/qemu.ts";
import { pass } from "../rig.ts";
import { GUEST } from "./guest.ts";

const SECTORS = 2880;
const IMAGE = Uint8Array.from({ length: SECTORS * 512 }, (_, i) => ((i >> 9) * (i >> 4) + i) & 0xff);
const boot = assemble(GUEST, { file: "floppy guest" }).bytes;
/** The driver reads cylinder 5, head 1, sectors 3 and 4, and writes them to head 0, sector 18, and what follows: head 1, sector 1. */
const READ = IMAGE.subarray((5 * 36 + 20) * 512, (5 * 36 + 22) * 512);
const WRITTEN = 5 * 36 + 17;

/** A line for each command: result bytes, then the sum of the words read. */
const EXPECTED = [
  ...["c000", "c100", "c200", "c300", "80", "90", "80", "", "", "2000", "", "2005"],
  ...["04000005010502807e", "04000005010202", "04000005010202807e", ""],
];

describe("a driver in a boot sector", () => {
  test("here", () => {
    const machine = new Machine({ memory: 4 << 20, disks: [boot], floppies: [IMAGE] });
    let text = "";
    machine.onSerial((byte) => {
      text += String.fromCharCode(byte);
    });
    expect(machine.run({ limit: 5e7 })).toEqual({ reason: "exit", code: 3 });
    expect(text.split("\n")).toEqual(EXPECTED);
    const floppy = machine.board.floppies[0] as Disk;
    expect(floppy.changed).toBe(2);
    expect([...floppy.contents().subarray(WRITTEN * 512, (WRITTEN + 2) * 512)]).toEqual([...READ]);
  });

  test.skipIf(lacks("qemu", import.meta.url))("on QEMU", { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "ringlab-floppy-"));
    try {
      const file = join(folder, "a.img");
      writeFileSync(file, IMAGE);
      const padded = new Uint8Array(1 << 20);
      padded.set(boot);
      const run = await bootOnQemu(padded, 32, ["-drive", `if=floppy,format=raw,file=${file}`]);
      expect(run.exit).toBe(1);
      expect(run.serial.split("\n")).toEqual(EXPECTED);
      const disk = readFileSync(file);
      expect([...disk.subarray(WRITTEN * 512, (WRITTEN + 2) * 512)]).toEqual([...READ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** A machine with a disk in drive 0, its motor on, after reset. */
function rig(disks: (Uint8Array | undefined)[] = [IMAGE]) {
  const machine = new Machine({ memory: 1 << 20, firmware: false, floppies: disks });
  const { bus, clock, board } = machine;
  const out = (port: number, ...values: number[]) => {
    for (const value of values) bus.out(port, value, 1);
  };
  const results = () => {
    const bytes: number[] = [];
    while ((bus.in(0x3f4, 1) & 0xc0) === 0xc0) bytes.push(bus.in(0x3f5, 1));
    return bytes;
  };
  /** A command, a second for it, its result. */
  const command = (...bytes: number[]) => {
    for (const byte of bytes) {
      expect(bus.in(0x3f4, 1) & 0xc0).toBe(0x80);
      out(0x3f5, byte);
    }
    pass(clock, machine.profile.hertz);
    return results();
  };
  /** Channel 2: bytes, to or from memory, at an address. */
  const dma = (bytes: number, mode = 0x46, at = 0x8000) => {
    out(0x0a, 6);
    out(0x0c, 0);
    out(0x04, at & 0xff, (at >> 8) & 0xff);
    out(0x81, at >> 16);
    out(0x05, (bytes - 1) & 0xff, (bytes - 1) >> 8);
    out(0x0b, mode);
    out(0x0a, 2);
  };
  out(0x3f2, 0x1c);
  for (let n = 0; n < 4; n++) command(8);
  const irq = () => board.wires.level(6);
  return { machine, bus, out, command, results, dma, irq };
}

describe("what a driver is told", () => {
  test("ends of transfers: at the count, at the end of the cylinder without it, without the channel", () => {
    const { machine, command, dma, bus, out, irq } = rig();
    dma(100);
    expect(command(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toEqual([0, 0, 0, 0, 0, 2, 2]);
    expect([...bus.dmaRead(0x8000 as Gpa, 101)]).toEqual([...IMAGE.subarray(0, 100), 0]);
    expect([bus.in(0x08, 1), bus.in(0x08, 1)]).toEqual([4, 0]);
    dma(1024);
    expect(command(0x46, 0, 0, 0, 18, 2, 18, 0x1b, 0xff)).toEqual([0x40, 0x80, 0, 1, 0, 1, 2]);
    out(0x0a, 6);
    expect(command(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)).toEqual([0x40, 0x10, 0, 0, 0, 1, 2]);
    dma(512, 0x4a);
    expect(command(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff).slice(0, 2)).toEqual([0x40, 0x10]);
    dma(512, 0x56);
    command(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    // Started again: the count is whole, the channel open.
    expect([bus.in(0x05, 1), bus.in(0x05, 1), irq()]).toEqual([0xff, 1, false]);
    expect(machine.board.floppies).toHaveLength(1);
  });

  test("sectors that are not there: no disk, no motor, FM, another cylinder, head, size or number", () => {
    const { command, dma, out } = rig();
    dma(512);
    const status = (...bytes: number[]) => command(...bytes, 18, 0x1b, 0xff).slice(0, 3);
    expect(status(0x46, 1, 0, 0, 1, 2)).toEqual([0x41, 1, 0]);
    expect(status(0x06, 0, 0, 0, 1, 2)).toEqual([0x40, 1, 0]);
    expect(status(0x46, 0, 1, 0, 1, 2)).toEqual([0x40, 4, 0x10]);
    expect(status(0x46, 0, 0, 1, 1, 2)).toEqual([0x44, 4, 0]);
    expect(status(0x46, 0, 0, 0, 19, 2)).toEqual([0x40, 4, 0]);
    expect(status(0x46, 0, 0, 0, 1, 3)).toEqual([0x40, 4, 0]);
    out(0x3f2, 0x0c);
    expect(status(0x46, 0, 0, 0, 1, 2)).toEqual([0x40, 1, 0]);
  });

  test("the next address of the cylinder, a drive without track 0, a changed disk until the head moves", () => {
    const { command, bus, irq } = rig();
    expect(bus.in(0x3f7, 1)).toBe(0x80);
    command(0x0f, 0, 7);
    expect([irq(), command(8), irq(), bus.in(0x3f7, 1)]).toEqual([true, [0x20, 7], false, 0]);
    const [st0, , , cylinder, head, sector, size] = command(0x4a, 4);
    expect([st0, cylinder, head, size]).toEqual([4, 7, 1, 2]);
    expect(sector).toBeLessThanOrEqual(18);
    command(0x07, 1);
    expect(command(8)).toEqual([0x71, 0]);
  });

  test.each([0x00, 0x0d, 0x1f, 0x90, 0x08, 0xaf])("80h for what is no command: %i", (opcode) => {
    const { command } = rig();
    expect(command(opcode)).toEqual([0x80]);
    expect(command(0x10)).toEqual([0x90]);
  });

  test("a disk of no floppy's size cannot be put in", () => {
    expect(() => rig([new Uint8Array(1000 * 512)])).toThrow("a floppy disk of 1000 sectors");
  });
});

test("a snapshot goes on in the middle of a transfer, a reset ends it", () => {
  const it = rig();
  it.dma(1024);
  it.out(0x3f5, 0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
  expect(it.bus.in(0x3f4, 1)).toBe(0x10);
  const other = rig();
  other.machine.load(it.machine.save());
  pass(other.machine.clock, other.machine.profile.hertz);
  expect(other.irq()).toBe(true);
  expect(other.results()).toEqual([0, 0, 0, 0, 0, 3, 2]);
  expect([...other.bus.dmaRead(0x8000 as Gpa, 1024)]).toEqual([...IMAGE.subarray(0, 1024)]);
  it.out(0x3f2, 0x18);
  expect([it.bus.in(0x3f4, 1), it.irq()]).toEqual([0, false]);
  it.out(0x3f2, 0x1c);
  expect([it.bus.in(0x3f4, 1), it.irq(), it.command(8)]).toEqual([0x80, true, [0xc0, 0]]);
  it.machine.reset();
  expect(it.bus.in(0x3f2, 1)).toBe(0);
});

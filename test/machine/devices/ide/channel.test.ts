import { describe, expect, test } from "vitest";
import { SECTOR } from "../../../../src/machine/devices/disk.ts";
import { CACHED_IMAGE } from "../../../../src/machine/devices/ide/drive.ts";
import { HERTZ, Rig, SECTORS } from "./rig.ts";

const READ = 0x20;
const WRITE = 0x30;
const READ_MULTIPLE = 0xc4;
const WRITE_MULTIPLE = 0xc5;
const SET_MULTIPLE = 0xc6;
const DIAGNOSTIC = 0x90;
const BUSY = 0xd0;
const DATA = 0x58;
const READY = 0x50;

const ticks = (seconds: number) => Math.ceil(seconds * HERTZ);

describe("PIO", () => {
  test("a read is busy for as long as the disk takes, then interrupts for each sector", () => {
    const rig = new Rig();
    rig.command(READ, 7, 2);
    expect([rig.in(7), rig.interrupt]).toEqual([BUSY, false]);
    expect(rig.sleep()).toBe(ticks(CACHED_IMAGE.access + CACHED_IMAGE.sector));
    expect(rig.interrupt).toBe(true);
    expect(rig.in(7)).toBe(DATA);
    expect(rig.interrupt).toBe(false);
    expect(rig.readBlock().every((byte) => byte === 21)).toBe(true);
    // The next sector continues this one: no access time.
    expect(rig.in(7)).toBe(BUSY);
    expect(rig.sleep()).toBe(ticks(CACHED_IMAGE.sector));
    expect(rig.interrupt).toBe(true);
    expect(rig.readBlock().every((byte) => byte === 24)).toBe(true);
    expect([rig.in(7), rig.in(2)]).toEqual([READY, 0]);
  });

  test("a write asks for data without an interrupt and interrupts when they are on the disk", () => {
    const rig = new Rig();
    rig.command(WRITE, 9);
    expect([rig.bus.in(0x3f6, 1), rig.interrupt]).toEqual([DATA, false]);
    rig.writeBlock(0x5a);
    expect([rig.bus.in(0x3f6, 1), rig.disk.changed]).toEqual([BUSY, 0]);
    rig.sleep();
    expect([rig.interrupt, rig.disk.changed]).toEqual([true, 1]);
    const written = new Uint8Array(SECTOR);
    rig.disk.read(9, written);
    expect(written.every((byte) => byte === 0x5a)).toBe(true);
  });

  test("MULTIPLE commands interrupt once a block", () => {
    const rig = new Rig();
    rig.command(SET_MULTIPLE, 0, 4);
    expect(rig.in(7)).toBe(READY);
    rig.command(READ_MULTIPLE, 100, 6);
    rig.sleep();
    expect(rig.in(7)).toBe(DATA);
    rig.readBlock(4);
    expect(rig.in(7)).toBe(BUSY);
    rig.sleep();
    rig.readBlock(2);
    expect(rig.in(7)).toBe(READY);
    rig.command(WRITE_MULTIPLE, 100, 4);
    rig.writeBlock(1, 4);
    rig.sleep();
    expect(rig.disk.changed).toBe(4);
    rig.command(SET_MULTIPLE, 0, 0);
    rig.in(7);
    rig.command(READ_MULTIPLE, 100, 1);
    expect([rig.in(7), rig.in(1)]).toEqual([0x51, 0x04]);
  });

  test("alternate status leaves the interrupt alone; nIEN keeps it off the wire until it is cleared", () => {
    const rig = new Rig();
    rig.bus.out(0x3f6, 2, 1);
    rig.command(READ, 1);
    rig.sleep();
    expect(rig.interrupt).toBe(false);
    rig.bus.out(0x3f6, 0, 1);
    expect(rig.interrupt).toBe(true);
    expect(rig.bus.in(0x3f6, 1)).toBe(DATA);
    expect(rig.interrupt).toBe(true);
  });

  test("sectors that are not there fail with IDNF and the address of the first of them", () => {
    const rig = new Rig();
    rig.command(READ, SECTORS - 1, 2);
    rig.sleep();
    rig.in(7);
    rig.readBlock();
    rig.sleep();
    expect(rig.interrupt).toBe(true);
    expect([rig.in(7), rig.in(1)]).toEqual([0x51, 0x10]);
    expect(rig.in(3) | (rig.in(4) << 8)).toBe(SECTORS);
    rig.command(READ, SECTORS);
    expect([rig.in(7), rig.in(1)]).toEqual([0x51, 0x10]);
    // CHS counts sectors from 1.
    rig.out(3, 0);
    rig.out(6, 0xa0);
    rig.out(7, READ);
    expect([rig.in(7), rig.in(1)]).toEqual([0x51, 0x10]);
  });

  test("registers keep their values while the drive is busy", () => {
    const rig = new Rig();
    rig.command(READ, 5);
    rig.out(3, 0x77);
    rig.out(7, WRITE);
    expect(rig.in(3)).toBe(5);
    rig.sleep();
    expect(rig.in(7)).toBe(DATA);
  });
});

describe("drives", () => {
  test("a diagnostic signs both places and selects the first", () => {
    const rig = new Rig();
    rig.out(6, 0xf0);
    rig.out(6, 0xe0);
    rig.command(DIAGNOSTIC, 99, 50);
    expect([1, 2, 3, 4, 5, 6].map((register) => rig.in(register))).toEqual([1, 1, 1, 0, 0, 0xa0]);
  });

  test("an absent second drive has status 0 and takes no command", () => {
    const rig = new Rig();
    rig.out(6, 0xf0);
    expect(rig.in(7)).toBe(0);
    rig.out(7, READ);
    expect(rig.clock.next).toBe(Number.POSITIVE_INFINITY);
  });

  test("an empty channel reads 0 everywhere", () => {
    const rig = new Rig(0);
    expect([1, 2, 3, 4, 5, 6, 7].map((register) => rig.in(register))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("IDENTIFY tells size and geometry", () => {
    const rig = new Rig();
    rig.command(0xec);
    const words = new Uint16Array(rig.readBlock().buffer);
    expect([words[1], words[3], words[6]]).toEqual([4, 16, 63]);
    expect((words[60] as number) | ((words[61] as number) << 16)).toBe(SECTORS);
    expect(words[100]).toBe(SECTORS);
    expect(String.fromCharCode((words[27] as number) >> 8, (words[27] as number) & 0xff)).toBe("RI");
  });

  test("there are four drives at most", () => {
    const { bus, clock, wires, disk, controller } = new Rig();
    expect(
      () =>
        new (controller.constructor as new (parts: object) => unknown)({
          ...{ bus, clock, wires, hertz: HERTZ },
          disks: [disk, disk, disk, disk, disk],
        }),
    ).toThrow(/5 disks: there are four/);
  });
});

test("a snapshot in the middle of a transfer goes on where it was", () => {
  const rig = new Rig();
  rig.command(READ, 40, 3);
  rig.sleep();
  rig.in(7);
  rig.bus.in(0x1f0, 2);
  const copy = new Rig();
  rig.moveTo(copy);
  const finish = (one: Rig) => {
    const seen: number[] = [];
    for (let i = 0; i < 255; i++) seen.push(one.bus.in(0x1f0, 2));
    for (let i = 0; i < 2; i++) {
      seen.push(one.sleep(), one.in(7), Number(one.interrupt));
      seen.push(...one.readBlock());
    }
    return seen;
  };
  expect(finish(copy)).toEqual(finish(rig));
});

import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { SECTOR } from "../../../../src/machine/devices/disk.ts";
import { Rig } from "./rig.ts";

const READ_DMA = 0xc8;
const WRITE_DMA = 0xca;
const PORT = 0xc000;
const TABLE = 0x1000;
const ACTIVE = 1;
const INTERRUPT = 4;

/** A controller whose bus master answers at PORT. */
function rig(): Rig {
  const one = new Rig();
  one.controller.writeConfig(0x20, PORT, 4);
  one.controller.writeConfig(0x04, 5, 2);
  return one;
}

/** A table of regions: address and bytes; the last ends it. */
function table({ bus }: Rig, ...regions: [address: number, bytes: number][]): void {
  for (const [i, [address, bytes]] of regions.entries()) {
    bus.write((TABLE + 8 * i) as Gpa, address, 4);
    bus.write((TABLE + 8 * i + 4) as Gpa, (bytes & 0xffff) | (i === regions.length - 1 ? 0x8000_0000 : 0), 4);
  }
  bus.out(PORT + 4, TABLE, 4);
}

const start = ({ bus }: Rig, toMemory: boolean) => bus.out(PORT, toMemory ? 9 : 1, 1);
const status = ({ bus }: Rig) => bus.in(PORT + 2, 1);

describe("bus-master DMA", () => {
  test("scatters sectors over regions that need not be sectors", () => {
    const one = rig();
    table(one, [0x2000, 700], [0x4000, 324]);
    one.command(READ_DMA, 3, 2);
    expect(one.in(7)).toBe(0xd0);
    start(one, true);
    expect(status(one)).toBe(ACTIVE);
    one.sleep();
    expect([one.interrupt, status(one), one.in(7)]).toEqual([true, INTERRUPT, 0x50]);
    const [first, second] = [one.bus.dmaRead(0x2000 as Gpa, 701), one.bus.dmaRead(0x4000 as Gpa, 325)];
    expect([first[0], first[511], first[512], first[699], first[700]]).toEqual([9, 9, 12, 12, 0]);
    expect([second[0], second[323], second[324]]).toEqual([12, 12, 0]);
    one.bus.out(PORT + 2, INTERRUPT, 1);
    expect(status(one)).toBe(0);
  });

  test("gathers what goes to the disk", () => {
    const one = rig();
    one.bus.dmaWrite(0x3000 as Gpa, new Uint8Array(SECTOR).fill(0xab));
    table(one, [0x3000, SECTOR]);
    start(one, false);
    one.command(WRITE_DMA, 11);
    one.sleep();
    const written = new Uint8Array(SECTOR);
    one.disk.read(11, written);
    expect(written.every((byte) => byte === 0xab)).toBe(true);
  });

  test("a table with room left stays active; one that is too short ends without an interrupt", () => {
    const long = rig();
    table(long, [0x2000, SECTOR], [0x3000, SECTOR]);
    long.command(READ_DMA, 3);
    start(long, true);
    long.sleep();
    expect([status(long), long.interrupt]).toEqual([ACTIVE | INTERRUPT, true]);
    const short = rig();
    table(short, [0x2000, 100]);
    short.command(READ_DMA, 3);
    start(short, true);
    short.sleep();
    expect([status(short) & ACTIVE, short.interrupt]).toEqual([0, false]);
  });

  test("waits for the start bit, and for the PCI function's leave to master the bus", () => {
    const one = rig();
    table(one, [0x2000, SECTOR]);
    one.controller.writeConfig(0x04, 1, 2);
    one.command(READ_DMA, 3);
    start(one, true);
    expect(one.clock.next).toBe(Number.POSITIVE_INFINITY);
    one.controller.writeConfig(0x04, 5, 2);
    one.bus.out(PORT, 0, 1);
    start(one, true);
    expect(one.clock.next).not.toBe(Number.POSITIVE_INFINITY);
  });

  test("a region over the end of memory is lost, not an error", () => {
    const one = rig();
    table(one, [0xfff00, 0]);
    one.command(READ_DMA, 0, 128);
    start(one, true);
    one.sleep();
    expect(one.in(7)).toBe(0x50);
  });
});

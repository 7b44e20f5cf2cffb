/** A guest that runs wild over the ports finds a board that answers, and keeps to its size. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import type { Gpa } from "../../../src/machine/address.ts";
import { Machine } from "../../../src/machine/machine.ts";

const ROUNDS = 60_000;
const RANGES = [
  ...[
    [0x20, 0x21],
    [0x40, 0x43],
    [0x60, 0x64],
    [0x70, 0x71],
    [0x92, 0x92],
    [0xa0, 0xa1],
    [0x170, 0x177],
  ],
  ...[
    [0x1f0, 0x1f7],
    [0x376, 0x376],
    [0x3b0, 0x3df],
    [0x3f6, 0x3f6],
    [0x3f8, 0x3ff],
    [0x4d0, 0x4d1],
  ],
  ...[
    [0x510, 0x51b],
    [0x600, 0x60b],
    [0xcf8, 0xcff],
    [0xc000, 0xc00f],
    [0, 0xffff],
  ],
] as [number, number][];

test.each([1, 2, 3])("seed %i", (seed) => {
  const disk = new Uint8Array(300 * 512);
  const machine = new Machine({ memory: 1 << 20, disks: [disk, undefined, disk], firmware: false });
  const { bus, clock } = machine;
  const generator = xoroshiro128plus(seed);
  const random = (most: number) => uniformInt(generator, 0, most - 1);
  // Bus-master DMA with a table of anything.
  bus.out(0xcf8, 0x80000920, 4);
  bus.out(0xcfc, 0xc000, 4);
  bus.out(0xcf8, 0x80000904, 4);
  bus.out(0xcfc, 5, 4);
  for (let at = 0; at < 0x10000; at += 4) bus.write(at as Gpa, random(2 ** 32), 4);
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < ROUNDS; round++) {
    const [first, last] = RANGES[random(RANGES.length)] as [number, number];
    const port = first + random(last - first + 1);
    const size = [1, 1, 1, 2, 4][random(5)] as number;
    const value = random(3) === 0 ? random(256) : random(2 ** (8 * size));
    if (random(3) === 0) {
      const answer = bus.in(port, size);
      expect(answer >= 0 && answer < 2 ** (8 * size)).toBe(true);
    } else bus.out(port, value, size);
    if (random(20) === 0 && clock.next !== Number.POSITIVE_INFINITY) {
      clock.sleepUntil(clock.next);
      clock.advance();
    }
  }
  expect(machine.save().length).toBeLessThan(2 << 20);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 << 20);
});

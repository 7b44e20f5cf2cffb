import { expect, test } from "vitest";
import { Disk, SECTOR } from "../../../src/machine/devices/disk.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";

const image = Uint8Array.from({ length: 3 * SECTOR }, (_, i) => i);
const read = (disk: Disk, sector: number, count = 1) => {
  const into = new Uint8Array(count * SECTOR).fill(0xee);
  disk.read(sector, into);
  return into;
};

test("an image that does not end with a sector is continued with zeros", () => {
  const disk = new Disk(image.subarray(0, SECTOR + 3));
  expect(disk.sectors).toBe(2);
  expect([...read(disk, 1).subarray(0, 5)]).toEqual([0, 1, 2, 0, 0]);
  expect(
    read(disk, 1)
      .subarray(3)
      .every((byte) => byte === 0),
  ).toBe(true);
});

test("writes leave the image alone", () => {
  const disk = new Disk(image);
  const before = image.slice();
  disk.write(1, new Uint8Array(2 * SECTOR).fill(5));
  expect(image).toEqual(before);
  expect(disk.changed).toBe(2);
  expect([...read(disk, 0, 3).filter((_, i) => i % SECTOR === 0)]).toEqual([0, 5, 5]);
  expect(disk.contents()).toEqual(read(disk, 0, 3));
});

test("a snapshot holds the changed sectors only, and brings back exactly them", () => {
  const disk = new Disk(image);
  disk.write(2, new Uint8Array(SECTOR).fill(9));
  const out = new StateWriter();
  disk.save(out);
  const bytes = out.finish();
  expect(bytes.length).toBeLessThan(SECTOR + 64);
  disk.write(0, new Uint8Array(SECTOR).fill(1));
  disk.load(new StateReader(bytes));
  expect(disk.changed).toBe(1);
  expect(read(disk, 0)).toEqual(image.subarray(0, SECTOR));
  expect(read(disk, 2)[0]).toBe(9);
});

test("a disk has at least one sector", () => {
  expect(() => new Disk(new Uint8Array(0))).toThrow(/0 bytes/);
});

import { expect, test } from "vitest";
import { ReverseMap } from "../../../../src/virt/mmu/traced/reverse-map.ts";

test("a frame is found by its own leaves and by the large ones around it", () => {
  const map = new ReverseMap(512);
  map.add(0x201, 0x1000, false);
  map.add(0x200, 0x2000, true);
  map.add(0x400, 0x3000, true);
  expect([map.of(0x201), map.of(0x3ff), map.of(0x400), map.of(0x600)]).toEqual([
    [0x1000, 0x2000],
    [0x2000],
    [0x3000],
    [],
  ]);
  expect(map.all()).toEqual([0x1000, 0x2000, 0x3000]);
});

test("what was taken away is not found; what was not there may be taken away", () => {
  const map = new ReverseMap(1024);
  map.add(1, 0x1000, false);
  map.delete(1, 0x1000, true);
  expect(map.of(1)).toEqual([0x1000]);
  map.delete(1, 0x1000, false);
  map.delete(1, 0x1000, false);
  expect([map.of(1), map.all()]).toEqual([[], []]);
});

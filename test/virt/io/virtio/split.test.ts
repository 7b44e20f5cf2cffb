/** What split queues have and packed ones have not. */
import { describe, expect, test } from "vitest";
import type { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import type { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { at, rig, SPLIT } from "./formats.ts";

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

describe("split alone", () => {
  test("of an indirect table, after descriptors of the ring, are one chain (2.7.5.3.2)", () => {
    const { memory, driver, pop } = rig(SPLIT, { size: 4, indirect: true });
    driver.describe(0x8000, { ...at(0x2000), flags: WRITE | NEXT, next: 1 });
    driver.describe(0x8010, { ...at(0x3000), flags: WRITE, next: 0 });
    driver.describe(driver.entry(0), { ...at(0x1000), flags: NEXT, next: 1 });
    driver.describe(driver.entry(1), { ...at(0x8000, 32), flags: INDIRECT | WRITE, next: 0 });
    driver.offer(0);
    expect(memory.bytes.length).toBe(1 << 16);
    expect(pop()).toEqual({ id: 0, slots: 2, readable: [at(0x1000)], writable: [at(0x2000), at(0x3000)] });
  });
});

describe("a split queue that breaks the rules is told by name", () => {
  const cases: [
    fault: string,
    indirect: boolean,
    make: (driver: SplitDriver, memory: DriverMemory) => void,
  ][] = [
    ["loop", false, (d) => d.describe(d.entry(0), { ...at(0), flags: NEXT, next: 0 })],
    ["head", false, (d) => d.describe(d.entry(0), { ...at(0), flags: NEXT, next: 4 })],
    ["indirect", false, (d) => d.describe(d.entry(0), { ...at(0x8000), flags: INDIRECT, next: 0 })],
    ["indirect", true, (d) => d.describe(d.entry(0), { ...at(0x8000, 17), flags: INDIRECT, next: 0 })],
    ["indirect", true, (d) => d.describe(d.entry(0), { ...at(0x8000, 0), flags: INDIRECT, next: 0 })],
    ["indirect", true, (d) => d.describe(d.entry(0), { ...at(0x8000), flags: INDIRECT | NEXT, next: 1 })],
    ["outside", true, (d) => d.describe(d.entry(0), { ...at(2 ** 40), flags: INDIRECT, next: 0 })],
    [
      "indirect",
      true,
      (d) => {
        d.describe(d.entry(0), { ...at(0x8000), flags: INDIRECT, next: 0 });
        d.describe(0x8000, { ...at(0x9000), flags: INDIRECT, next: 0 });
      },
    ],
    [
      "order",
      false,
      (d) => {
        d.describe(d.entry(0), { ...at(0), flags: WRITE | NEXT, next: 1 });
        d.describe(d.entry(1), { ...at(64), flags: 0, next: 0 });
      },
    ],
    [
      "length",
      false,
      (d) => {
        d.describe(d.entry(0), { ...at(0, 0xffff_ffff), flags: NEXT, next: 1 });
        d.describe(d.entry(1), { ...at(0, 2), flags: 0, next: 0 });
      },
    ],
    ["index", false, (d, memory) => memory.view.setUint16(d.layout.driver + 2, 6, true)],
  ];
  test.each(cases)("%s (indirect: %s)", (fault, indirect, make) => {
    const { memory, driver, queue } = rig(SPLIT, { size: 4, indirect });
    driver.offer(0);
    make(driver, memory);
    expect(queue.pop()).toEqual({ fault });
    expect(queue.pop()).toEqual({ fault });
  });

  test("head", () => {
    const { driver, queue } = rig(SPLIT, { size: 4 });
    driver.offer(4);
    expect(queue.pop()).toEqual({ fault: "head" });
  });

  test("more buffers in flight than the queue has", () => {
    const { driver, queue } = rig(SPLIT, { size: 2 });
    driver.offer(0);
    driver.offer(0);
    queue.pop();
    queue.pop();
    driver.offer(0);
    expect(queue.pop()).toEqual({ fault: "index" });
  });
});

test("a split queue's notifications are not held back by the flag with the event index (2.7.7.2)", () => {
  for (const eventIndex of [false, true]) {
    const { memory, driver, queue, pop } = rig(SPLIT, { size: 4, eventIndex });
    memory.view.setUint16(driver.layout.driver, 1, true);
    driver.add([at(0)], []);
    queue.push(pop(), 0);
    expect(queue.notify()).toBe(eventIndex);
  }
});

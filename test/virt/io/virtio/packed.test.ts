/** What packed queues have and split ones have not. */
import { describe, expect, test } from "vitest";
import type { DriverOptions } from "../../../../src/virt/io/virtio/driver/driver.ts";
import { AVAIL, EVENT_FLAGS, EVENTS, USED } from "../../../../src/virt/io/virtio/packed.ts";
import { at, PACKED, rig } from "./formats.ts";

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

describe("packed alone", () => {
  const packed = (options: DriverOptions) => rig(PACKED, options);

  test("nothing is taken before AVAIL has changed and USED has not (2.8.15)", () => {
    const { driver, queue } = packed({ size: 4 });
    for (const flags of [0, USED, AVAIL | USED]) {
      driver.describe(driver.entry(0), { ...at(0), id: 0, flags });
      expect([flags, queue.pop()]).toEqual([flags, undefined]);
    }
    driver.describe(driver.entry(0), { ...at(0), id: 9, flags: AVAIL });
    expect(queue.pop()).toMatchObject({ id: 9 });
  });

  test("a list is used by one descriptor, at its place in the order of completion, and nothing else is written", () => {
    const { memory, driver, queue, pop } = packed({ size: 8 });
    driver.add([at(0x100), at(0x200)], [at(0x300)]);
    const [id, before] = [driver.add([at(0x400)], []), memory.bytes.slice()];
    pop();
    queue.push(pop(), 0);
    const changed = [...before.keys()].filter((i) => before[i] !== memory.bytes[i]);
    // The second buffer completes first: its used descriptor is where the first list begins. Address: untouched.
    expect(changed.every((i) => i >= 8 && i < 16)).toBe(true);
    expect([memory.view.getUint16(12, true), memory.view.getUint16(14, true)]).toEqual([id, AVAIL | USED]);
  });

  test("WRITE says whether anything was written, without it the length is nothing (2.8.4)", () => {
    const { memory, driver, queue, pop } = packed({ size: 2 });
    driver.add([at(0)], []);
    queue.push(pop(), 0);
    memory.view.setUint32(8, 77, true);
    expect(driver.next()?.written).toBe(0);
  });

  test("of an indirect table all flags but WRITE are ignored, and so is WRITE of the descriptor that leads to it (2.8.7)", () => {
    const { driver, queue } = packed({ size: 4, indirect: true });
    driver.describe(0x8000, { ...at(0x1000), id: 5, flags: NEXT | INDIRECT | AVAIL });
    driver.describe(0x8010, { ...at(0x2000), id: 6, flags: WRITE });
    driver.describe(driver.entry(0), { ...at(0x8000, 32), id: 2, flags: AVAIL | INDIRECT | WRITE });
    expect(queue.pop()).toEqual({ id: 2, slots: 1, readable: [at(0x1000)], writable: [at(0x2000)] });
  });

  test.each([
    ["an indirect table in a list", [NEXT, INDIRECT], "indirect"],
    ["an indirect table that a list follows", [INDIRECT | NEXT, 0], "indirect"],
    ["what is read after what is written", [WRITE | NEXT, 0], "order"],
    ["a list that goes round the ring", [NEXT, NEXT, NEXT, NEXT], "loop"],
  ] as const)("%s is refused", (_, flags, fault) => {
    const { driver, queue } = packed({ size: 4, indirect: true });
    for (const [i, flag] of flags.entries())
      driver.describe(driver.entry(i), { ...at(0x8000), id: 0, flags: flag | AVAIL });
    expect([queue.pop(), queue.pop()]).toEqual([{ fault }, { fault }]);
  });

  test("a descriptor that the device has cannot be made available once more", () => {
    const { driver, queue, pop } = packed({ size: 2 });
    for (const i of [0, 1]) driver.describe(driver.entry(i), { ...at(0), id: i, flags: AVAIL });
    expect([pop().id, pop().id]).toEqual([0, 1]);
    driver.describe(driver.entry(0), { ...at(0), id: 0, flags: USED });
    expect(queue.pop()).toEqual({ fault: "index" });
  });

  test("events are sent always, never, or at an offset that was negotiated; what is reserved holds nothing back (2.8.10)", () => {
    for (const [eventIndex, flags, told] of [
      [false, EVENTS.always, true],
      [false, EVENTS.never, false],
      [false, EVENTS.at, true],
      [true, EVENTS.never, false],
      [true, EVENTS.at, false],
      [true, 3, true],
    ] as const) {
      const { memory, driver, queue, pop } = packed({ size: 4, eventIndex });
      memory.view.setUint16(driver.layout.driver, 0x8003, true);
      memory.view.setUint16(driver.layout.driver + EVENT_FLAGS, flags, true);
      driver.add([at(0)], []);
      queue.push(pop(), 0);
      expect([eventIndex, flags, queue.notify()]).toEqual([eventIndex, flags, told]);
    }
  });
});

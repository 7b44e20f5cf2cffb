import { describe, expect, test } from "vitest";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { type DriverOptions, SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import type { Chain } from "../../../../src/virt/io/virtio/queue.ts";
import { splitQueue } from "../../../../src/virt/io/virtio/split.ts";

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

function rig(options: DriverOptions) {
  const memory = new DriverMemory(1 << 16);
  const driver = new SplitDriver(memory, options);
  const queue = splitQueue(driver.layout, memory.dma);
  const pop = () => queue.pop() as Chain;
  return { memory, driver, queue, pop };
}
const at = (address: number, length = 16) => ({ address, length });

describe("buffers", () => {
  test("come in order, with what may be read before what may be written", () => {
    const { driver, pop } = rig({ size: 8 });
    const first = driver.add([at(0x1000), at(0x2000)], [at(0x3000, 512)]);
    const second = driver.add([], [at(0x4000)]);
    expect(pop()).toEqual({
      id: first,
      slots: 3,
      readable: [at(0x1000), at(0x2000)],
      writable: [at(0x3000, 512)],
    });
    expect(pop()).toMatchObject({ id: second, readable: [] });
    expect(pop()).toBeUndefined();
  });

  test("go back in any order, with what was written", () => {
    const { driver, queue, pop } = rig({ size: 4 });
    const ids = [driver.add([at(0)], []), driver.add([], [at(64)])];
    const [a, b] = [pop(), pop()];
    queue.push(b, 9);
    queue.push(a, 0);
    expect([driver.next(), driver.next(), driver.next()]).toEqual([
      { id: ids[1], written: 9 },
      { id: ids[0], written: 0 },
      undefined,
    ]);
  });

  test("come after the index has wrapped, more than once", () => {
    const { driver, queue, pop } = rig({ size: 2, eventIndex: true });
    for (let i = 0; i < 140_000; i++) {
      const id = driver.add([at(i & 0xff)], []);
      if (!driver.kickNeeded()) throw new Error(`kick ${i}`);
      const chain = pop();
      if (chain.id !== id) throw new Error(`buffer ${i}`);
      queue.push(chain, 0);
      driver.listen(true);
      if (driver.next()?.id !== id) throw new Error(`used ${i}`);
    }
  });

  test("of an indirect table, after descriptors of the ring, are one chain (2.7.5.3.2)", () => {
    const { memory, driver, pop } = rig({ size: 4, indirect: true });
    driver.describe(0x8000, { ...at(0x2000), flags: WRITE | NEXT, next: 1 });
    driver.describe(0x8010, { ...at(0x3000), flags: WRITE, next: 0 });
    driver.describe(driver.entry(0), { ...at(0x1000), flags: NEXT, next: 1 });
    driver.describe(driver.entry(1), { ...at(0x8000, 32), flags: INDIRECT | WRITE, next: 0 });
    driver.offer(0);
    expect(memory.bytes.length).toBe(1 << 16);
    expect(pop()).toEqual({ id: 0, slots: 2, readable: [at(0x1000)], writable: [at(0x2000), at(0x3000)] });
  });
});

describe("a queue that breaks the rules is told by name", () => {
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
    const { memory, driver, queue } = rig({ size: 4, indirect });
    driver.offer(0);
    make(driver, memory);
    expect(queue.pop()).toEqual({ fault });
    expect(queue.pop()).toEqual({ fault });
  });

  test("head", () => {
    const { driver, queue } = rig({ size: 4 });
    driver.offer(4);
    expect(queue.pop()).toEqual({ fault: "head" });
  });

  test("a ring outside of memory", () => {
    const { memory, driver } = rig({ size: 4 });
    const queue = splitQueue({ ...driver.layout, driver: 2 ** 33, device: 2 ** 33 }, memory.dma);
    expect(queue.pop()).toEqual({ fault: "outside" });
    expect(queue.push({ id: 0, slots: 1, readable: [], writable: [] }, 0)).toBe(false);
    expect(queue.listen(false)).toBe(false);
  });

  test("more buffers in flight than the queue has", () => {
    const { driver, queue } = rig({ size: 2 });
    driver.offer(0);
    driver.offer(0);
    queue.pop();
    queue.pop();
    driver.offer(0);
    expect(queue.pop()).toEqual({ fault: "index" });
  });
});

describe("notifications", () => {
  test.each([false, true])("are one for what was pushed since the last (event index: %s)", (eventIndex) => {
    const { driver, queue, pop } = rig({ size: 4, eventIndex });
    driver.add([at(0)], []);
    driver.add([at(0)], []);
    expect(queue.notify()).toBe(false);
    queue.push(pop(), 0);
    queue.push(pop(), 0);
    expect([queue.notify(), queue.notify()]).toEqual([true, false]);
  });

  test("are not sent when the flag says so, which counts without the event index only (2.7.7.2)", () => {
    for (const eventIndex of [false, true]) {
      const { memory, driver, queue, pop } = rig({ size: 4, eventIndex });
      memory.view.setUint16(driver.layout.driver, 1, true);
      driver.add([at(0)], []);
      queue.push(pop(), 0);
      expect(queue.notify()).toBe(eventIndex);
    }
  });

  test("come when used_event is passed", () => {
    const { driver, queue, pop } = rig({ size: 8, eventIndex: true });
    driver.listen(true, 2);
    const told = [0, 1, 2, 3].map(() => {
      driver.add([at(0)], []);
      queue.push(pop(), 0);
      return queue.notify();
    });
    expect(told).toEqual([false, false, true, false]);
  });

  test.each([false, true])(
    "of the driver stop while the device does not listen (event index: %s)",
    (eventIndex) => {
      const { memory, driver, queue, pop } = rig({ size: 8, eventIndex });
      const offer = () => {
        driver.add([at(0)], []);
        return driver.kickNeeded();
      };
      queue.listen(true);
      expect(offer()).toBe(true);
      queue.listen(false);
      pop();
      expect(offer()).toBe(false);
      pop();
      queue.listen(true);
      expect(offer()).toBe(true);
      // 2.7.10.2: with the event index the flags stay 0.
      if (eventIndex) expect(memory.view.getUint16(driver.layout.device, true)).toBe(0);
    },
  );
});

test("a queue goes on from another's position", () => {
  const { memory, driver, queue, pop } = rig({ size: 4, eventIndex: true });
  driver.add([at(0)], []);
  const second = driver.add([at(0)], []);
  queue.push(pop(), 0);
  const again = splitQueue(driver.layout, memory.dma, queue.position());
  expect(again.pop()).toMatchObject({ id: second });
  expect(again.notify()).toBe(true);
});

test("a size that is no power of 2 is refused", () => {
  const { memory, driver } = rig({ size: 4 });
  expect(() => splitQueue({ ...driver.layout, size: 3 }, memory.dma)).toThrow("a power of 2 up to 32768");
});

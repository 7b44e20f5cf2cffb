/**
 * One suite for both formats of a virtqueue: what the contract promises, each with its mock driver. What a format alone has is in its own
 * test; a skip carries its reason.
 */
import { describe, expect, test } from "vitest";
import type { DriverOptions, QueueDriverClass } from "../../../../src/virt/io/virtio/driver/driver.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { splitQueue } from "../../../../src/virt/io/virtio/split.ts";
import { at, type Format, PACKED, rig, SPLIT } from "./formats.ts";

describe.each([
  ["split", SPLIT],
  ["packed", PACKED],
] as const)("%s", (_, format) => {
  const own = (options: DriverOptions) => rig(format as Format<QueueDriverClass>, options);
  const check = (name: string, run: () => void) => {
    const reason = format.skip[name];
    if (reason === undefined) test(name, run);
    else test.skip(`${name}: ${reason}`, run);
  };

  describe("buffers", () => {
    check("come in order, with what may be read before what may be written", () => {
      const { driver, pop } = own({ size: 8 });
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

    check("go back in any order, with what was written", () => {
      const { driver, queue, pop } = own({ size: 8 });
      const ids = [driver.add([at(0), at(32)], []), driver.add([], [at(64)])];
      const [a, b] = [pop(), pop()];
      queue.push(b, 9);
      queue.push(a, 0);
      expect([driver.next(), driver.next(), driver.next()]).toEqual([
        { id: ids[1], written: 9 },
        { id: ids[0], written: 0 },
        undefined,
      ]);
    });

    check("come after the ring has wrapped, many times, also lists that wrap and go back disordered", () => {
      const { driver, queue, pop } = own({ size: 4, eventIndex: true });
      for (let i = 0; i < 35_000; i++) {
        const lengths = i % 3 === 0 ? [1, 2] : i % 3 === 1 ? [3, 1] : [1, 1];
        const ids = lengths.map((length) => driver.add(new Array(length).fill(at(i & 0xff)), []));
        if (!driver.kickNeeded()) throw new Error(`kick ${i}`);
        const chains = lengths.map(pop);
        if (chains.some(({ id, readable }, k) => id !== ids[k] || readable.length !== lengths[k]))
          throw new Error(`buffers ${i}`);
        if (i & 1) chains.reverse();
        for (const chain of chains) queue.push(chain, 0);
        if (!queue.notify()) throw new Error(`notification ${i}`);
        for (const { id } of chains) if (driver.next()?.id !== id) throw new Error(`used ${i}`);
        driver.listen(true);
      }
    });

    check("of a ring whose size is no power of 2", () => {
      const { driver, queue, pop } = own({ size: 3, eventIndex: true });
      for (let i = 0; i < 20; i++) {
        const ids = [driver.add([at(i)], [at(i + 64)]), driver.add([at(i + 1)], [])];
        expect([driver.kickNeeded(), driver.add([at(0)], [])]).toEqual([true, undefined]);
        for (const id of ids) {
          const chain = pop();
          expect(chain.id).toBe(id);
          queue.push(chain, 1);
        }
        expect([queue.notify(), driver.next()?.id, driver.next()?.id]).toEqual([true, ...ids]);
        driver.listen(true);
      }
    });

    check("are no more than the queue has room for", () => {
      const { driver, queue, pop } = own({ size: 2 });
      const first = driver.add([at(0)], []);
      expect([driver.add([at(0)], [at(16)]), driver.add([at(0)], [])]).toEqual([
        undefined,
        expect.any(Number),
      ]);
      expect(driver.add([at(0)], [])).toBeUndefined();
      queue.push(pop(), 0);
      expect([driver.next()?.id, driver.add([at(0)], [])]).toEqual([first, first]);
    });

    check("in an indirect table take one descriptor of the ring", () => {
      const { driver, queue, pop } = own({ size: 4, indirect: true });
      const id = driver.add([at(0x1000)], [at(0x2000), at(0x3000)], 0x8000);
      expect(pop()).toEqual({
        ...{ id, slots: 1 },
        readable: [at(0x1000)],
        writable: [at(0x2000), at(0x3000)],
      });
      queue.push({ id: id as number, slots: 1, readable: [], writable: [] }, 7);
      expect(driver.next()).toEqual({ id, written: 7 });
    });

    check("longer than the queue are refused, also in an indirect table", () => {
      const { driver, queue } = own({ size: 4, indirect: true });
      driver.add(new Array(5).fill(at(0)), [], 0x8000);
      expect(queue.pop()).toEqual({ fault: "loop" });
      expect(queue.pop()).toEqual({ fault: "loop" });
    });

    check("with what is read after what is written, and with more than 2^32 bytes, are refused", () => {
      for (const [table, fault] of [
        [[0xffff_ffff, 2], "length"],
        [[16, 16], "order"],
      ] as const) {
        const { memory, driver, queue } = own({ size: 4, indirect: true });
        driver.add([at(0, table[0])], [at(64, table[1])], 0x8000);
        // Of a packed table the flags are in the last half-word, of a split one in the one before.
        const flags = format === PACKED ? 14 : 12;
        if (fault === "order") memory.view.setUint16(0x8000 + flags, format === PACKED ? 2 : 3, true);
        if (fault === "order") memory.view.setUint16(0x8010 + flags, 0, true);
        expect(queue.pop()).toEqual({ fault });
      }
    });

    check(
      "in indirect tables that were not negotiated, are empty, no whole descriptors, or outside are refused",
      () => {
        for (const [indirect, address, length, fault] of [
          [false, 0x8000, 16, "indirect"],
          [true, 0x8000, 0, "indirect"],
          [true, 0x8000, 17, "indirect"],
          [true, 2 ** 40, 16, "outside"],
        ] as const) {
          const { memory, driver, queue } = own({ size: 4, indirect });
          driver.add([at(0)], [], 0x8000);
          const { descriptors } = driver.layout;
          memory.view.setUint32(descriptors + 4, address / 2 ** 32, true);
          memory.view.setUint32(descriptors + 8, length, true);
          expect([indirect, address, length, queue.pop()]).toEqual([indirect, address, length, { fault }]);
        }
      },
    );

    check("of a ring outside of memory are refused", () => {
      const { memory, driver } = own({ size: 4, eventIndex: true });
      const beyond = 2 ** 33;
      const queue = format.make(
        { ...driver.layout, descriptors: beyond, driver: beyond, device: beyond },
        memory.dma,
      );
      expect(queue.pop()).toEqual({ fault: "outside" });
      expect(queue.push({ id: 0, slots: 1, readable: [], writable: [] }, 0)).toBe(false);
      expect([queue.listen(false), queue.listen(true)]).toEqual([format === SPLIT, false]);
    });
  });

  describe("notifications", () => {
    describe.each([false, true])("event index: %s", (eventIndex) => {
      check("are one for what was pushed since the last", () => {
        const { driver, queue, pop } = own({ size: 4, eventIndex });
        driver.add([at(0)], []);
        driver.add([at(0)], []);
        expect(queue.notify()).toBe(false);
        queue.push(pop(), 0);
        queue.push(pop(), 0);
        expect([queue.notify(), queue.notify()]).toEqual([true, false]);
      });

      check("of the driver stop while the device does not listen", () => {
        const { memory, driver, queue, pop } = own({ size: 8, eventIndex });
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
        if (format === SPLIT && eventIndex) expect(memory.view.getUint16(driver.layout.device, true)).toBe(0);
      });

      check("are held back while the driver does not listen", () => {
        const { memory, driver, queue, pop } = own({ size: 4, eventIndex });
        // With the event index a split queue has nothing to say so: an event that was passed is as good.
        driver.listen(true, 3);
        driver.listen(false);
        driver.add([at(0)], []);
        queue.push(pop(), 0);
        expect(queue.notify()).toBe(false);
        if (format === SPLIT)
          expect(memory.view.getUint16(driver.layout.driver, true)).toBe(eventIndex ? 0 : 1);
      });

      check("come for every buffer to a driver that listens for the next", () => {
        const { driver, queue, pop } = own({ size: 4, eventIndex });
        for (let i = 0; i < 40; i++) {
          driver.listen(true);
          driver.add([at(0)], []);
          queue.push(pop(), 0);
          expect([i, queue.notify()]).toEqual([i, true]);
          driver.next();
        }
      });
    });

    check("come when the event that the driver waits for is passed", () => {
      const { driver, queue, pop } = own({ size: 8, eventIndex: true });
      driver.listen(true, 2);
      const told = [0, 1, 2, 3].map(() => {
        driver.add([at(0)], []);
        queue.push(pop(), 0);
        return queue.notify();
      });
      expect(told).toEqual([false, false, true, false]);
    });
  });

  check("a queue goes on from another's position, with buffers that the other had taken", () => {
    const { memory, driver, queue, pop } = own({ size: 4, eventIndex: true });
    const ids = [0, 1, 2].map(() => driver.add([at(0)], []));
    queue.push(pop(), 0);
    const taken = pop();
    const again = format.make(driver.layout, memory.dma, queue.position());
    expect(again.pop()).toMatchObject({ id: ids[2] });
    again.push(taken, 0);
    expect([again.notify(), driver.next()?.id, driver.next()?.id, driver.next()]).toEqual([
      ...[true, ids[0], ids[1]],
      undefined,
    ]);
  });

  check("a size that no queue has is refused", () => {
    const { memory, driver } = own({ size: 4 });
    for (const size of [0, 32769])
      expect(() => format.make({ ...driver.layout, size }, memory.dma)).toThrow("32768");
    if (format === SPLIT)
      expect(() => splitQueue({ ...driver.layout, size: 3 }, memory.dma)).toThrow("a power of 2 up to 32768");
  });

  check("a driver puts its parts where their alignment is, and starts them as zeroes", () => {
    const memory = new DriverMemory(1 << 12);
    memory.take(1, 1);
    const { descriptors, driver, device } = new format.Driver(memory, { size: 3 }).layout;
    const alignment = format === SPLIT ? [16, 2, 4] : [16, 4, 4];
    expect([descriptors, driver, device].map((address, i) => address % (alignment[i] as number))).toEqual([
      0, 0, 0,
    ]);
    expect(memory.bytes.some(Boolean)).toBe(false);
  });

  check(
    "a driver is not confused by a notification too many, and refuses a buffer that the device does not have",
    () => {
      const { driver, queue, pop } = own({ size: 4 });
      driver.add([at(0)], []);
      expect([driver.next(), driver.next()]).toEqual([undefined, undefined]);
      const chain = pop();
      queue.push({ ...chain, id: 3 }, 0);
      expect(() => driver.next()).toThrow("the device gave back buffer 3");
    },
  );
});

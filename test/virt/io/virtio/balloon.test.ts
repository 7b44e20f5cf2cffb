import { expect, test } from "vitest";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";
import { BALLOON, VirtioBalloon } from "../../../../src/virt/io/virtio/balloon.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { STATUS, VERSION_1 } from "../../../../src/virt/io/virtio/features.ts";
import { bringUp } from "./support.ts";

const INFLATE = 0;
const DEFLATE = 1;
const STATS = 2;
const AT = 0x4000;

function rig(features = VERSION_1 | BALLOON.stats) {
  const memory = new DriverMemory(1 << 16);
  const drivers = [0, 1, 2].map(() => new SplitDriver(memory, { size: 8 }));
  const host: [string, readonly number[]][] = [];
  const device = new VirtioBalloon({
    dma: memory.dma,
    memory: {
      pages: 5000,
      give: (pages) => host.push(["give", pages]),
      take: (pages) => host.push(["take", pages]),
    },
  });
  const told: (number | string)[] = [];
  device.onUsed = (queue) => told.push(queue);
  device.onConfigChange = () => told.push("config");
  bringUp(
    device,
    drivers.map(({ layout }) => layout),
    features,
  );
  const move = (queue: number, pages: number[]) => {
    for (const [i, page] of pages.entries()) memory.view.setUint32(AT + 4 * i, page, true);
    drivers[queue]?.add([{ address: AT, length: 4 * pages.length }], []);
    device.kick(queue);
    return drivers[queue]?.next();
  };
  const tell = (...stats: [tag: number, value: number][]) => {
    for (const [i, [tag, value]] of stats.entries()) {
      memory.view.setUint16(AT + 10 * i, tag, true);
      memory.view.setBigUint64(AT + 10 * i + 2, BigInt(value), true);
    }
    drivers[STATS]?.add([{ address: AT, length: 10 * stats.length }], []);
    device.kick(STATS);
  };
  return { memory, drivers, device, host, told, move, tell };
}

test("tells the host of pages given and taken back, each once", () => {
  const { host, move, told } = rig();
  expect(move(INFLATE, [3, 9, 3, 5000, 0xffffffff])).toMatchObject({ written: 0 });
  move(DEFLATE, [9, 4, 9]);
  move(INFLATE, [9]);
  expect(host).toEqual([
    ["give", [3, 9]],
    ["take", [9]],
    ["give", [9]],
  ]);
  expect(told).toEqual([INFLATE, DEFLATE, INFLATE]);
});

test("a long array comes to the host in pieces, all of it", () => {
  const { host, move } = rig();
  move(
    INFLATE,
    Array.from({ length: 2500 }, (_, i) => i),
  );
  expect(host.flatMap(([, pages]) => pages)).toEqual(Array.from({ length: 2500 }, (_, i) => i));
});

test("the host's wish is a configuration change, and the driver says how far it has come", () => {
  const { device, told } = rig();
  device.setTarget(300);
  expect([told, device.config[0], device.config[1]]).toEqual([["config"], 44, 1]);
  device.writeConfig(4, 299, 4);
  device.writeConfig(0, 7, 4);
  expect([device.actual, device.config[0]]).toEqual([299, 44]);
});

test("statistics come when they are asked for, unknown tags are ignored (5.5.6.3)", () => {
  const { device, drivers, told, tell } = rig();
  expect(device.askStats()).toBe(false);
  tell();
  expect(told).toEqual([]);
  expect(device.askStats()).toBe(true);
  expect([told, drivers[STATS]?.next()]).toEqual([[STATS], { id: expect.any(Number), written: 0 }]);
  tell([5, 2 ** 33], [77, 1], [4, 4096]);
  expect([...device.stats]).toEqual([
    ["total", 2 ** 33],
    ["free", 4096],
  ]);
});

test("without the feature there is no queue for statistics", () => {
  const { device, tell } = rig(VERSION_1);
  tell([4, 1]);
  expect([device.stats.size, device.askStats()]).toEqual([0, false]);
});

test("a reset gives all pages back", () => {
  const { device, host, move } = rig();
  move(INFLATE, [1, 2]);
  device.writeConfig(4, 2, 4);
  device.setStatus(0);
  device.setStatus(0);
  expect([host.at(-1), host.length, device.actual]).toEqual([["take", [1, 2]], 2, 0]);
});

test("goes on from its snapshot, with the buffer for statistics that it keeps", () => {
  const { device, drivers, host, move, tell } = rig();
  move(INFLATE, [1]);
  tell([4, 12]);
  const out = new StateWriter();
  device.save(out);
  move(DEFLATE, [1]);
  device.load(new StateReader(out.finish()));
  expect(device.stats.get("free")).toBe(12);
  expect([device.askStats(), drivers[STATS]?.next()?.written]).toEqual([true, 0]);
  device.setStatus(0);
  expect(host.at(-1)).toEqual(["take", [1]]);
});

test("numbers outside of memory need a reset", () => {
  const { device, drivers } = rig();
  drivers[INFLATE]?.add([{ address: 0xfff0, length: 64 }], []);
  device.kick(INFLATE);
  expect(device.status & STATUS.needsReset).toBe(STATUS.needsReset);
});

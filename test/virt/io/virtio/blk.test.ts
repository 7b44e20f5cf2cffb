import { expect, test } from "vitest";
import { Clock } from "../../../../src/machine/clock.ts";
import { Disk } from "../../../../src/machine/devices/disk.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";
import { type DiskBackendOptions, diskBackend } from "../../../../src/virt/io/block/disk.ts";
import { BLK_STATUS, BLK_TYPE, VirtioBlk } from "../../../../src/virt/io/virtio/blk.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { STATUS, VERSION_1 } from "../../../../src/virt/io/virtio/features.ts";

const HEADER = 0x8000;
const DATA = 0x9000;
const ANSWER = 0xa000;

function rig(options: DiskBackendOptions = {}, start = true) {
  const memory = new DriverMemory(1 << 16);
  const driver = new SplitDriver(memory, { size: 64 });
  const disk = new Disk(Uint8Array.from({ length: 2048 }, (_, i) => i >> 9));
  const device = new VirtioBlk({ dma: memory.dma, disk: diskBackend(disk, options) });
  const told: string[] = [];
  device.onUsed = () => told.push("used");
  device.onConfigChange = () => told.push("config");
  const bringUp = (features = VERSION_1) => {
    device.setStatus(STATUS.acknowledge);
    device.setStatus(STATUS.acknowledge | STATUS.driver);
    device.accept(features);
    device.setStatus(STATUS.acknowledge | STATUS.driver | STATUS.featuresOk);
    const { descriptors, driver: available, device: used, size } = driver.layout;
    Object.assign(device.queues[0] as object, { size, descriptors, driver: available, device: used });
    device.enable(0);
    device.setStatus(device.status | STATUS.driverOk);
  };
  if (start) bringUp();
  /** A request; `out`: bytes after the header, `into`: bytes before the status. */
  const request = (type: number, sector: number, out: number[] | Uint8Array, into: number) => {
    memory.view.setUint32(HEADER, type, true);
    memory.view.setUint32(HEADER + 8, sector, true);
    memory.bytes.set(out, HEADER + 16);
    memory.bytes[ANSWER] = 0xff;
    driver.add(
      [
        { address: HEADER, length: 5 },
        { address: HEADER + 5, length: 11 + out.length },
      ],
      [
        { address: DATA, length: into },
        { address: ANSWER, length: 1 },
      ],
    );
    device.kick(0);
    return memory.bytes[ANSWER];
  };
  return { memory, driver, device, disk, told, request, bringUp };
}
const range = (sector: number, sectors: number, flags = 0) => {
  const bytes = new Uint8Array(16);
  new Uint32Array(bytes.buffer).set([sector, 0, sectors, flags]);
  return bytes;
};

test("reads, writes and tells the driver how much it has written", () => {
  const { memory, driver, disk, told, request } = rig();
  expect(request(BLK_TYPE.in, 1, [], 1024)).toBe(BLK_STATUS.ok);
  expect([memory.bytes[DATA], memory.bytes[DATA + 512]]).toEqual([1, 2]);
  expect(driver.next()).toMatchObject({ written: 1025 });
  expect(request(BLK_TYPE.out, 3, new Uint8Array(512).fill(7), 0)).toBe(BLK_STATUS.ok);
  expect(driver.next()).toMatchObject({ written: 1 });
  expect(disk.contents()[3 * 512]).toBe(7);
  expect(told).toEqual(["used", "used"]);
});

test("its configuration says what it can do, and zeroes between", () => {
  const { device } = rig({}, false);
  const words = Array.from({ length: 15 }, (_, i) => device.readConfig(4 * i, 4));
  const said = [4, 0, 0, 126, 0, 512, 0, 0, 0, 1 << 20, 1, 1, 1 << 20, 1, 0];
  expect(words).toEqual(said);
});

test("flushes, discards, writes zeroes and says who it is", () => {
  const { memory, disk, request } = rig();
  expect(request(BLK_TYPE.flush, 0, [], 0)).toBe(BLK_STATUS.ok);
  expect(request(BLK_TYPE.discard, 0, range(0, 1), 0)).toBe(BLK_STATUS.ok);
  expect(request(BLK_TYPE.writeZeroes, 0, range(1, 2), 0)).toBe(BLK_STATUS.ok);
  expect(disk.contents().subarray(512, 1536).some(Boolean)).toBe(false);
  expect(request(BLK_TYPE.getId, 0, [], 20)).toBe(BLK_STATUS.ok);
  expect(new TextDecoder().decode(memory.bytes.subarray(DATA, DATA + 7))).toBe("ringlab");
});

test("refuses what it does not know, what is beyond the end, and parts of sectors", () => {
  const { request } = rig();
  expect(request(99, 0, [], 0)).toBe(BLK_STATUS.unsupported);
  expect(request(BLK_TYPE.discard, 0, range(0, 1, 1), 0)).toBe(BLK_STATUS.unsupported);
  expect(request(BLK_TYPE.in, 4, [], 512)).toBe(BLK_STATUS.ioError);
  expect(request(BLK_TYPE.in, 0, [], 100)).toBe(BLK_STATUS.ioError);
  expect(request(BLK_TYPE.writeZeroes, 0, range(3, 2), 0)).toBe(BLK_STATUS.ioError);
});

test("writes nothing to a disk that is read-only (5.2.6.2)", () => {
  const { disk, request } = rig({ readOnly: true });
  expect(request(BLK_TYPE.out, 0, new Uint8Array(512), 0)).toBe(BLK_STATUS.ioError);
  expect(disk.changed).toBe(0);
});

test("needs a reset after a broken queue, says so once, and works again after it", () => {
  const { driver, device, told, bringUp } = rig();
  driver.add([{ address: HEADER, length: 3 }], []);
  device.kick(0);
  device.kick(0);
  expect(device.status & STATUS.needsReset).toBe(STATUS.needsReset);
  expect(told).toEqual(["config"]);
  device.setStatus(0);
  expect(device.status).toBe(0);
  expect(device.queues[0]).toMatchObject({ enabled: false, live: undefined, size: 128 });
  bringUp();
  expect(device.live).toBe(true);
});

test("takes no features that were not offered, and none late (2.2.2, 3.1.1)", () => {
  const { device, bringUp } = rig({}, false);
  bringUp(VERSION_1 | (1n << 60n));
  expect(device.status & STATUS.featuresOk).toBe(0);
  expect(device.live).toBe(false);
  device.reset();
  bringUp();
  device.accept(0n);
  expect(device.accepted).toBe(VERSION_1);
});

test("consumes nothing before DRIVER_OK (2.1.2)", () => {
  const { device, driver, told, request } = rig({}, false);
  expect(request(BLK_TYPE.flush, 0, [], 0)).toBe(0xff);
  expect([driver.next(), told, device.queues[0]?.requests]).toEqual([undefined, [], 0]);
});

test("answers when the disk does, and a reset leaves the answer to nobody", () => {
  const clock = new Clock();
  const { device, driver, told, request } = rig({ latency: { clock, cycles: 1000 } });
  expect(request(BLK_TYPE.flush, 0, [], 0)).toBe(0xff);
  clock.charge(1000);
  clock.advance();
  expect([driver.next()?.written, told]).toEqual([1, ["used"]]);
  request(BLK_TYPE.flush, 0, [], 0);
  device.setStatus(0);
  clock.charge(1000);
  clock.advance();
  expect([driver.next(), told]).toEqual([undefined, ["used"]]);
});

test("what the disk has not answered at a snapshot is asked again after it, and answered once", () => {
  const [clock, later] = [new Clock(), new Clock()];
  const { memory, device, driver, request } = rig({ latency: { clock, cycles: 1000 } });
  request(BLK_TYPE.in, 2, [], 512);
  const out = new StateWriter();
  device.save(out);
  const disk = new Disk(Uint8Array.from({ length: 2048 }, (_, i) => i >> 9));
  const cycles = 1000;
  const other = new VirtioBlk({
    dma: memory.dma,
    disk: diskBackend(disk, { latency: { clock: later, cycles } }),
  });
  other.load(new StateReader(out.finish()));
  expect(driver.next()).toBeUndefined();
  later.charge(cycles);
  later.advance();
  expect(memory.bytes.subarray(DATA, DATA + 512).every((byte) => byte === 2)).toBe(true);
  expect([driver.next()?.written, driver.next()]).toEqual([513, undefined]);
});

test("a snapshot taken back leaves the requests after it to nobody", () => {
  const clock = new Clock();
  const { device, driver, request } = rig({ latency: { clock, cycles: 1000 } });
  request(BLK_TYPE.flush, 0, [], 0);
  const out = new StateWriter();
  device.save(out);
  device.load(new StateReader(out.finish()));
  clock.charge(1000);
  clock.advance();
  clock.charge(1000);
  clock.advance();
  expect([driver.next()?.written, driver.next()]).toEqual([1, undefined]);
  expect(device.queues[0]?.inFlight.size).toBe(0);
});

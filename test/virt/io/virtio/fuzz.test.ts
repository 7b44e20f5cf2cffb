/**
 * Hostile drivers. What a device may write is known without asking it: descriptors that it may write point into one region or out of
 * memory, whatever else they say, so a write anywhere but there and to the used ring is one that nobody allowed.
 *
 * RINGLAB_VIRTIO_OPS: operations; the default is a slice.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { Disk } from "../../../../src/machine/devices/disk.ts";
import { cable } from "../../../../src/machine/devices/network.ts";
import type { Dma } from "../../../../src/machine/dma.ts";
import { diskBackend } from "../../../../src/virt/io/block/disk.ts";
import { VirtioBlk } from "../../../../src/virt/io/virtio/blk.ts";
import type { VirtioDevice } from "../../../../src/virt/io/virtio/device.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { VERSION_1 } from "../../../../src/virt/io/virtio/features.ts";
import { VirtioNet } from "../../../../src/virt/io/virtio/net.ts";
import { bringUp } from "./support.ts";

const OPS = Number(process.env.RINGLAB_VIRTIO_OPS ?? 60_000);
const SIZE = 8;
const MEMORY = 1 << 14;
/** Tables and what a device may read are below, what it may write is from here to the end. */
const WRITABLE = 0x3000;
const TABLES = 0x2000;

function fuzz(seed: number, ops: number, make: (dma: Dma) => { device: VirtioDevice; outside: () => void }) {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const memory = new DriverMemory(MEMORY);
  const drivers = [0, 1].map(
    () => new SplitDriver(memory, { size: SIZE, indirect: draw(2) === 0, eventIndex: draw(2) === 0 }),
  );
  let writes = 0;
  const guarded: Dma = {
    read: (at, into) => memory.dma.read(at, into),
    write(at, bytes) {
      writes++;
      const inRing = drivers.some(
        ({ layout }) => at >= layout.device && at + bytes.length <= layout.device + 6 + 8 * SIZE,
      );
      if (!inRing && at < WRITABLE && bytes.length > 0)
        throw new Error(`seed ${seed}: ${bytes.length} bytes written at ${at}`);
      return memory.dma.write(at, bytes);
    },
  };
  const { device, outside } = make(guarded);
  const layouts = drivers.map(({ layout }) => layout);
  const used = layouts.slice(0, device.queues.length);
  const features = () => VERSION_1 | (BigInt(draw(4)) << 28n);
  bringUp(device, used, features());
  const address = (write: boolean) => {
    const kind = draw(16);
    if (kind === 0) return MEMORY + draw(4096);
    if (kind === 1) return 2 ** 53 + draw(4096);
    return write ? WRITABLE + draw(MEMORY - WRITABLE) : draw(WRITABLE);
  };
  const length = () =>
    [draw(64), 512, 1, 16, 1600, 0xffff_ffff, 0x8000_0000][draw(draw(8) === 0 ? 7 : 5)] as number;
  const describe = (at: number) => {
    const indirect = draw(8) === 0;
    const flags = draw(4) | (indirect ? 4 : 0);
    const table = TABLES + 16 * draw(64);
    const write = (flags & 2) !== 0;
    const where =
      flags & 4
        ? { address: table, length: draw(4) === 0 ? draw(70) : 16 * draw(12) }
        : { address: address(write), length: length() };
    (drivers[0] as SplitDriver).describe(at, { ...where, flags, next: draw(draw(8) === 0 ? 65536 : SIZE) });
  };
  /** By the index that is in memory, which a reset takes back to 0. */
  const offer = ({ layout }: SplitDriver, head: number) => {
    const idx = memory.view.getUint16(layout.driver + 2, true);
    memory.view.setUint16(layout.driver + 4 + 2 * (idx % SIZE), head, true);
    memory.view.setUint16(layout.driver + 2, idx + 1, true);
  };
  for (let op = 0; op < ops; op++) {
    const driver = drivers[draw(2)] as SplitDriver;
    const kind = draw(32);
    if (kind < 10) describe(driver.entry(draw(SIZE)));
    else if (kind < 14) describe(TABLES + 16 * draw(64));
    else if (kind < 20) offer(driver, draw(draw(64) === 0 ? 65536 : SIZE));
    else if (kind < 26) device.kick(draw(3));
    else if (kind === 26 && draw(4) === 0) memory.view.setUint16(driver.layout.driver + 2, draw(65536), true);
    else if (kind === 27) memory.view.setUint32(draw(TABLES / 64) * 4 + 0x1000, draw(16), true);
    else if (kind === 28) device.accept(BigInt(draw(65536)) << BigInt(draw(64)));
    else if (kind === 29) outside();
    else if (kind < 31 || draw(8) > 0) {
      if (!device.live) {
        device.setStatus(0);
        for (const { layout } of drivers) memory.bytes.fill(0, layout.driver, layout.device + 6 + 8 * SIZE);
        bringUp(device, used, features());
      }
    } else device.setStatus(draw(256));
  }
  return { writes, requests: device.queues.reduce((sum, { requests }) => sum + requests, 0) };
}

const image = new Uint8Array(8192).fill(0x5a);
const blk = (dma: Dma) => ({
  device: new VirtioBlk({ dma, disk: diskBackend(new Disk(image)) }),
  outside: () => {},
});
const net = (dma: Dma) => {
  const [port, far] = cable();
  const device = new VirtioNet({ dma, port, mac: [2, 0, 0, 0, 0, 1] });
  return { device, outside: () => far.transmit(new Uint8Array(60)) };
};

test.each([
  ["blk", blk],
  ["net", net],
] as const)(
  "a hostile driver of %s never makes the device write where it was not let",
  (_, make) => {
    const run = 10_000;
    let requests = 0;
    let writes = 0;
    for (let seed = 1; seed <= Math.ceil(OPS / 2 / run); seed++) {
      const done = fuzz(seed, run, make);
      requests += done.requests;
      writes += done.writes;
    }
    // The drivers get through to the device, or nothing was tested.
    expect(requests).toBeGreaterThan(OPS / 200);
    expect(writes).toBeGreaterThan(OPS / 400);
  },
  900_000,
);

/**
 * Hostile drivers of every device, with both kinds of queue, by each way there is to a device. Whatever they do, nothing throws, nothing
 * hangs, and a device writes where it was let (fuzz/guard.ts).
 *
 * RINGLAB_VIRTIO_OPS: operations; the default is a slice.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import type { Dma } from "../../../../src/machine/dma.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { EVENT_IDX, INDIRECT_DESC, RING_PACKED, VERSION_1 } from "../../../../src/virt/io/virtio/features.ts";
import { AVAIL, USED } from "../../../../src/virt/io/virtio/packed.ts";
import { DEVICES, type Driven } from "./fuzz/devices.ts";
import { Guard } from "./fuzz/guard.ts";
import { type Draw, type LinkTo, mmio, none, pci } from "./fuzz/links.ts";

const OPS = Number(process.env.RINGLAB_VIRTIO_OPS ?? 90_000);
const RUN = 10_000;
const LINKS = { "no transport": none, PCI: pci, MMIO: mmio };
const CASES = Object.entries(DEVICES).flatMap(([name, make]) =>
  Object.entries(LINKS).map(([link, to]) => [name, link, make, to] as const),
);
const SIZE = 8;
const MEMORY = 0x5000;
/** Rings from 0, what a device may read from here, then tables, then what it may write: two halves, and a hole behind each. */
const READABLE = 0x1000;
const TABLES = 0x2000;
const WRITABLE = 0x3000;
const FLUSH = 4;
const HALF = 0x800;
const SECOND = MEMORY - HALF;
/** Of a queue, one behind the other; large enough for either format. */
const QUEUE_BYTES = 0x200;

class Hostile {
  readonly guard: Guard;
  readonly driven: Driven;
  readonly #link: ReturnType<LinkTo>;
  readonly #draw: Draw;
  readonly #memory = new DriverMemory(MEMORY);
  #packed = false;
  /** The half that this life's buffers are in. */
  #half = SECOND;
  /** Where the next packed descriptor belongs, over two rounds. */
  readonly #places = [0, 0, 0];

  constructor(seed: number, make: (dma: Dma) => Driven, to: LinkTo) {
    const generator = xoroshiro128plus(seed);
    this.#draw = (below) => uniformInt(generator, 0, below - 1);
    const { dma } = this.#memory;
    const hole = (at: number, length: number) => at < SECOND && at + length > WRITABLE + HALF;
    this.guard = new Guard(`seed ${seed}`, {
      read: (at, into) => !hole(at, into.length) && dma.read(at, into),
      write: (at, bytes) => !hole(at, bytes.length) && dma.write(at, bytes),
    });
    this.driven = make(this.guard.dma);
    this.guard.device = this.driven.device;
    for (let at = READABLE; at < TABLES; at += 4) if (this.#draw(2)) this.#memory.bytes[at] = FLUSH;
    this.#link = to(this.driven.device);
  }

  #layout(queue: number) {
    const at = QUEUE_BYTES * queue;
    return {
      descriptors: at,
      driver: at + 0x80,
      device: at + 0xa0,
      size: SIZE,
      indirect: true,
      eventIndex: true,
    };
  }

  #start(): void {
    const draw = this.#draw;
    this.#packed = draw(2) === 0;
    this.#places.fill(0);
    this.guard.forget();
    this.#memory.bytes.fill(0, 0, READABLE);
    this.#memory.bytes.fill(0, TABLES, WRITABLE);
    // The halves take turns: an answer to what was asked before a reset would be in the wrong one.
    this.#half = this.#half === WRITABLE ? SECOND : WRITABLE;
    const half = [this.#half, this.#half + HALF] as const;
    // A packed list may run into a used descriptor: the device has set its WRITE, its address is still that of what was read, or of a table.
    this.guard.regions = this.#packed ? [half, [READABLE, WRITABLE]] : [half];
    const common = [INDIRECT_DESC, EVENT_IDX].reduce((sum, bit) => sum | (draw(2) ? bit : 0n), VERSION_1);
    const own = this.driven.features & BigInt(draw(0x2_0000));
    const features = common | own | (this.#packed ? RING_PACKED : 0n);
    this.#link.start(
      this.driven.device.queues.map((_, i) => this.#layout(i)),
      features,
      draw(16) === 0,
    );
  }

  #address(write: boolean): number {
    const draw = this.#draw;
    const kind = draw(16);
    if (kind === 0) return MEMORY + draw(4096);
    if (kind === 1) return 2 ** 53 + draw(4096);
    return write ? this.#half + draw(HALF) : READABLE + 4 * draw((TABLES - READABLE) / 4);
  }

  #length(): number {
    const draw = this.#draw;
    const all = [draw(64), 512, 1, 16, 1600, 4 * draw(20), 10 * draw(12), 0xffff_ffff, 0x8000_0000];
    return all[draw(draw(8) === 0 ? 9 : 7)] as number;
  }

  /** A descriptor as it may be, or not quite; `own`: the flags of its format beside. */
  #describe(at: number, own: number): void {
    const draw = this.#draw;
    const indirect = draw(8) === 0;
    const write = draw(2) === 0;
    const flags = (draw(3) === 0 ? 1 : 0) | (write ? 2 : 0) | (indirect ? 4 : 0);
    const address = indirect ? TABLES + 16 * draw(64) : this.#address(write);
    const length = indirect ? (draw(4) === 0 ? draw(70) : 16 * draw(12)) : this.#length();
    const link = draw(draw(8) === 0 ? 65536 : SIZE);
    const { view } = this.#memory;
    view.setUint32(at, address, true);
    view.setUint32(at + 4, address / 2 ** 32, true);
    view.setUint32(at + 8, length, true);
    view.setUint16(at + 12, this.#packed ? link : flags, true);
    view.setUint16(at + 14, this.#packed ? flags | own : link, true);
  }

  #offer(queue: number): void {
    const draw = this.#draw;
    const { descriptors, driver } = this.#layout(queue);
    const { view } = this.#memory;
    if (this.#packed) {
      const place = this.#places[queue] as number;
      const own = draw(32) === 0 ? draw(65536) & (AVAIL | USED) : place < SIZE ? AVAIL : USED;
      this.#describe(descriptors + 16 * (place % SIZE), own);
      this.#places[queue] = (place + 1) % (2 * SIZE);
      return;
    }
    // By the index that is in memory, which a reset takes back to 0.
    const idx = view.getUint16(driver + 2, true);
    view.setUint16(driver + 4 + 2 * (idx % SIZE), draw(draw(64) === 0 ? 65536 : SIZE), true);
    view.setUint16(driver + 2, idx + 1, true);
  }

  step(): void {
    const draw = this.#draw;
    const { device } = this.driven;
    const queue = draw(device.queues.length);
    const { descriptors, driver } = this.#layout(queue);
    const kind = draw(32);
    this.guard.begin();
    if (kind < 5) this.#describe(descriptors + 16 * draw(SIZE), draw(65536) & (AVAIL | USED));
    else if (kind < 9) this.#describe(TABLES + 16 * draw(64), 0);
    else if (kind < 16) this.#offer(queue);
    else if (kind < 22) this.#link.kick(draw(16) === 0 ? draw(256) : queue);
    else if (kind === 22)
      this.#memory.view.setUint16(driver + 2 * draw(2), draw(draw(2) === 0 ? 4 : 65536), true);
    // Headers of requests (a flush, which fits anywhere, more often), numbers of pages, tags.
    else if (kind < 25) {
      const at = READABLE + 4 * draw(1024);
      this.#memory.bytes.fill(draw(2) ? FLUSH : draw(16), at, at + 1);
    } else if (kind < 28) this.driven.outside(draw);
    else if (kind === 28) {
      if (this.#link.moves) this.guard.regions = undefined;
      this.#link.poke(draw);
    } else if (kind === 29 && draw(16) === 0) this.#link.resume();
    else if (!device.live || draw(8) === 0) this.#start();
    if (device.status === 0) this.guard.forget();
  }
}

test.each(CASES)(
  "a hostile driver of %s by %s never makes the device write where it was not let",
  (_name, _link, make, to) => {
    const ops = Math.ceil(OPS / CASES.length);
    let requests = 0;
    let writes = 0;
    for (let done = 0; done < ops; done += RUN) {
      const hostile = new Hostile(1 + done / RUN, make, to);
      for (let op = Math.min(RUN, ops - done); op > 0; op--) hostile.step();
      requests += hostile.driven.device.queues.reduce((sum, queue) => sum + queue.requests, 0);
      writes += hostile.guard.writes;
    }
    // The drivers get through to the device, or nothing was tested.
    expect([requests > ops / 100, writes > ops / 100, requests, writes]).toEqual([
      true,
      true,
      requests,
      writes,
    ]);
  },
  900_000,
);

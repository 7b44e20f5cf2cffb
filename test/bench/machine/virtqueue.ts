/**
 * Requests per second of a virtqueue's device side with the driver's side of the same process: a batch of buffers of two descriptors is
 * offered, taken, given back and collected. Beside it a ring of plain objects passes the same requests: what JavaScript takes for the work
 * when nothing is in a guest's memory. Processor time of both sides; the median of seven rounds, all kinds in turns.
 */
import type { QueueDriverClass } from "../../../src/virt/io/virtio/driver/driver.ts";
import { DriverMemory } from "../../../src/virt/io/virtio/driver/memory.ts";
import { PackedDriver } from "../../../src/virt/io/virtio/driver/packed.ts";
import { SplitDriver } from "../../../src/virt/io/virtio/driver/split.ts";
import { packedQueue } from "../../../src/virt/io/virtio/packed.ts";
import type { Segment, VirtqueueFactory } from "../../../src/virt/io/virtio/queue.ts";
import { splitQueue } from "../../../src/virt/io/virtio/split.ts";
import { processorTime } from "./timing.ts";

const ROUNDS = 7;
const REQUESTS = 100_000;
const SIZE = 256;
const BATCHES = [1, 16, 64];
const READABLE: readonly Segment[] = [{ address: 0x8000, length: 16 }];
const WRITABLE: readonly Segment[] = [{ address: 0x9000, length: 513 }];

/** Passes REQUESTS requests in batches. */
type Pass = (batch: number) => void;

const queue =
  (Driver: QueueDriverClass, make: VirtqueueFactory, eventIndex: boolean): Pass =>
  (batch) => {
    const memory = new DriverMemory(1 << 16);
    const driver = new Driver(memory, { size: SIZE, eventIndex });
    const device = make(driver.layout, memory.dma);
    let collected = 0;
    while (collected < REQUESTS) {
      for (let i = 0; i < batch; i++) driver.add(READABLE, WRITABLE);
      driver.kickNeeded();
      for (let chain = device.pop(); chain !== undefined; chain = device.pop()) {
        if ("fault" in chain) throw new Error(`the queue broke: ${chain.fault}`);
        device.push(chain, 513);
      }
      device.notify();
      driver.listen(true);
      while (driver.next() !== undefined) collected++;
    }
  };

interface Request {
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
  written: number;
}

/** Two rings of objects: available and used. */
const plain: Pass = (batch) => {
  const available: (Request | undefined)[] = new Array(SIZE).fill(undefined);
  const used: (Request | undefined)[] = new Array(SIZE).fill(undefined);
  let [offered, taken, given, collected] = [0, 0, 0, 0];
  while (collected < REQUESTS) {
    for (let i = 0; i < batch; i++)
      available[offered++ % SIZE] = { readable: READABLE, writable: WRITABLE, written: 0 };
    while (taken < offered) {
      const request = available[taken++ % SIZE] as Request;
      request.written = 513;
      used[given++ % SIZE] = request;
    }
    while (collected < given) {
      const request = used[collected++ % SIZE] as Request;
      if (request.written !== 513) throw new Error("the ring broke");
    }
  }
};

const KINDS: readonly (readonly [name: string, pass: Pass])[] = [
  ["split", queue(SplitDriver, splitQueue, false)],
  ["split, event index", queue(SplitDriver, splitQueue, true)],
  ["packed", queue(PackedDriver, packedQueue, false)],
  ["packed, event index", queue(PackedDriver, packedQueue, true)],
  ["ring of objects", plain],
];

export async function bench(): Promise<string> {
  const times = new Map(KINDS.map(([name]) => [name, BATCHES.map(() => [] as number[])]));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, pass] of KINDS)
      for (const [i, batch] of BATCHES.entries()) {
        const begin = processorTime();
        pass(batch);
        if (round > 0) times.get(name)?.[i]?.push(processorTime() - begin);
      }
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1] as number;
  const cells = [...times].map(([name, of]) => [
    name,
    ...of.map((all) => Math.round(REQUESTS / median(all)).toLocaleString("en")),
  ]);
  const head = ["thousand requests/s", ...BATCHES.map((batch) => `batch ${batch}`)];
  const widths = head.map((cell, i) => Math.max(cell.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...cells.map(line)].join("\n");
}

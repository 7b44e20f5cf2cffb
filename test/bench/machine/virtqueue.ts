/**
 * Requests per second of a virtqueue's device side with the driver's side of the same process: a batch of buffers of two descriptors is
 * offered, taken, given back and collected. Processor time of both sides; the median of seven rounds.
 */
import { DriverMemory } from "../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../src/virt/io/virtio/driver/split.ts";
import { splitQueue } from "../../../src/virt/io/virtio/split.ts";

const ROUNDS = 7;
const REQUESTS = 200_000;
const SIZE = 256;

/** Seconds of a round. */
function round(batch: number, eventIndex: boolean): number {
  const memory = new DriverMemory(1 << 16);
  const driver = new SplitDriver(memory, { size: SIZE, eventIndex });
  const queue = splitQueue(driver.layout, memory.dma);
  const readable = [{ address: 0x8000, length: 16 }];
  const writable = [{ address: 0x9000, length: 513 }];
  const begin = process.cpuUsage();
  let collected = 0;
  while (collected < REQUESTS) {
    for (let i = 0; i < batch; i++) driver.add(readable, writable);
    driver.kickNeeded();
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      if ("fault" in chain) throw new Error(`the queue broke: ${chain.fault}`);
      queue.push(chain, 513);
    }
    queue.notify();
    driver.listen(true);
    while (driver.next() !== undefined) collected++;
  }
  return process.cpuUsage(begin).user / 1e6;
}

export async function bench(): Promise<string> {
  const rows = [1, 8, 64].map((batch) => {
    const rates = [false, true].map((eventIndex) => {
      round(batch, eventIndex);
      const times = Array.from({ length: ROUNDS }, () => round(batch, eventIndex)).sort((a, b) => a - b);
      return (REQUESTS / (times[ROUNDS >> 1] as number) / 1e3).toFixed(0);
    });
    return `| ${batch} | ${rates.join(" | ")} |`;
  });
  return [
    "| batch | split, thousand requests/s | with the event index |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

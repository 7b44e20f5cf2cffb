/**
 * Events per second of the queue: the hold model. A queue of so many events; each turn takes the earliest and puts one in at a random
 * time after it. Beside tinyqueue, a binary heap of objects, on the same stream, in turns; the median of seven rounds.
 * Events at the same time come in any order there, so times are compared.
 */
import TinyQueue from "tinyqueue";
import { EventQueue } from "../../../src/machine/event-queue.ts";

const ROUNDS = 7;
const TURNS = 1_000_000;

/** Exponential increments, drawn beforehand so that drawing is not measured. */
const INCREMENTS = (() => {
  let state = 12345;
  return Float64Array.from({ length: 1 << 16 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return -1000 * Math.log(((state >>> 8) + 1) / (1 << 24));
  });
})();
const MASK = INCREMENTS.length - 1;

function ours(pending: number): { seconds: number; sum: number } {
  const queue = new EventQueue();
  for (let i = 0; i < pending; i++) queue.push(INCREMENTS[i & MASK] as number, i);
  const begin = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < TURNS; i++) {
    const value = queue.pop() as number;
    sum += queue.time;
    queue.push(queue.time + (INCREMENTS[i & MASK] as number), value);
  }
  return { seconds: process.cpuUsage(begin).user / 1e6, sum };
}

function theirs(pending: number): { seconds: number; sum: number } {
  const queue = new TinyQueue<{ time: number; value: number }>([], (a, b) => a.time - b.time);
  for (let i = 0; i < pending; i++) queue.push({ time: INCREMENTS[i & MASK] as number, value: i });
  const begin = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < TURNS; i++) {
    const event = queue.pop() as { time: number; value: number };
    sum += event.time;
    event.time += INCREMENTS[i & MASK] as number;
    queue.push(event);
  }
  return { seconds: process.cpuUsage(begin).user / 1e6, sum };
}

export async function bench(): Promise<string> {
  const rows = [100, 1000, 10_000, 100_000].map((pending) => {
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const mine = ours(pending);
      const other = theirs(pending);
      if (mine.sum !== other.sum)
        throw new Error(`at ${pending} pending the two queues gave different times`);
      if (round === 0) continue;
      times[0].push(mine.seconds);
      times[1].push(other.seconds);
    }
    const [mine, other] = times.map((list) => TURNS / list.sort((a, b) => a - b)[ROUNDS >> 1]! / 1e6) as [
      number,
      number,
    ];
    return `| ${pending} | ${mine.toFixed(1)} | ${other.toFixed(1)} | ${(mine / other).toFixed(2)} |`;
  });
  return [
    "| pending | ours, M events/s | tinyqueue | ours / tinyqueue |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

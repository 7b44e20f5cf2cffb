/**
 * Events per second of the queue: the hold model. A queue of so many events; each turn takes the earliest and puts one in at a random
 * time after it. Beside tinyqueue, a binary heap of objects, on the same stream, in turns; the median of five rounds.
 * Events at the same time come in any order there, so times are compared.
 */
import TinyQueue from "tinyqueue";
import { EventQueue } from "../../../src/machine/event-queue.ts";

const ROUNDS = 5;
const TURNS = 1_000_000;

/** From uniform numbers in 0 … 1, so long after the event that was taken the next one comes. */
const AFTER: Record<string, (uniform: () => number) => number> = {
  exponential: (uniform) => -1000 * Math.log(uniform()),
  uniform: (uniform) => 1000 * uniform(),
  "all equal": () => 0,
  constant: () => 1000,
  "0, 1, 2 or 3": (uniform) => Math.ceil(4 * uniform()) - 1,
  "nine in ten near, one a thousand times as far": (uniform) => (uniform() < 0.9 ? 0 : 1000) + uniform(),
  "one in a thousand in the far future": (uniform) => (uniform() < 0.999 ? 1 : 1e12) * uniform(),
  "Pareto, without a mean": (uniform) => 1 / uniform(),
  "over forty powers of two": (uniform) => 2 ** (40 * uniform()),
};

/** Drawn beforehand, so that drawing is not measured. */
function draw(after: (uniform: () => number) => number): Float64Array {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 1) / (1 << 24);
  };
  return Float64Array.from({ length: MASK + 1 }, () => after(uniform));
}
const MASK = 0xffff;

function ours(increments: Float64Array, pending: number): { seconds: number; sum: number } {
  const queue = new EventQueue();
  for (let i = 0; i < pending; i++) queue.push(increments[i & MASK] as number, i);
  const begin = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < TURNS; i++) {
    const value = queue.pop() as number;
    sum += queue.time;
    queue.push(queue.time + (increments[i & MASK] as number), value);
  }
  return { seconds: process.cpuUsage(begin).user / 1e6, sum };
}

function theirs(increments: Float64Array, pending: number): { seconds: number; sum: number } {
  const queue = new TinyQueue<{ time: number; value: number }>([], (a, b) => a.time - b.time);
  for (let i = 0; i < pending; i++) queue.push({ time: increments[i & MASK] as number, value: i });
  const begin = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < TURNS; i++) {
    const event = queue.pop() as { time: number; value: number };
    sum += event.time;
    event.time += increments[i & MASK] as number;
    queue.push(event);
  }
  return { seconds: process.cpuUsage(begin).user / 1e6, sum };
}

function row(name: string, pending: number): string {
  const increments = draw(AFTER[name] as (uniform: () => number) => number);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const mine = ours(increments, pending);
    const other = theirs(increments, pending);
    if (mine.sum !== other.sum)
      throw new Error(`${name}, ${pending} pending: the two queues gave different times`);
    if (round === 0) continue;
    times[0].push(mine.seconds);
    times[1].push(other.seconds);
  }
  const [mine, other] = times.map((list) => TURNS / list.sort((a, b) => a - b)[ROUNDS >> 1]! / 1e6) as [
    number,
    number,
  ];
  return `| ${name} | ${pending} | ${mine.toFixed(1)} | ${other.toFixed(1)} | ${(mine / other).toFixed(2)} |`;
}

export async function bench(): Promise<string> {
  return [
    "| the next event comes after | pending | ours, M events/s | tinyqueue | ours / tinyqueue |",
    "| --- | --- | --- | --- | --- |",
    ...[100, 1000, 100_000].map((pending) => row("exponential", pending)),
    ...Object.keys(AFTER).map((name) => row(name, 10_000)),
  ].join("\n");
}

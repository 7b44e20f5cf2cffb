/**
 * What each workload computes, once more, as plainly as it can be said: the number that it prints and its checksum.
 * The guest must agree, on every machine and below every monitor. All sums are modulo 2³².
 */
import { DATA_SECTORS, diskDword } from "./disk-data.ts";
import { frameHash, GOLDEN } from "./net-frames.ts";

/** Parameters → number printed, checksum, and lines that come before. */
export type Model = (
  parameters: Record<string, number>,
) => [number: number, checksum: number, before?: string];

/** Numerical Recipes' linear congruential generator, modulo 2³². */
const lcg = (x: number): number => (Math.imul(x, 1664525) + 1013904223) >>> 0;

/** f(0) + … + f(n − 1) modulo 2³². */
function sum(n: number, f: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total = (total + f(i)) >>> 0;
  return total;
}

/**
 * One event of sysbench's cpu test (sb_cpu.c, cpu_execute_event): how many primes from 3 up to below `limit` trial
 * division finds, and how many divisions it takes.
 */
export function sysbenchPrimes(limit: number): { primes: number; divisions: number } {
  let primes = 0;
  let divisions = 0;
  for (let c = 3; c < limit; c++) {
    const t = Math.sqrt(c);
    let l = 2;
    for (; l <= t; l++) {
      divisions++;
      if (c % l === 0) break;
    }
    if (l > t) primes++;
  }
  return { primes, divisions };
}

/** Sattolo's cycle as pointer-chase makes it: node → next node. */
export function randomCycle(nodes: number, seed: number): Uint32Array {
  const next = Uint32Array.from({ length: nodes }, (_, i) => i);
  let x = seed >>> 0;
  for (let i = nodes - 1; i > 0; i--) {
    x = lcg(x);
    const j = (x >>> 8) % i;
    [next[i], next[j]] = [next[j]!, next[i]!];
  }
  return next;
}

const MMAP_BASE = 0x01000000;

const trialDivision: Model = ({ events, limit }) => {
  const { primes, divisions } = sysbenchPrimes(limit!);
  return [primes, sum(events!, () => divisions)];
};

export const models: Readonly<Record<string, Model>> = {
  baseline: ({ iterations: n }) => {
    let x = 0;
    for (let i = 0; i < n!; i++) x = lcg(x);
    return [n!, x];
  },
  "null-call": ({ iterations: n }) => [n!, n!],
  fork: ({ iterations: n }) => [n!, sum(n!, (i) => i)],
  exec: ({ iterations: n }) => [n!, sum(n!, (i) => 2 * i + 1)],
  "context-switch": ({ processes, kilobytes, rounds }) => {
    const visit = 1 + sum(256 * kilobytes!, (i) => i);
    return [rounds!, sum((rounds! + 1) * processes!, () => visit)];
  },
  "page-fault": ({ pages: n }) => [n!, sum(n!, (i) => i + 1)],
  "protection-fault": ({ iterations: n }) => [n!, sum(n!, () => 20)],
  mmap: ({ iterations: n, kilobytes, touch }) => {
    const touched = touch ? Math.ceil(kilobytes! / 4 / touch) : 0;
    return [n!, sum(n!, () => MMAP_BASE + touched)];
  },
  "pipe-latency": ({ iterations: n }) => [n!, 2 * n!],
  "pipe-bandwidth": ({ kilobytes: n, chunk }) => [n!, sum(256 * n!, (i) => i % (chunk! / 4))],
  primes: trialDivision,
  "sysbench-cpu": trialDivision,
  "heap-sort": ({ rounds, elements }) => {
    let x = 0;
    const next = () => {
      x = lcg(x);
      return x;
    };
    const total = sum(rounds!, () => {
      const sorted = Uint32Array.from({ length: elements! }, next).sort();
      return sum(elements!, (i) => sorted[i]! ^ i);
    });
    return [rounds!, total];
  },
  churn: ({ rounds, pages, remap }) => {
    // A page says how often it was written since the mapping came, times the pages that were left to write then.
    const once = sum(pages!, (i) => i + 1);
    return [rounds!, sum(rounds!, (round) => Math.imul(remap ? round % remap : round, once))];
  },
  "pointer-chase": ({ nodes, steps, seed }) => {
    const next = randomCycle(nodes!, seed!);
    let node = 0;
    for (let i = 0; i < steps!; i++) node = next[node]!;
    return [steps!, node];
  },
  "disk-read": ({ sectors }) => [sectors!, sum(128 * sectors!, (i) => diskDword(i % (128 * DATA_SECTORS)))],
  transfer: ({ sectors, frames, bytes }) => [
    sectors! + frames!,
    sum(128 * sectors!, (i) => Math.imul(i + 1, GOLDEN)) + sum(frames!, (n) => frameHash(n, bytes!, 0)),
  ],
  // The children that the kernel ends: process and exception in hexadecimal.
  resident: ({ processes, pages, seed }) => [
    processes!,
    sum(processes!, (i) => sum(pages!, (j) => seed! + i * 0x10000 + j)),
  ],
  selftest: () => {
    const hex = (n: number) => n.toString(16).padStart(8, "0");
    const killed = [14, 14, 14, 14, 14, 14, 14, 14, 13, 13, 0, 13, 6];
    const lines = killed.map((vector, i) => `process ${hex(15 + i)} killed: exception ${hex(vector)}\n`);
    return [25, 7, lines.join("")];
  },
  sleep: ({ processes: n }) => [n!, sum(n!, (i) => i + 1)],
};

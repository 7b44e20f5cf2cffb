/** What is run on QEMU and on our machine alike. */
import type { GuestOptions } from "../../src/guests/build.ts";
import { workloads } from "../../src/guests/workloads.ts";

export interface Case extends GuestOptions {
  title: string;
}

const title = (options: GuestOptions): Case => ({
  title: [options.workload, ...Object.entries(options.parameters ?? {}).flat()].join(" "),
  ...options,
});

const rings = [2, 8, 16].flatMap((processes) =>
  [0, 16, 64].map((kilobytes) =>
    title({ workload: "context-switch", parameters: { processes, kilobytes, rounds: 8 } }),
  ),
);

/** Every workload with its defaults, some by the other way into the kernel, others with less usual parameters. */
export const GOOD: Case[] = [
  ...workloads.map(({ name }) => title({ workload: name, timerHz: name === "sleep" ? 1000 : 100 })),
  ...["null-call", "fork", "exec", "selftest", "protection-fault"].map((workload) => ({
    ...title({ workload, systemCall: "sysenter" }),
    title: `${workload} by SYSENTER`,
  })),
  ...rings,
  title({ workload: "context-switch", parameters: { processes: 1, kilobytes: 64, rounds: 20 } }),
  title({ workload: "pipe-bandwidth", parameters: { kilobytes: 100, chunk: 5004 }, timerHz: 5000 }),
  title({ workload: "mmap", parameters: { iterations: 3, kilobytes: 12_000, touch: 0 } }),
  title({ workload: "churn", parameters: { rounds: 5, pages: 1500, remap: 0 }, timerHz: 5000 }),
  title({ workload: "pointer-chase", parameters: { nodes: 3000, stride: 64, steps: 10_000, seed: 7 } }),
  title({ workload: "disk-read", parameters: { sectors: 300 }, timerHz: 0 }),
  title({ workload: "primes", parameters: { events: 3, limit: 2000 }, timerHz: 10_000 }),
];

/** What must fail, with its message and the code that it writes to the exit port. */
export const BAD: (Case & { says: string; exit: number })[] = [
  {
    ...title({ workload: "page-fault", parameters: { pages: 5000 }, memory: 16 }),
    says: "ringlab guest\npanic: out of memory, pages: 00001000\n",
    exit: 100,
  },
  {
    ...title({ workload: "pointer-chase", parameters: { nodes: 300, stride: 1_048_576 } }),
    says: "ringlab guest\npointer-chase failed: no memory\n",
    exit: 1,
  },
  {
    ...title({ workload: "pointer-chase", parameters: { nodes: 8192, stride: 1_048_576 } }),
    says: "ringlab guest\npointer-chase failed: no memory\n",
    exit: 1,
  },
  {
    ...title({ workload: "sleep", timerHz: 0 }),
    says: "ringlab guest\nsleep failed: no timer\n",
    exit: 1,
  },
];

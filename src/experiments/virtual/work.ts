/** Kernel work of several kinds, the same on every system: what experiments that compare systems run. */
import type { GuestOptions } from "../../guests/index.ts";
import type { Parameter } from "../parameter.ts";

/** Workload → operations of the shorter run (slope.ts). */
const TIMES: Readonly<Record<string, number>> = {
  "heap-sort": 4,
  "null-call": 100,
  "page-fault": 100,
  "context-switch": 40,
  fork: 20,
  exec: 20,
  mmap: 20,
  "disk-read": 8,
};

export const workParameter = (defaults: string | readonly string[]) =>
  ({
    default: defaults,
    oneOf: Object.keys(TIMES),
    unit: "",
    doc: "what the guest does; ringlab guest --list says more",
  }) satisfies Parameter<string>;

export const work = (workload: string): { guest: GuestOptions; times: number } => ({
  guest: { workload },
  times: TIMES[workload]!,
});

/** lmbench's process and context-switch latencies on every system: Barham et al. 2003, Tables 3 and 4. */
import type { GuestOptions } from "../guests/index.ts";
import { SYSTEMS } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { type Cost, minus, slope } from "./virtual/slope.ts";
import { type Place, placeOf, processorParameter, systemParameter } from "./virtual/systems.ts";

/** "8p/16K": eight processes with a working set of 16 KB each. */
const RING = /^(\d+)p\/(\d+)K$/;
const ROWS = [
  ...["null call", "null call (SYSENTER)", "fork", "exec", "page fault", "mmap", "pipe latency"],
  ...[2, 8, 16].flatMap((processes) => [0, 16, 64].map((kilobytes) => `${processes}p/${kilobytes}K`)),
];

/**
 * lmbench's exec starts a program with shared libraries, which natively takes 530 µs where fork takes 110 (Barham et al. 2003, Table 3,
 * L-UP): the faults and the arithmetic of its dynamic linker are what bring ours to that proportion. How the two share it is
 * fitted to the exec column of the same table.
 */
const HELLO = { pages: 12, linking: 2300 };

/** Interpretation takes minutes, and nobody ever published its latencies. */
const FAST = SYSTEMS.filter(({ name }) => name !== "bochs").map(({ name }) => name);

export const lmbench = defineExperiment({
  name: "lmbench",
  title: "Processes and context switches below each monitor",
  question: "What do system calls, forks and context switches cost, and who makes them dear?",
  parameters: {
    system: systemParameter(FAST),
    processor: processorParameter("xeon"),
    operation: {
      default: ["null call", "fork", "exec", "2p/0K", "2p/16K", "8p/16K"],
      oneOf: ROWS,
      unit: "",
      doc: "lmbench's name; 8p/16K: a switch among eight processes that sum 16 KB each",
    },
    times: {
      default: 40,
      min: 2,
      max: 10_000,
      integer: true,
      unit: "times",
      doc: "operations of the shorter run; the longer one has twice as many, and the difference is the figure",
    },
  },
  columns: {
    microseconds: { label: "latency", unit: "µs" },
    cycles: { label: "latency", unit: "cycles" },
    instructions: { label: "instructions", unit: "1" },
  },
  run({ system, processor, operation, times }) {
    const place = placeOf(system, processor);
    if (!place) return [];
    const { cycles, instructions } = steadily(place, operation, times);
    return [{ microseconds: (cycles / place.profile.hertz) * 1e6, cycles, instructions }];
  },
});

/** One operation, once everything that happens the first time has happened. */
function steadily(place: Place, operation: string, times: number): Cost {
  const ring = RING.exec(operation);
  if (!ring) return slope(place, guestOf(operation), times);
  const [processes, kilobytes] = [Number(ring[1]), Number(ring[2])];
  const round = (count: number) =>
    slope(place, { workload: "context-switch", parameters: { processes: count, kilobytes } }, times);
  // The token's way through one process that hands it to itself: lmbench subtracts it.
  return minus(round(processes), round(1));
}

function guestOf(operation: string): GuestOptions {
  if (operation === "null call (SYSENTER)") return { workload: "null-call", systemCall: "sysenter" };
  const workload = operation.replace(" ", "-");
  return { workload, ...(workload === "exec" && { parameters: HELLO }) };
}

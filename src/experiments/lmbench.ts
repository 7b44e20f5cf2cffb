/** lmbench's process and context-switch latencies on every system: Barham et al. 2003, Tables 3 and 4. */
import { buildGuest, expectedOutput, type GuestOptions, workloads } from "../guests/index.ts";
import { defineExperiment } from "./experiment.ts";
import { type Place, placeOf, processorParameter, runGuest, systemParameter } from "./virtual/systems.ts";

/** "8p/16K": eight processes with a working set of 16 KB each. */
const RING = /^(\d+)p\/(\d+)K$/;
const ROWS = [
  ...["null call", "null call (SYSENTER)", "fork", "exec", "page fault", "mmap", "pipe latency"],
  ...[2, 8, 16].flatMap((processes) => [0, 16, 64].map((kilobytes) => `${processes}p/${kilobytes}K`)),
];

export const lmbench = defineExperiment({
  name: "lmbench",
  title: "Processes and context switches below each monitor",
  question: "What do system calls, forks and context switches cost, and who makes them dear?",
  parameters: {
    system: systemParameter(),
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
    const { cycles, instructions } = steadily(place, operation, times);
    return [{ microseconds: (cycles / place.profile.hertz) * 1e6, cycles, instructions }];
  },
});

interface Cost {
  readonly cycles: number;
  readonly instructions: number;
}

const minus = (a: Cost, b: Cost): Cost => ({
  cycles: a.cycles - b.cycles,
  instructions: a.instructions - b.instructions,
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
  return { workload: operation.replace(" ", "-") };
}

/** Twice as many operations less so many: what starting and stopping cost is in both. */
function slope(place: Place, guest: GuestOptions, times: number): Cost {
  const [few, many] = [measure(place, guest, times), measure(place, guest, 2 * times)];
  const { cycles, instructions } = minus(many.cost, few.cost);
  const operations = many.operations - few.operations;
  return { cycles: cycles / operations, instructions: instructions / operations };
}

function measure(place: Place, guest: GuestOptions, times: number): { cost: Cost; operations: number } {
  const workload = workloads.find(({ name }) => name === guest.workload)!;
  const [count] = ["iterations", "rounds", "pages"].filter((name) => name in workload.parameters);
  const parameters = { ...guest.parameters, [count!]: times };
  const { machine } = runGuest(place, {
    image: buildGuest({ ...guest, ...place.system.guest, parameters, timerHz: 0 }).image,
    expected: expectedOutput(guest.workload, parameters),
  });
  const [from, to] = machine.board.marker.marks;
  const cost = minus(
    { cycles: to!.cycle, instructions: to!.retired },
    { cycles: from!.cycle, instructions: from!.retired },
  );
  return { cost, operations: workload.operations(parameters) };
}

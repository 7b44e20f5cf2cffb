/** Programs that ask nothing of the kernel: what a technique costs where there is nothing to virtualize. */
import { findSystem, SYSTEMS } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { slope } from "./virtual/slope.ts";
import { type Place, placeOf, processorParameter, systemParameter } from "./virtual/systems.ts";

const WORKLOADS: Record<string, { parameters: Record<string, number>; times: number }> = {
  "heap-sort": { parameters: { elements: 500 }, times: 4 },
  baseline: { parameters: {}, times: 20_000 },
  primes: { parameters: { limit: 2000 }, times: 2 },
  "pointer-chase": { parameters: { nodes: 60 }, times: 10_000 },
};

export const cpuBound = defineExperiment({
  name: "cpu-bound",
  title: "Programs that ask nothing of the kernel",
  question: "Who runs a user's program at native speed, and who pays for every instruction?",
  parameters: {
    system: systemParameter(),
    processor: processorParameter("pentium4"),
    workload: {
      default: "heap-sort",
      oneOf: Object.keys(WORKLOADS),
      unit: "",
      doc: "what the program does; ringlab guest --list says more",
    },
  },
  columns: {
    cycles: { label: "cost of one operation", unit: "cycles" },
    slowdown: { label: "slow-down", unit: "× native" },
  },
  run({ system, processor, workload }) {
    const place = placeOf(system, processor);
    if (!place) return [];
    const { parameters, times } = WORKLOADS[workload]!;
    const cost = (on: Place) => slope(on, { workload, parameters }, times).cycles;
    const cycles = cost(place);
    const native = system === BARE ? cycles : cost({ ...place, system: findSystem(BARE)! });
    return [{ cycles, slowdown: cycles / native }];
  },
});

const BARE = SYSTEMS.find(({ type }) => type === "bare")!.name;

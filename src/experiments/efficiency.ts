/** Popek and Goldberg's efficiency on x86: what part of a guest the processor executes as it is, and what the rest costs. */
import { findSystem, SYSTEMS } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { slope } from "./virtual/slope.ts";
import { type Place, placeOf, processorParameter, systemParameter } from "./virtual/systems.ts";
import { work, workParameter } from "./virtual/work.ts";

const BARE = SYSTEMS.find(({ type }) => type === "bare")!;

export const efficiency = defineExperiment({
  name: "efficiency",
  title: "What each technique leaves to the processor",
  question: "What fraction of a guest runs as it is, and what does that say about its speed?",
  parameters: {
    system: systemParameter(),
    processor: processorParameter("pentium4"),
    workload: workParameter(["heap-sort", "null-call", "context-switch", "fork"]),
  },
  columns: {
    direct: { label: "executed directly", unit: "fraction of the bare machine's instructions" },
    crossings: { label: "ways out of the guest", unit: "per 1000 instructions" },
    cycles: { label: "cost of one operation", unit: "cycles" },
    slowdown: { label: "slow-down", unit: "× native" },
  },
  run({ system, processor, workload }) {
    const place = placeOf(system, processor);
    if (!place) return [];
    const { guest, times } = work(workload);
    const cost = (on: Place) => slope(on, guest, times);
    const native = cost({ ...place, system: findSystem(BARE.name)! });
    const { cycles, untouched, crossings } = place.system === BARE ? native : cost(place);
    const ways = [...crossings.values()].reduce((sum, count) => sum + count, 0);
    return [
      {
        direct: untouched / native.instructions,
        crossings: (1000 * ways) / native.instructions,
        cycles,
        slowdown: cycles / native.cycles,
      },
    ];
  },
});

/** Shadow against nested paging: processes that take turns. */
import { defineExperiment } from "./experiment.ts";
import { exitsOf, pagingParameter, pagingPlace } from "./virtual/pagings.ts";
import { slope } from "./virtual/slope.ts";
import { processorParameter } from "./virtual/systems.ts";

const ROUNDS = 12;

export const pagingSwitches = defineExperiment({
  name: "paging-switches",
  title: "Shadow, direct and nested paging against process switches",
  question: "What does another address space cost, and what does it cost to come back to the working set?",
  parameters: {
    paging: {
      ...pagingParameter,
      default: ["shadow, forgotten", "shadow", "direct", "nested"],
    },
    processor: processorParameter("nehalem"),
    processes: {
      default: [2, 4, 8],
      min: 1,
      max: 16,
      integer: true,
      unit: "processes",
      doc: "that pass a token round",
    },
    kilobytes: {
      default: [0, 16],
      min: 0,
      max: 1024,
      integer: true,
      unit: "KB",
      doc: "working set, which each process sums before it passes the token on",
    },
  },
  columns: {
    cycles: { label: "cost", unit: "cycles per switch" },
    exits: { label: "ways out of the guest", unit: "per switch" },
  },
  run({ paging, processor, processes, kilobytes }) {
    const place = pagingPlace(paging, processor);
    if (!place) return [];
    const guest = { workload: "context-switch", parameters: { processes, kilobytes } };
    const { cycles, crossings } = slope(place, guest, ROUNDS);
    return [{ cycles, exits: exitsOf(crossings) }];
  },
});

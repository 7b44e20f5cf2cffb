/** Shadow against nested paging: a program that reaches far, in an address space that changes more or less often. */
import { defineExperiment } from "./experiment.ts";
import { exitsOf, pagingParameter, pagingPlace } from "./virtual/pagings.ts";
import { slope } from "./virtual/slope.ts";
import { processorParameter } from "./virtual/systems.ts";

const STEPS = 40_000;

export const pagingChurn = defineExperiment({
  name: "paging-churn",
  title: "Shadow, direct and nested paging against changes of the page tables",
  question: "How often must a guest change its page tables before nested paging is worth its longer walks?",
  parameters: {
    paging: pagingParameter,
    processor: processorParameter("nehalem"),
    nodes: {
      default: 3000,
      min: 1,
      max: 6000,
      integer: true,
      unit: "pages",
      doc: "working set: a random cycle through so many pages, one load in each",
    },
    change: {
      default: [100, 300, 1000, 3000, 10_000],
      min: 1,
      max: STEPS,
      integer: true,
      unit: "loads",
      doc: "from one change of the page tables to the next: a page is mapped, touched and unmapped",
    },
  },
  columns: {
    cycles: { label: "cost", unit: "cycles per load" },
    exits: { label: "ways out of the guest", unit: "per 1000 loads" },
  },
  run({ paging, processor, nodes, change }) {
    const place = pagingPlace(paging, processor);
    if (!place) return [];
    const guest = { workload: "pointer-chase", parameters: { nodes, change } };
    const { cycles, crossings } = slope(place, guest, STEPS);
    return [{ cycles, exits: 1000 * exitsOf(crossings) }];
  },
});

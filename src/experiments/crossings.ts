/** Why a guest is left: every way into the monitor, by its cause. */
import { SYSTEMS } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { slope } from "./virtual/slope.ts";
import { placeOf, processorParameter, systemParameter } from "./virtual/systems.ts";
import { work, workParameter } from "./virtual/work.ts";

/** Systems in which there is a monitor to go to, and a guest that the processor executes. */
const MONITORED = SYSTEMS.filter(({ type, name }) => type !== "bare" && name !== "bochs").map(
  ({ name }) => name,
);

export const crossings = defineExperiment({
  name: "crossings",
  title: "Why a guest is left",
  question: "What sends a guest to its monitor, and how often?",
  parameters: {
    system: { ...systemParameter(MONITORED), oneOf: MONITORED },
    processor: processorParameter("pentium4"),
    workload: workParameter("fork"),
  },
  columns: {
    cause: { label: "cause", unit: "" },
    count: { label: "ways out of the guest", unit: "per operation" },
  },
  run({ system, processor, workload }) {
    const place = placeOf(system, processor);
    if (!place) return [];
    const { guest, times } = work(workload);
    return [...slope(place, guest, times).crossings]
      .filter(([, count]) => count > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([cause, count]) => ({ cause, count }));
  },
});

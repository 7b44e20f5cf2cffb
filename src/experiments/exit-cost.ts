/** Hardware against software over the generations of processors: what leaves the guest, at each one's price of a way out. */
import { PROFILES } from "../machine/index.ts";
import { defineExperiment } from "./experiment.ts";
import { measureNano } from "./virtual/nano.ts";
import { placeOf, processorParameter } from "./virtual/systems.ts";

const WITH_VTX = PROFILES.filter(({ vmx, id }) => vmx !== undefined && id !== "unit").map(({ id }) => id);

export const exitCost = defineExperiment({
  name: "exit-cost",
  title: "When hardware overtook software",
  question:
    "How dear is a way out of a guest on each generation, and where does it beat a call of the monitor?",
  parameters: {
    processor: { ...processorParameter(WITH_VTX), oneOf: WITH_VTX },
    iterations: {
      default: 300,
      min: 1,
      max: 100_000,
      integer: true,
      unit: "times",
      doc: "of each operation",
    },
  },
  columns: {
    benchmark: { label: "operation", unit: "" },
    hardware: { label: "VT-x (kvm)", unit: "cycles" },
    software: { label: "binary translation (vmware)", unit: "cycles" },
    ratio: { label: "hardware to software", unit: "×" },
  },
  run({ processor, iterations }) {
    const [hardware, software] = ["kvm", "vmware"].map((system) =>
      measureNano(placeOf(system, processor)!, 32, iterations),
    );
    return hardware!.map(({ benchmark, cycles }, at) => ({
      benchmark,
      hardware: cycles,
      software: software![at]!.cycles,
      ratio: cycles / software![at]!.cycles,
    }));
  },
});

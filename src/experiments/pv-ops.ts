/** What a kernel that could be paravirtualized pays on the bare machine. */
import { defineExperiment } from "./experiment.ts";
import { slope } from "./virtual/slope.ts";
import { placeOf, processorParameter } from "./virtual/systems.ts";

const KERNELS = {
  vanilla: { pv: false },
  patched: { pv: true, patch: true },
  unpatched: { pv: true, patch: false },
};

const WORKLOADS: Record<string, number> = { mmap: 40, fork: 20, "null-call": 100, "pipe-latency": 40 };

export const pvOps = defineExperiment({
  name: "pv-ops",
  title: "What pv-ops cost on the bare machine",
  question: "Does a kernel that can be paravirtualized pay for it where there is no hypervisor?",
  parameters: {
    variant: {
      default: Object.keys(KERNELS),
      oneOf: Object.keys(KERNELS),
      unit: "",
      label: "kernel",
      doc: "privileged instructions in their places, call sites patched at boot, or calls through a table",
    },
    workload: {
      default: ["mmap", "fork", "null-call"],
      oneOf: Object.keys(WORKLOADS),
      unit: "",
      doc: "what the kernel is asked to do; mmap is nearest to the mmap-perf of 2009",
    },
    processor: processorParameter("pentium4"),
  },
  columns: {
    cycles: { label: "cost of one operation", unit: "cycles" },
    instructions: { label: "instructions of one operation", unit: "1" },
    overhead: { label: "above vanilla", unit: "%" },
  },
  run({ variant, workload, processor }) {
    const cost = (kernel: object) =>
      slope(placeOf("native", processor)!, { workload, ...kernel }, WORKLOADS[workload]!);
    const { cycles, instructions } = cost(KERNELS[variant as keyof typeof KERNELS]);
    const vanilla = variant === "vanilla" ? cycles : cost(KERNELS.vanilla).cycles;
    return [{ cycles, instructions, overhead: 100 * (cycles / vanilla - 1) }];
  },
});

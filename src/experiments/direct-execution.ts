/** How much of a guest runs directly, against its rate of sensitive instructions: the efficiency property, measured. */
import {
  bareLike,
  directFraction,
  firstDivergence,
  HybridVmm,
  ISAS,
  Processor,
  Vmm,
  workload,
} from "../formal/index.ts";
import { defineExperiment } from "./experiment.ts";

const HOST = { storage: 256, radix: 256 };

export const directExecution = defineExperiment({
  name: "direct-execution",
  title: "What a monitor does not have to touch",
  question: "What fraction of a guest's instructions runs directly, when more of them are sensitive?",
  seed: 1974,
  parameters: {
    machine: {
      default: ["s360", "pdp10"],
      oneOf: Object.keys(ISAS),
      unit: "",
      doc: "the instruction set, by its short name",
    },
    monitor: {
      default: ["vmm", "hybrid"],
      oneOf: ["vmm", "hybrid"],
      unit: "",
      doc: "the VMM of Theorem 1 or the hybrid one of Theorem 3",
    },
    rate: {
      default: [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1],
      min: 0,
      max: 1,
      unit: "1",
      doc: "sensitive instructions of all; they are all in supervisor mode",
    },
    supervisor: {
      default: 0.5,
      min: 0,
      max: 1,
      unit: "1",
      doc: "instructions in supervisor mode of all; at least the rate",
    },
    words: {
      default: 200,
      min: 32,
      max: 254,
      integer: true,
      unit: "words",
      label: "storage",
      doc: "storage of the virtual machine, and so the length of its program",
    },
  },
  columns: {
    isa: { label: "ISA", unit: "" },
    direct: { label: "executed directly", unit: "fraction of all" },
    traps: { label: "traps that the monitor took", unit: "1" },
    interpreted: { label: "interpreted", unit: "instructions" },
    steps: { label: "length of the run", unit: "instructions" },
    sensitive: { label: "sensitive instructions run", unit: "instructions" },
    equivalent: { label: "as on a bare machine", unit: "" },
  },
  run({ machine, monitor, rate, supervisor, words }, seed) {
    const isa = ISAS[machine as keyof typeof ISAS];
    const geometry = { storage: words, radix: HOST.radix };
    const { start, steps, sensitive } = workload(isa, { geometry, seed, rate, supervisor });
    const host = new Processor(isa, HOST);
    const vm = (monitor === "vmm" ? new Vmm(host) : new HybridVmm(host)).create(words);
    const diverged = firstDivergence(bareLike(vm), vm, start, steps);
    const { traps, interpreted } = vm.counts;
    const direct = directFraction(vm.counts);
    return [{ isa: isa.name, direct, traps, interpreted, steps, sensitive, equivalent: !diverged }];
  },
});

/** Waldspurger 2002, Figure 7: an idle machine and a busy one with equal shares, and a tax on memory that is not used. */
import { Consolidation } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";
import { fileServer, idler, MIB } from "./memory/guests.ts";

/** Above the 360 MiB for the two, in the figure's setup: what the host keeps for itself and free. */
const HOST = 20;

export const idleTax = defineExperiment({
  name: "idle-tax",
  title: "A tax on idle memory",
  question:
    "What does a busy machine gain when its idle neighbour has to pay for memory that it does not use?",
  parameters: {
    tax: {
      default: [0, 0.25, 0.5, 0.75, 0.9],
      min: 0,
      max: 0.99,
      unit: "1",
      doc: "τ: idle pages cost 1/(1 − τ)",
    },
    memory: {
      default: 360,
      min: 300,
      max: 520,
      unit: "MiB",
      doc: "of the host, for two machines of 256 MiB",
    },
    files: { default: 240, min: 100, max: 1000, unit: "MiB", doc: "that the busy machine serves" },
    seconds: { default: 600, min: 60, max: 3600, integer: true, unit: "s", doc: "measured, after as long" },
  },
  columns: {
    throughput: { label: "throughput of the busy machine", unit: "requests/s" },
    busy: { label: "memory of the busy machine", unit: "MiB" },
    idle: { label: "memory of the idle machine", unit: "MiB" },
    busyActive: { label: "in use of it, as sampled", unit: "%" },
    idleActive: { label: "in use of the idle one's, as sampled", unit: "%" },
  },
  seed: 1,
  run({ tax, memory, files, seconds }, seed) {
    const host = { memory: (memory + HOST) * MIB, balloon: true, scan: 0, tax, seed };
    const both = new Consolidation(host, [idler(256), fileServer(256, files)]);
    both.run(seconds);
    both.measure();
    both.run(seconds);
    const [idle, busy] = both.accounts();
    return [
      {
        throughput: busy!.throughput,
        ...{ busy: busy!.resident / MIB, idle: idle!.resident / MIB },
        ...{ busyActive: 100 * busy!.active, idleActive: 100 * idle!.active },
      },
    ];
  },
});

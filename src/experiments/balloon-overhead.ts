/** Waldspurger 2002, Figure 2: a machine that was made smaller by its balloon, beside one that was born so small. */
import { Consolidation } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";
import { fileServer, MIB } from "./memory/guests.ts";

const BORN = 256;

export const balloonOverhead = defineExperiment({
  name: "balloon-overhead",
  title: "Born small, or made small",
  question: "What does a guest lose by a balloon, compared with one that never had the memory?",
  parameters: {
    memory: { default: [128, 160, 192, 224], min: 64, max: 256, unit: "MiB", doc: "that is left of 256 MiB" },
    files: {
      default: 240,
      min: 100,
      max: 1000,
      unit: "MiB",
      doc: "that it serves: 6 MiB for each of 40 clients",
    },
    seconds: {
      default: 400,
      min: 60,
      max: 3600,
      integer: true,
      unit: "s",
      doc: "measured, after half of that",
    },
  },
  columns: {
    born: { label: "throughput of the one born so small", unit: "requests/s" },
    ballooned: { label: "throughput with a balloon", unit: "requests/s" },
    overhead: { label: "lost by the balloon", unit: "%" },
    tables: { label: "memory that the kernel keeps for pages that it lost", unit: "MiB" },
  },
  seed: 1,
  run({ memory, files, seconds }, seed) {
    const throughput = (size: number) => {
      const host = { memory: 2 * BORN * MIB, balloon: false, scan: 0, seed };
      const one = new Consolidation(host, [fileServer(size, files)]);
      const [guest] = one.guests;
      guest!.driver.setTarget((size - memory) * MIB);
      one.run(seconds / 2);
      one.measure();
      one.run(seconds);
      return { ...one.accounts()[0]!, usable: guest!.os.usable };
    };
    const [born, ballooned] = [throughput(memory), throughput(BORN)];
    return [
      {
        ...{ born: born.throughput, ballooned: ballooned.throughput },
        overhead: 100 * (1 - ballooned.throughput / born.throughput),
        tables: (born.usable - ballooned.usable) / MIB,
      },
    ];
  },
});

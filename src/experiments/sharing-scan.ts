/** How fast a host should look for equal pages, when guests go on writing. */
import { scanFor } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";

const CONTENTS = { zero: 0.07, common: 0.6, pairs: 0.11 };
const EVERY = 5;

export const sharingScan = defineExperiment({
  name: "sharing-scan",
  title: "Looking for equal pages",
  question: "How soon are equal pages found, at what price, and what is left when guests write?",
  parameters: {
    scanner: {
      default: ["random", "ksm"],
      oneOf: ["random", "ksm"],
      unit: "",
      doc: "pages at random, or round by round",
    },
    rate: {
      default: [100, 400, 1600],
      min: 1,
      max: 100_000,
      integer: true,
      unit: "pages/s",
      doc: "that are looked at",
    },
    writes: {
      default: 2,
      min: 0,
      max: 1000,
      integer: true,
      unit: "pages/s",
      doc: "that each machine writes to",
    },
    machines: { default: 4, min: 1, max: 10, integer: true, unit: "1", doc: "equal machines" },
    pages: { default: 640, min: 16, max: 10_000, integer: true, unit: "1", doc: "of each" },
    seconds: { default: 60, min: 5, max: 600, integer: true, unit: "s", doc: "of looking" },
  },
  columns: {
    second: { label: "time", unit: "s" },
    reclaimed: { label: "pages without a frame of their own", unit: "%" },
    looking: { label: "processor time of looking", unit: "%" },
    parting: { label: "processor time of parting what was shared", unit: "%" },
  },
  seed: 1,
  run({ scanner, rate, writes, machines, pages, seconds }, seed) {
    const plan = {
      machines,
      pages,
      contents: CONTENTS,
      scanner: scanner as "random" | "ksm",
      rate,
      writes,
      seed,
    };
    return scanFor(seconds, plan)
      .filter(({ second }) => second % EVERY === 0)
      .map(({ second, reclaimed, looking, parting }) => ({
        ...{ second, reclaimed: (100 * reclaimed) / (machines * pages) },
        ...{ looking: 100 * looking, parting: 100 * parting },
      }));
  },
});

/**
 * What makes two-dimensional walks bearable: page-walk caches of the guest's dimension, of both, a nested TLB, large nested pages, put in one
 * after the other as in Bhargava et al. (ASPLOS 2008).
 */
import { makeStream, STREAMS } from "../guests/streams/index.ts";
import type { CostProfile } from "../machine/cost.ts";
import { Drive } from "../machine/mmu/drive.ts";
import { HASWELL } from "../machine/profiles/haswell.ts";
import { defineExperiment } from "./experiment.ts";

const MIB = 2 ** 20;
const STEPS = [
  "native",
  "nested, nothing cached",
  "guest's page-walk cache",
  "page-walk caches of both",
  "and a nested TLB",
  "and nested pages of 2 MiB",
] as const;
type Step = (typeof STEPS)[number];
const SMALL = 12;
const LARGE = 21;

function profileOf(step: Step): CostProfile {
  const { structureCaches, nestedStructureCaches, nestedTlb, ...bare } = HASWELL;
  const at = STEPS.indexOf(step);
  return {
    ...bare,
    ...((step === "native" || at >= 2) && structureCaches && { structureCaches }),
    ...(at >= 3 && nestedStructureCaches && { nestedStructureCaches }),
    ...(at >= 4 && nestedTlb && { nestedTlb }),
  };
}

export const nestedWalkCaches = defineExperiment({
  name: "nested-walk-caches",
  title: "What makes two-dimensional walks bearable",
  question: "How much of a nested walk do page-walk caches, a nested TLB and large nested pages spare?",
  seed: 1,
  parameters: {
    stream: {
      default: ["gups", "zipf", "graph-walk"],
      oneOf: STREAMS,
      unit: "",
      doc: "what is asked of memory",
    },
    step: { default: STEPS, oneOf: STEPS, unit: "", doc: "what the processor has", label: "hardware" },
    memory: {
      default: 128,
      min: 1,
      max: 16384,
      integer: true,
      unit: "MiB",
      doc: "that the stream goes over",
    },
    accesses: {
      default: 50_000,
      min: 1000,
      max: 1e9,
      integer: true,
      unit: "accesses",
      doc: "that are measured",
    },
  },
  columns: {
    references: { label: "references", unit: "per walk" },
    nested: { label: "of them to the monitor's tables", unit: "per walk" },
    walkCycles: { label: "a walk", unit: "cycles" },
    cycles: { label: "translation", unit: "cycles per access" },
  },
  run({ stream, step, memory, accesses }, seed) {
    const source = makeStream(stream, memory * MIB, seed);
    const profile = profileOf(step);
    const drive = new Drive({
      ...{ profile, span: source.span, page: SMALL },
      ...(step !== "native" && { nested: step === STEPS.at(-1) ? LARGE : SMALL }),
    });
    drive.run(source, accesses);
    const before = drive.counts;
    drive.run(source, accesses);
    const after = drive.counts;
    const since = (count: keyof typeof after) => after[count] - before[count];
    const walks = since("walks");
    if (walks === 0) return [{ references: 0, nested: 0, walkCycles: 0, cycles: since("cycles") / accesses }];
    return [
      {
        references: since("references") / walks,
        nested: since("nestedReferences") / walks,
        walkCycles: (since("cycles") - profile.stlbHit * since("secondLevelHits")) / walks,
        cycles: since("cycles") / accesses,
      },
    ];
  },
});

/** Where the reach of the TLBs ends: streams of accesses over regions of growing size, natively and under EPT, in pages of each size. */
import { makeStream, runStream, STREAM_PAGES, STREAMS, type StreamPage } from "../guests/index.ts";
import type { CostProfile } from "../machine/cost.ts";
import { PROFILES } from "../machine/profiles/index.ts";
import { defineExperiment } from "./experiment.ts";

const PAGES = Object.keys(STREAM_PAGES) as StreamPage[];
const NATIVE = "native";
const MIB = 2 ** 20;
/** A graph is built in this computer's memory before it is walked. */
const LARGEST_GRAPH = 256;
/** Of this many pages each is touched once and more before counting begins. */
const MOST_WARM_UP = 2_000_000;

/** Processors with a second level: the others' reach is a few hundred KiB. */
const PROCESSORS = PROFILES.filter(({ stlb }) => stlb !== undefined).map(({ id }) => id);

export const tlbReach = defineExperiment({
  name: "tlb-reach",
  title: "Where the TLBs' reach ends",
  question:
    "What does translation cost an access, over the size of what is accessed, the size of pages, and under EPT?",
  parameters: {
    stream: { default: ["gups", "zipf", "strided"], oneOf: STREAMS, unit: "", doc: "kind of the accesses" },
    span: {
      default: [1, 4, 16, 64, 256, 1024, 4096],
      ...{ min: 1, max: 65_536, integer: true, unit: "MiB" },
      doc: "size of the region accessed: a power of two for gups",
      label: "region",
    },
    pages: { default: ["4 KiB", "2 MiB"], oneOf: PAGES, unit: "", doc: "size of the tables' pages" },
    nested: {
      default: [NATIVE, "4 KiB", "2 MiB"],
      oneOf: [NATIVE, ...PAGES],
      unit: "",
      doc: "size of EPT's pages; native: there is no EPT",
      label: "EPT's pages",
    },
    processor: { default: "haswell", oneOf: PROCESSORS, unit: "", doc: "TLBs, caches and prices" },
    accesses: { default: 50_000, min: 1000, max: 1e9, integer: true, unit: "1", doc: "accesses counted" },
  },
  columns: {
    cycles: { label: "translation", unit: "cycles/access" },
    firstLevelMissRate: { label: "misses of the first level", unit: "per access" },
    walkRate: { label: "walks", unit: "per access" },
    references: { label: "references", unit: "per walk" },
    reach: { label: "reach of the second level's entries", unit: "MiB" },
  },
  seed: 1,
  run({ stream: kind, span, pages, nested, processor, accesses }, seed) {
    if (kind === "graph-walk" && span > LARGEST_GRAPH) return [];
    const profile = PROFILES.find(({ id }) => id === processor) as CostProfile;
    const stream = makeStream(kind, span * MIB, seed);
    const counts = runStream({
      ...{ stream, profile, pages, accesses },
      ...(nested !== NATIVE && { nested: nested as StreamPage }),
      // Pages that a random stream has not seen by then are few; a larger region misses on nearly all anyway.
      warmUp: Math.min(MOST_WARM_UP, 4 * Math.ceil((span * MIB) / 2 ** STREAM_PAGES[pages]), 8 * accesses),
    });
    return [
      {
        cycles: counts.cycles / accesses,
        firstLevelMissRate: counts.firstLevelMisses / accesses,
        walkRate: counts.walks / accesses,
        references: counts.walks === 0 ? 0 : counts.references / counts.walks,
        reach: ((profile.stlb?.entries ?? 0) * 2 ** STREAM_PAGES[pages]) / MIB,
      },
    ];
  },
});

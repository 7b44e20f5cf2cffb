/** How large a TLB must be, and how many ways it needs: misses of streams of accesses over its geometry. */
import { makeStream, STREAMS } from "../guests/streams/index.ts";
import { Drive } from "../machine/mmu/drive.ts";
import { UNIT } from "../machine/profiles/unit.ts";
import { defineExperiment } from "./experiment.ts";

const MIB = 2 ** 20;
const FULL = "all";
const WAYS = ["1", "4", FULL] as const;
const SHIFTS = { "4 KiB": 12, "2 MiB": 21 } as const;
const SIZES = ["4 KiB", "2 MiB"] as const;

export const tlbGeometry = defineExperiment({
  name: "tlb-geometry",
  title: "How large a TLB must be",
  question: "How often does a TLB miss, over its entries, its ways and what a program asks of memory?",
  seed: 1,
  parameters: {
    stream: {
      default: ["gups", "zipf", "graph-walk", "working-sets"],
      oneOf: STREAMS,
      unit: "",
      doc: "what is asked of memory",
    },
    entries: {
      default: [16, 64, 256, 1024],
      oneOf: [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
      unit: "entries",
      doc: "of the TLB",
      label: "entries",
    },
    ways: {
      default: WAYS,
      oneOf: [...WAYS, "2", "8"],
      unit: "",
      doc: "in which a page may be found",
      label: "ways",
    },
    page: { default: "4 KiB", oneOf: SIZES, unit: "", doc: "size of the pages" },
    memory: { default: 16, min: 1, max: 4096, integer: true, unit: "MiB", doc: "that the stream goes over" },
    accesses: {
      default: 100_000,
      min: 1000,
      max: 1e9,
      integer: true,
      unit: "accesses",
      doc: "that are measured",
    },
  },
  columns: {
    misses: { label: "misses", unit: "per thousand accesses" },
  },
  run({ stream, entries, ways, page, memory, accesses }, seed) {
    const found = ways === FULL ? entries : Math.min(Number(ways), entries);
    const source = makeStream(stream, memory * MIB, seed);
    const drive = new Drive({
      profile: { ...UNIT, dtlb: { small: { entries, ways: found } } },
      span: source.span,
      page: SHIFTS[page],
    });
    // Once to fill what is empty.
    drive.run(source, accesses);
    const before = drive.counts.firstLevelMisses;
    drive.run(source, accesses);
    return [{ misses: (1000 * (drive.counts.firstLevelMisses - before)) / accesses }];
  },
});

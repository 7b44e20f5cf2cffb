/** What tags spare: several address spaces or machines take turns on one processor, and its TLBs are flushed in between, or not. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { PROFILES } from "../machine/index.ts";
import { findProfile } from "../machine/profiles/index.ts";
import { defineExperiment } from "./experiment.ts";
import { World } from "./walks/world.ts";

const MIB = 2 ** 20;
const PAGE = 4096;
/** Tables of a space and its monitor's, and what they need at most. */
const TABLES = 64 * PAGE;
const KEEP = 1 << 31;
const TAGS = ["processes, no tags", "processes, PCID", "machines, no tags", "machines, VPID"] as const;
const TAGGABLE = PROFILES.filter(({ structureCaches }) => structureCaches !== undefined).map(({ id }) => id);

export const tlbTags = defineExperiment({
  name: "tlb-tags",
  title: "What a tagged TLB is worth",
  question: "At which rate of switches does it pay that a TLB tells address spaces, or machines, apart?",
  seed: 2008,
  parameters: {
    tags: {
      default: TAGS,
      oneOf: TAGS,
      unit: "",
      doc: "what takes turns, and whether it has tags",
      label: "tags",
    },
    interval: {
      default: [100, 300, 1000, 3000, 10_000, 30_000],
      min: 1,
      max: 1_000_000,
      integer: true,
      unit: "accesses",
      doc: "from one switch to the next",
      label: "accesses between switches",
    },
    spaces: { default: 4, min: 1, max: 64, integer: true, unit: "spaces", doc: "that take turns" },
    pages: {
      default: 192,
      min: 1,
      max: 4096,
      integer: true,
      unit: "pages",
      doc: "that each uses, at random",
    },
    switches: {
      default: 200,
      min: 10,
      max: 100_000,
      integer: true,
      unit: "switches",
      doc: "that are measured",
    },
    processor: { default: "haswell", oneOf: TAGGABLE, unit: "", doc: "sizes and prices" },
  },
  columns: {
    walks: { label: "walks", unit: "per thousand accesses" },
    cycles: { label: "translation", unit: "cycles per access" },
    hits: { label: "second-level hits", unit: "per thousand accesses" },
  },
  run({ tags, interval, spaces, pages, switches, processor }, seed) {
    const profile = findProfile(processor);
    if (profile === undefined) throw new Error(`invariant: no price list ${processor}`);
    const machines = tags.startsWith("machines");
    const tagged = tags.endsWith("ID");
    const bytes = Math.ceil((pages * PAGE) / MIB + 1) * MIB;
    const world = new World({ profile, ram: MIB + spaces * (bytes + 2 * TABLES + bytes / 64) });
    const { mmu, clock, trace } = world;
    // Frames do not matter, tables do: each space its own.
    const roots = Array.from({ length: spaces }, () =>
      world.space({ from: 2 ** 39, to: 0, bytes: pages * PAGE, shift: 12 }),
    );
    const monitors = machines ? roots.map(() => world.machine("2 MiB")) : [];
    const enter = (n: number): void => {
      if (!machines) {
        mmu.loadCr3((roots[n] as number) | (tagged ? n + 1 : 0), tagged ? KEEP : 0);
        return;
      }
      // An exit to the monitor, and an entry to another machine (SDM Vol. 3, 28.3.3.1).
      mmu.setSecondDimension(monitors[n] ?? null, tagged ? n + 1 : 0);
      mmu.tags.keeping = tagged;
      mmu.loadCr3(roots[n] as number, 0);
      mmu.tags.keeping = false;
      if (!tagged) mmu.flush(true);
    };
    world.start(roots[0] as number, !machines && tagged);
    const random = xoroshiro128plus(seed);
    const round = (turns: number): void => {
      for (let turn = 0; turn < turns; turn++) {
        enter(turn % spaces);
        for (let access = 0; access < interval; access++)
          world.read(2 ** 39 + uniformInt(random, 0, pages - 1) * PAGE);
      }
    };
    round(2 * spaces);
    const before = [clock.now, trace.count("walk"), trace.count("stlbHit")] as const;
    round(switches);
    const accesses = switches * interval;
    return [
      {
        walks: (1000 * (trace.count("walk") - before[1])) / accesses,
        cycles: (clock.now - before[0]) / accesses,
        hits: (1000 * (trace.count("stlbHit") - before[2])) / accesses,
      },
    ];
  },
});

/** The campaign, a little of it. RINGLAB_PAGER_EVENTS=10000000 does more: so many events for each pager. */
import { expect, test } from "vitest";
import { nestedPager } from "../../../src/virt/mmu/nested.ts";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { shadow } from "../../../src/virt/mmu/shadow.ts";
import { EVERYTHING } from "../../../src/virt/mmu/traced/options.ts";
import { tracedPager } from "../../../src/virt/mmu/traced/traced.ts";
import { Campaign, type Kind } from "./campaign.ts";

const SEEDS = 6;
const EVENTS = Number(process.env.RINGLAB_PAGER_EVENTS ?? 6_000);

const PAGERS: Record<string, { factory: PagerFactory } & Kind> = {
  "naive shadows": { factory: shadow },
  "traced shadows": { factory: tracedPager(), coherent: true },
  "traced shadows in a small pool, with floods": {
    factory: tracedPager({ tables: 16, flood: 3 }),
    coherent: true,
  },
  "traced shadows with large pages": { factory: tracedPager({ large: true }), coherent: true },
  "traced shadows with prefetch": { factory: tracedPager({ prefetch: true }), coherent: true },
  "unsynced shadows": { factory: tracedPager({ unsync: 1 }), traces: true },
  "shadows with everything": { factory: tracedPager(EVERYTHING), traces: true },
  "agile paging": { factory: tracedPager({ agile: { after: 1, interval: 3 } }), traces: true, agile: true },
  "agile paging, late, with large pages, in a small pool": {
    factory: tracedPager({ agile: { after: 2, interval: 8 }, large: true, tables: 16 }),
    ...{ traces: true, agile: true },
  },
  "everything, late, in a small pool": {
    factory: tracedPager({ ...EVERYTHING, tables: 16, unsync: 2 }),
    traces: true,
  },
  EPT: { factory: nestedPager({ largest: 12 }), nested: true },
  "EPT with accessed and dirty flags, large pages": { factory: nestedPager({ marks: true }), nested: true },
  NPT: { factory: nestedPager({ format: "npt" }), nested: true },
};

test.each(Object.entries(PAGERS))(
  "%s: every access as the manual says, whatever was done to the tables",
  (_name, { factory, ...kind }) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const campaign = new Campaign(factory, seed, kind);
      campaign.run(EVENTS / SEEDS);
      if (process.env.RINGLAB_PAGER_EVENTS !== undefined) console.log(seed, campaign.tally);
      expect(campaign.tally.faults).toBeGreaterThan(0);
    }
  },
  30_000 + EVENTS,
);

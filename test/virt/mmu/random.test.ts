/** The campaign, a little of it. RINGLAB_PAGER_EVENTS=10000000 does more: so many events for each pager. */
import { expect, test } from "vitest";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { shadow } from "../../../src/virt/mmu/shadow.ts";
import { tracedPager } from "../../../src/virt/mmu/traced/traced.ts";
import { Campaign } from "./campaign.ts";

const SEEDS = 6;
const EVENTS = Number(process.env.RINGLAB_PAGER_EVENTS ?? 12_000);

const PAGERS: Record<string, { factory: PagerFactory; coherent: boolean }> = {
  "naive shadows": { factory: shadow, coherent: false },
  "traced shadows": { factory: tracedPager(), coherent: true },
  "traced shadows in a small pool, with floods": {
    factory: tracedPager({ tables: 16, flood: 3 }),
    coherent: true,
  },
};

test.each(Object.entries(PAGERS))(
  "%s: every access as the manual says, whatever was done to the tables",
  (_name, { factory, coherent }) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const campaign = new Campaign(factory, seed, { coherent });
      campaign.run(EVENTS / SEEDS);
      if (process.env.RINGLAB_PAGER_EVENTS !== undefined) console.log(seed, campaign.tally);
      expect(campaign.tally.faults).toBeGreaterThan(0);
    }
  },
  30_000 + EVENTS,
);

/** The campaign, a little of it. RINGLAB_PAGER_EVENTS=10000000 does more. */
import { expect, test } from "vitest";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { ShadowPager } from "../../../src/virt/mmu/shadow.ts";
import { Campaign } from "./campaign.ts";

const SEEDS = 20;
const EVENTS = Number(process.env.RINGLAB_PAGER_EVENTS ?? 40_000);

const PAGERS: Record<string, { factory: PagerFactory; coherent: boolean }> = {
  "naive shadows": { factory: (parts) => new ShadowPager(parts), coherent: false },
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
  EVENTS,
);

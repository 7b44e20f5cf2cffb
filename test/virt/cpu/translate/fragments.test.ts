/** RINGLAB_FRAGMENTS=100000 for a campaign, RINGLAB_SEED for where it begins. */

import { expect, test } from "vitest";
import { binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import type { PagerFactory } from "../../../../src/virt/mmu/pager.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 200);
const FIRST = Number(process.env.RINGLAB_SEED ?? 1);
const PAGERS: [string, PagerFactory][] = [
  ["shadow tables that are a TLB", shadow],
  ["traced shadow tables", tracedPager()],
];

test.each(PAGERS)(
  `${COUNT} random fragments of kernel code do the same as on the bare machine, with %s`,
  (_, pager) => {
    const differential = new Differential(binaryTranslation({ pager }));
    const found = differential.search(FIRST, COUNT);
    expect(found === undefined ? "" : explain(found)).toBe("");
    expect(differential.endless).toBeLessThan(COUNT / 20 + 1);
    expect(differential.open).toBeLessThan(COUNT / 5000 + 1);
  },
  60_000 + 100 * COUNT,
);

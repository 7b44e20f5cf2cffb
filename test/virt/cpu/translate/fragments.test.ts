/** RINGLAB_FRAGMENTS=100000 for a campaign, RINGLAB_SEED for where it begins. */

import { expect, test } from "vitest";
import { binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 600);
const FIRST = Number(process.env.RINGLAB_SEED ?? 1);

test(
  `${COUNT} random fragments of kernel code do the same as on the bare machine`,
  () => {
    const differential = new Differential(binaryTranslation({ pager: shadow }));
    const found = differential.search(FIRST, COUNT);
    expect(found === undefined ? "" : explain(found)).toBe("");
    expect(differential.endless).toBeLessThan(COUNT / 20 + 1);
  },
  60_000 + 100 * COUNT,
);

/** RINGLAB_FRAGMENTS=100000 for a campaign, RINGLAB_SEED for where it begins. */
import { expect, test } from "vitest";
import { VMX_PROCESSOR } from "../../../../src/machine/cpu/model.ts";
import { hardwareAssisted } from "../../../../src/virt/cpu/hardware/engine.ts";
import { vtx } from "../../../../src/virt/cpu/hardware/vtx.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 500);
const FIRST = Number(process.env.RINGLAB_SEED ?? 1);

test(
  `${COUNT} random fragments of kernel code do the same under VT-x as on the bare machine`,
  () => {
    const engine = hardwareAssisted({ pager: shadow, format: vtx() });
    const differential = new Differential(engine, { physical: VMX_PROCESSOR });
    const found = differential.search(FIRST, COUNT);
    expect(found === undefined ? "" : explain(found)).toBe("");
    expect(differential.endless).toBeLessThan(COUNT / 20 + 1);
  },
  30_000 + 40 * COUNT,
);

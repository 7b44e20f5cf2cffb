/** RINGLAB_FRAGMENTS=100000 for a campaign, RINGLAB_SEED for where it begins. */
import { expect, test } from "vitest";
import { type CpuModel, SVM_PROCESSOR, VMX_PROCESSOR } from "../../../../src/machine/cpu/model.ts";
import { hardwareAssisted } from "../../../../src/virt/cpu/hardware/engine.ts";
import { svm } from "../../../../src/virt/cpu/hardware/svm.ts";
import { vtx } from "../../../../src/virt/cpu/hardware/vtx.ts";
import type { WorldSwitchFactory } from "../../../../src/virt/cpu/hardware/world-switch.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 120);
const FIRST = Number(process.env.RINGLAB_SEED ?? 1);

test.each<[name: string, format: WorldSwitchFactory, physical: CpuModel]>([
  ["VT-x", vtx(), VMX_PROCESSOR],
  ["SVM", svm(), SVM_PROCESSOR],
])(
  `${COUNT} random fragments of kernel code do the same under %s as on the bare machine`,
  (_name, format, physical) => {
    const differential = new Differential(hardwareAssisted({ pager: shadow, format }), { physical });
    const found = differential.search(FIRST, COUNT);
    expect(found === undefined ? "" : explain(found)).toBe("");
    expect(differential.endless).toBeLessThan(COUNT / 20 + 1);
    expect(differential.open).toBeLessThan(COUNT / 5000 + 1);
  },
  30_000 + 60 * COUNT,
);

/** RINGLAB_FRAGMENTS=100000 for a campaign, RINGLAB_SEED for where it begins. */
import { expect, test } from "vitest";
import { type CpuModel, SVM_PROCESSOR, VMX_PROCESSOR } from "../../../../src/machine/cpu/model.ts";
import { GENERATIONS } from "../../../../src/machine/vmx/capabilities.ts";
import { hardwareAssisted } from "../../../../src/virt/cpu/hardware/engine.ts";
import { svm } from "../../../../src/virt/cpu/hardware/svm.ts";
import { vtx } from "../../../../src/virt/cpu/hardware/vtx.ts";
import type { WorldSwitchFactory } from "../../../../src/virt/cpu/hardware/world-switch.ts";
import { nestedPager } from "../../../../src/virt/mmu/nested.ts";
import type { PagerFactory } from "../../../../src/virt/mmu/pager.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 120);
const FIRST = Number(process.env.RINGLAB_SEED ?? 1);

const [nehalem, haswell] = ["nehalem", "haswell"].map((id) =>
  vtx(GENERATIONS.find((one) => one.id === id)),
) as [WorldSwitchFactory, WorldSwitchFactory];

test.each<[name: string, format: WorldSwitchFactory, physical: CpuModel, pager: PagerFactory]>([
  ["VT-x", vtx(), VMX_PROCESSOR, shadow],
  ["VT-x with EPT", nehalem, VMX_PROCESSOR, nestedPager({ largest: 12 })],
  ["VT-x with EPT and an unrestricted guest", haswell, VMX_PROCESSOR, nestedPager({ marks: true })],
  ["SVM", svm(), SVM_PROCESSOR, shadow],
  ["SVM with NPT", svm(), SVM_PROCESSOR, nestedPager({ format: "npt", largest: 12 })],
])(
  `${COUNT} random fragments of kernel code do the same under %s as on the bare machine`,
  (_name, format, physical, pager) => {
    const differential = new Differential(hardwareAssisted({ pager, format }), { physical });
    const found = differential.search(FIRST, COUNT);
    expect(found === undefined ? "" : explain(found)).toBe("");
    expect(differential.endless).toBeLessThan(COUNT / 20 + 1);
    expect(differential.open).toBeLessThan(COUNT / 5000 + 1);
  },
  30_000 + 60 * COUNT,
);

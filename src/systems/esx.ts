/**
 * VMware ESX on processors with EPT, by its two memory virtualizations (VMware, "Performance Evaluation of Intel EPT Hardware Assist",
 * 2009): "esx" keeps traced shadow tables in software, "esx-ept" leaves the guest's tables alone. Nothing else differs, so the two tell
 * one from the other. Type 1: the monitor stands on the hardware, and the devices are its kernel's.
 */
import { VMX_PROCESSOR } from "../machine/cpu/model.ts";
import type { MachineOptions } from "../machine/machine.ts";
import { ESX } from "../machine/profiles/monitors/esx.ts";
import { NEHALEM } from "../machine/profiles/vt-generations.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { hardwareAssisted } from "../virt/cpu/hardware/engine.ts";
import { vtx } from "../virt/cpu/hardware/vtx.ts";
import { nestedPager } from "../virt/mmu/nested.ts";
import type { PagerFactory } from "../virt/mmu/pager.ts";
import { tracedPager } from "../virt/mmu/traced/traced.ts";
import { booted, defineSystem } from "./system.ts";

const make = (pager: PagerFactory) => (options: MachineOptions) =>
  booted(
    createVm(
      { profile: NEHALEM, ...options, monitor: ESX, physical: VMX_PROCESSOR },
      hardwareAssisted({ pager, format: vtx() }),
    ),
  );

export const esx = defineSystem({
  name: "esx",
  title: "VMware ESX (VT-x, shadow paging)",
  type: 1,
  owns: { processor: "the monitor", memory: "the monitor", devices: "the monitor's kernel" },
  guest: {},
  bits: [32, 64],
  profile: NEHALEM,
  needs: "vmx",
  make: make(tracedPager()),
});

export const esxEpt = defineSystem({
  ...esx,
  name: "esx-ept",
  title: "VMware ESX (VT-x, EPT)",
  needs: "ept",
  make: make(nestedPager()),
});

/**
 * VMware Workstation 5.5 with its other monitor, for VT-x of the first generation (Adams & Agesen 2006, sec. 4): the same hosted product,
 * the same shadow page tables, and hardware in place of the translator. "vmware-ept" is what became of it on processors with EPT
 * (VMware, "Performance Evaluation of Intel EPT Hardware Assist", 2009): nothing but the pager is another.
 */
import { VMX_PROCESSOR } from "../machine/cpu/model.ts";
import type { MachineOptions } from "../machine/machine.ts";
import { VMWARE_VTX } from "../machine/profiles/monitors/vmware-vtx.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { NEHALEM } from "../machine/profiles/vt-generations.ts";
import { createVm, type Vm } from "../virt/cpu/engine.ts";
import { hardwareAssisted } from "../virt/cpu/hardware/engine.ts";
import { vtx } from "../virt/cpu/hardware/vtx.ts";
import { nestedPager } from "../virt/mmu/nested.ts";
import type { PagerFactory } from "../virt/mmu/pager.ts";
import { tracedPager } from "../virt/mmu/traced/traced.ts";
import { HostedDevices } from "./hosted.ts";
import { booted, defineSystem } from "./system.ts";

export const vmwareVtx = defineSystem({
  name: "vmware-vtx",
  title: "VMware Workstation (VT-x)",
  type: 2,
  owns: { processor: "monitor and host, in turn", memory: "the monitor", devices: "the VMX process" },
  guest: {},
  bits: [32, 64],
  profile: PENTIUM_4,
  needs: "vmx",
  make: (options) => booted(virtualMachine(tracedPager(), { profile: PENTIUM_4, ...options })),
});

export const vmwareEpt = defineSystem({
  ...vmwareVtx,
  name: "vmware-ept",
  title: "VMware (VT-x, EPT)",
  profile: NEHALEM,
  needs: "ept",
  make: (options) => booted(virtualMachine(nestedPager(), { profile: NEHALEM, ...options })),
});

function virtualMachine(pager: PagerFactory, options: MachineOptions): Vm {
  return createVm(
    { ...options, monitor: VMWARE_VTX, devices: new HostedDevices(), physical: VMX_PROCESSOR },
    hardwareAssisted({ pager, format: vtx() }),
  );
}

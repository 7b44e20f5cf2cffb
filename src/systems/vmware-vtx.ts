/**
 * VMware Workstation 5.5 with its other monitor, for VT-x of the first generation (Adams & Agesen 2006, sec. 4): the same hosted product,
 * the same shadow page tables, and hardware in place of the translator.
 */
import { VMX_PROCESSOR } from "../machine/cpu/model.ts";
import { VMWARE_VTX } from "../machine/profiles/monitors/vmware-vtx.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { hardwareAssisted } from "../virt/cpu/hardware/engine.ts";
import { vtx } from "../virt/cpu/hardware/vtx.ts";
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
  make(options) {
    return booted(
      createVm(
        {
          profile: PENTIUM_4,
          ...options,
          monitor: VMWARE_VTX,
          devices: new HostedDevices(),
          physical: VMX_PROCESSOR,
        },
        hardwareAssisted({ pager: tracedPager(), format: vtx() }),
      ),
    );
  },
});

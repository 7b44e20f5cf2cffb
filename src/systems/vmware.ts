/**
 * VMware Workstation 5.5 with its software monitor (Adams & Agesen 2006, sec. 3; Sugerman et al. 2001): a hosted monitor that translates the guest's
 * kernel and lets its programs run as they are.
 */
import { VMWARE } from "../machine/profiles/monitors/vmware.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { binaryTranslation } from "../virt/cpu/translate/engine.ts";
import { shadow } from "../virt/mmu/shadow.ts";
import { HostedDevices } from "./hosted.ts";
import { booted, defineSystem } from "./system.ts";

export const vmware = defineSystem({
  name: "vmware",
  title: "VMware Workstation (binary translation)",
  type: 2,
  owns: { processor: "monitor and host, in turn", memory: "the monitor", devices: "the VMX process" },
  guest: {},
  bits: [32],
  profile: PENTIUM_4,
  make(options) {
    return booted(
      createVm(
        { profile: PENTIUM_4, ...options, monitor: VMWARE, devices: new HostedDevices() },
        binaryTranslation({ pager: shadow }),
      ),
    );
  },
});

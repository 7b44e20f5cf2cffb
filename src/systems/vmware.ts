/**
 * VMware Workstation with its software monitor (Adams & Agesen 2006, sec. 3; Sugerman et al. 2001): a hosted monitor that translates the guest's
 * kernel and lets its programs run as they are.
 */
import type { CostProfile, MonitorPrices } from "../machine/cost.ts";
import { VMWARE } from "../machine/profiles/monitors/vmware.ts";
import { VMWARE_3 } from "../machine/profiles/monitors/vmware3.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { XEON } from "../machine/profiles/xeon.ts";
import { createVm, type Vm } from "../virt/cpu/engine.ts";
import type { VmOptions } from "../virt/cpu/host.ts";
import {
  type BinaryTranslation,
  binaryTranslation,
  type TranslationOptions,
} from "../virt/cpu/translate/engine.ts";
import { tracedPager } from "../virt/mmu/traced/traced.ts";
import { HostedDevices } from "./hosted.ts";
import { booted, defineSystem, type System } from "./system.ts";

export interface VmwareOptions extends Omit<VmOptions, "monitor">, Omit<TranslationOptions, "pager"> {
  /** The release's prices; those of 2005 unless said. */
  readonly monitor?: MonitorPrices;
}

/** Its monitor alone, with all devices: to try out another translator's policy, or another size of its cache. */
export function createVmware({ cache, most, policy, ...options }: VmwareOptions): Vm<BinaryTranslation> {
  return createVm(
    { profile: PENTIUM_4, monitor: VMWARE, ...options },
    binaryTranslation({ pager: tracedPager(), cache, most, policy }),
  );
}

interface Release {
  readonly name: string;
  readonly title: string;
  readonly profile: CostProfile;
  readonly monitor: MonitorPrices;
}

/** One technique in all releases, each at its own prices. */
const workstation = ({ name, title, profile, monitor }: Release): System =>
  defineSystem({
    name,
    title,
    type: 2,
    owns: { processor: "monitor and host, in turn", memory: "the monitor", devices: "the VMX process" },
    guest: {},
    bits: [32],
    profile,
    make(options) {
      return booted(createVmware({ profile, ...options, monitor, devices: new HostedDevices() }));
    },
  });

/** The release of Adams & Agesen 2006. */
export const vmware = workstation({
  name: "vmware",
  title: "VMware Workstation (binary translation)",
  profile: PENTIUM_4,
  monitor: VMWARE,
});

/** The release that Barham et al. measured in 2003. */
export const vmware3 = workstation({
  name: "vmware3",
  title: "VMware Workstation 3.2 (binary translation)",
  profile: XEON,
  monitor: VMWARE_3,
});

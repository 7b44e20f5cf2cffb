/**
 * KVM (Kivity et al., "kvm: the Linux Virtual Machine Monitor", Ottawa Linux Symposium 2007): the host's kernel is the monitor, by VT-x, with shadow page
 * tables at first. The interrupt controllers and the timer are modelled in the kernel; every other device is in QEMU's process, one return
 * to user mode and one system call away.
 */
import { VMX_PROCESSOR } from "../machine/cpu/model.ts";
import type { Ledger } from "../machine/ledger.ts";
import { HASWELL } from "../machine/profiles/haswell.ts";
import { KVM } from "../machine/profiles/monitors/kvm.ts";
import type { DeviceOwner } from "../virt/cpu/devices.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { hardwareAssisted } from "../virt/cpu/hardware/engine.ts";
import { vtx } from "../virt/cpu/hardware/vtx.ts";
import { tracedPager } from "../virt/mmu/traced/traced.ts";
import { isNear } from "./hosted.ts";
import { booted, defineSystem } from "./system.ts";

const IN_KERNEL_OR_PROCESS: DeviceOwner = {
  access(kind, at, ledger: Ledger) {
    if (!isNear(kind, at)) ledger.pay("hostCall");
    ledger.pay("device", at);
  },
  interrupt: (ledger: Ledger) => ledger.pay("device"),
};

export const kvm = defineSystem({
  name: "kvm",
  title: "KVM (VT-x)",
  type: 2,
  owns: {
    processor: "the host's kernel",
    memory: "the host's kernel",
    devices: "the kernel and QEMU's process",
  },
  guest: {},
  bits: [32, 64],
  profile: HASWELL,
  needs: "vmx",
  make(options) {
    return booted(
      createVm(
        {
          profile: HASWELL,
          ...options,
          monitor: KVM,
          devices: IN_KERNEL_OR_PROCESS,
          physical: VMX_PROCESSOR,
        },
        hardwareAssisted({ pager: tracedPager(), format: vtx() }),
      ),
    );
  },
});

/**
 * KVM (Kivity et al., "kvm: the Linux Virtual Machine Monitor", OLS 2007): a module makes Linux a hypervisor, a guest is a process of it, and
 * most devices are emulated by QEMU in that process; interrupt controllers and timer are the module's.
 */

import type { CostProfile } from "../machine/cost.ts";
import { RINGLAB, VMX_PROCESSOR, withHypervisor } from "../machine/cpu/model.ts";
import type { Ledger } from "../machine/ledger.ts";
import { KVM } from "../machine/profiles/monitors/kvm.ts";
import { VT_GENERATIONS } from "../machine/profiles/vt-generations.ts";
import type { DeviceOwner } from "../virt/cpu/devices.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { hardwareAssisted } from "../virt/cpu/hardware/engine.ts";
import { KVM_FEATURES, kvmCalls } from "../virt/cpu/hardware/kvm-calls.ts";
import { vtx } from "../virt/cpu/hardware/vtx.ts";
import { shadow } from "../virt/mmu/shadow.ts";
import { booted, defineSystem } from "./system.ts";

/** PIC, PIT and port 61h. */
const IN_KERNEL = new Set([0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61]);
const APICS = [0xfec00000, 0xfee00000];
const PAGE = 4096;

/** To QEMU and back is a return from an ioctl and the next one. */
class KvmDevices implements DeviceOwner {
  access(kind: "port" | "memory", at: number, ledger: Ledger): void {
    const inKernel =
      kind === "port" ? IN_KERNEL.has(at) : APICS.some((first) => at >= first && at < first + PAGE);
    if (!inKernel) ledger.pay("hostCall");
    ledger.pay("device", at);
  }

  /** The host is Linux itself: its own handler runs. */
  interrupt(ledger: Ledger): void {
    ledger.pay("device");
  }
}

const MEROM = VT_GENERATIONS[0] as CostProfile;

export const kvm = defineSystem({
  name: "kvm",
  title: "KVM",
  type: 2,
  owns: { processor: "Linux with KVM", memory: "Linux", devices: "QEMU's process and KVM" },
  guest: {},
  bits: [32, 64],
  profile: MEROM,
  needs: "vmx",
  make(options) {
    const model = withHypervisor(options.model ?? RINGLAB, "KVMKVMKVM", [
      KVM_FEATURES.nopIoDelay | KVM_FEATURES.mmuOp,
      0,
      0,
      0,
    ]);
    return booted(
      createVm(
        {
          profile: MEROM,
          ...options,
          ...{ model, monitor: KVM, devices: new KvmDevices(), physical: VMX_PROCESSOR },
        },
        hardwareAssisted({ pager: shadow, format: vtx(), hypercall: kvmCalls }),
      ),
    );
  },
});

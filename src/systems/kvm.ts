/**
 * KVM (Kivity et al., "kvm: the Linux Virtual Machine Monitor", Linux Symposium 2007): a module by which the host's kernel is the monitor. The guest
 * runs by VT-x, a virtual processor is a thread of QEMU's process, and the shadow pages are those of its time: kept, traced, and given up when
 * they are written over.
 *
 * Type 2, as it comes with a host operating system, whose scheduler and memory it uses. But no world is switched: the monitor is
 * in that host's kernel, and an exit that the kernel deals with never leaves it.
 *
 * On a processor with EPT the same module ("kvm-ept") keeps one set of tables from guest-physical to host-physical memory and leaves the
 * guest's own alone (Linux 2.6.26, "two-dimensional paging").
 */
import { type CpuModel, RINGLAB, VMX_PROCESSOR, withHypervisor } from "../machine/cpu/model.ts";
import type { MachineOptions } from "../machine/machine.ts";
import { KVM } from "../machine/profiles/monitors/kvm.ts";
import { MEROM, NEHALEM } from "../machine/profiles/vt-generations.ts";
import { createVm, type Vm } from "../virt/cpu/engine.ts";
import { hardwareAssisted } from "../virt/cpu/hardware/engine.ts";
import { KVM_FEATURES, kvmCalls } from "../virt/cpu/hardware/kvm-calls.ts";
import { type VtxOptions, vtx } from "../virt/cpu/hardware/vtx.ts";
import type { VmOptions } from "../virt/cpu/host.ts";
import { type NestedOptions, nestedPager } from "../virt/mmu/nested.ts";
import { shadow } from "../virt/mmu/shadow.ts";
import type { TracedOptions } from "../virt/mmu/traced/options.ts";
import { tracedPager } from "../virt/mmu/traced/traced.ts";
import { KVM_DEVICES } from "./kvm-devices.ts";
import { booted, defineSystem } from "./system.ts";

/** Writes without a use in between, after which KVM gives a shadow page up (Linux 2.6.20, mmu.c, kvm_mmu_pte_write). */
const FLOOD = 3;

export interface KvmOptions extends MachineOptions {
  /** Guests are told that they may write page tables by hypercall (KVM_FEATURE_MMU_OP, Linux 2.6.25 … 3.2); they are unless said. */
  readonly mmuOp?: boolean;
  /**
   * "shadow" unless said: shadows that are kept and traced. "naive": forgotten at each load of CR3. "ept": a guest writes its page tables
   * itself, and is told of no hypercall for it.
   */
  readonly paging?: "naive" | "shadow" | "ept";
  /** What the shadow pager does besides; giving up floods of writes, as KVM of 2007 did, unless said. */
  readonly shadow?: TracedOptions;
  /** Under EPT: the guest's translations carry a VPID where the processor has them. They do unless said. */
  readonly vpid?: boolean;
  /** How interrupts reach the guest: by exit and injection unless said (hardware/vtx.ts). */
  readonly interrupts?: VtxOptions["interrupts"];
  /** Devices of the host's that are the guest's own; they need EPT. */
  readonly assigned?: VmOptions["assigned"];
  /** Who answers for devices: KVM and QEMU, as kvm-devices.ts has it, unless said. */
  readonly devices?: VmOptions["devices"];
  /** One of several guests of a host. */
  readonly within?: VmOptions["within"];
  readonly attach?: VmOptions["attach"];
  /** Under EPT: the largest page that memory is given in, as a power of two; 21 unless said. */
  readonly largest?: NestedOptions["largest"];
}

/** What CPUID says to a guest; a model that names a hypervisor already stays what it is. */
function toldOf(model: CpuModel, features: number): CpuModel {
  return model.hypervisor === undefined ? withHypervisor(model, "KVMKVMKVM", [features, 0, 0, 0]) : model;
}

export function kvmVm({
  paging = "shadow",
  mmuOp = paging !== "ept",
  model = RINGLAB,
  shadow: kept = { flood: FLOOD },
  largest = 21,
  vpid = true,
  interrupts = "injected",
  devices = KVM_DEVICES,
  ...machine
}: KvmOptions = {}): Vm {
  const features = KVM_FEATURES.nopIoDelay | (mmuOp ? KVM_FEATURES.mmuOp : 0);
  return createVm(
    {
      profile: MEROM,
      ...machine,
      model: toldOf(model, features),
      physical: VMX_PROCESSOR,
      monitor: KVM,
      devices,
    },
    hardwareAssisted({
      pager: { naive: shadow, shadow: tracedPager(kept), ept: nestedPager({ largest }) }[paging],
      format: vtx(undefined, { vpid, interrupts }),
      hypercall: kvmCalls,
    }),
  );
}

export const kvm = defineSystem({
  name: "kvm",
  title: "KVM (VT-x, shadow paging)",
  type: 2,
  owns: {
    processor: "the host's kernel, which it is part of",
    memory: "the host's kernel",
    devices: "QEMU's process; interrupts and timer, the host's kernel",
  },
  guest: {},
  bits: [32, 64],
  profile: MEROM,
  needs: "vmx",
  make: (options) => booted(kvmVm(options)),
});

export const kvmEpt = defineSystem({
  ...kvm,
  name: "kvm-ept",
  title: "KVM (VT-x, EPT)",
  profile: NEHALEM,
  needs: "ept",
  make: (options) => booted(kvmVm({ profile: NEHALEM, ...options, paging: "ept" })),
});

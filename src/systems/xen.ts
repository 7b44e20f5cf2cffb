/**
 * Xen as it was first (Barham et al., "Xen and the Art of Virtualization", SOSP 2003): a hypervisor on the hardware, and a guest kernel that
 * knows it: it runs in ring 1, asks for what it may not do itself, and its page tables are the processor's. Devices are models of the
 * hypervisor's here; those of the paper belong to domain 0 and come with split drivers.
 */
import { XEN } from "../machine/profiles/monitors/xen.ts";
import { XEON } from "../machine/profiles/xeon.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { paravirt } from "../virt/cpu/paravirt/index.ts";
import { booted, defineSystem } from "./system.ts";

export const xen = defineSystem({
  name: "xen",
  title: "Xen (paravirtualization)",
  type: 1,
  owns: {
    processor: "the hypervisor",
    memory: "the hypervisor; its page tables, the guest",
    devices: "the hypervisor",
  },
  guest: { pv: true, systemCall: "int80" },
  bits: [32],
  profile: XEON,
  make(options) {
    return booted(createVm({ profile: XEON, ...options, monitor: XEN }, paravirt));
  },
});

/**
 * Xen as of 2003 (Barham et al., SOSP 2003): a monitor on the hardware, and a kernel that was changed for it. Its devices are models of the
 * monitor's here; those of the paper belong to domain 0 and come with split drivers.
 */
import { XEN } from "../machine/profiles/monitors/xen.ts";
import { XEON } from "../machine/profiles/xeon.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { paravirt } from "../virt/cpu/paravirt/index.ts";
import { defineSystem } from "./system.ts";

export const xen = defineSystem({
  name: "xen",
  title: "Xen (paravirtualization)",
  type: 1,
  owns: {
    processor: "the monitor",
    memory: "the monitor; the guest its page tables",
    devices: "the monitor",
  },
  guest: { pv: true, systemCall: "int80" },
  profile: XEON,
  make(options) {
    const { machine, engine } = createVm({ profile: XEON, ...options, monitor: XEN }, paravirt);
    return { machine, crossings: engine.crossings };
  },
});

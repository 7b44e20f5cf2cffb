/**
 * Xen with a paravirtual guest (Barham et al. 2003): the hypervisor on the hardware, the guest's kernel changed to ask it for what only
 * ring 0 may do.
 */
import { XEN } from "../machine/profiles/monitors/xen.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { createVm } from "../virt/cpu/engine.ts";
import { paravirt } from "../virt/cpu/paravirt/index.ts";
import { defineSystem } from "./system.ts";

export const xen = defineSystem({
  name: "xen",
  title: "Xen (paravirtualization)",
  type: 1,
  owns: { processor: "the hypervisor", memory: "the guest, validated", devices: "the hypervisor" },
  guest: {},
  profile: PENTIUM_4,
  make(options) {
    const { machine, engine } = createVm({ profile: PENTIUM_4, ...options, monitor: XEN }, paravirt);
    return { machine, crossings: engine.crossings };
  },
});

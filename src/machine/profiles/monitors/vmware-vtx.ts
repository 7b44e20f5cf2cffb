/** The hardware monitor of Adams & Agesen 2006: VT-x of the first generation, and the same traced shadow page tables. */
import type { MonitorPrices } from "../../cost.ts";
import { VMWARE } from "./vmware.ts";

/** What the two monitors share is priced once. */
export const VMWARE_VTX: MonitorPrices = {
  id: "vmware-vtx",
  name: "VMware Workstation 5.5, VT-x monitor, 2005",
  work: { ...VMWARE.work, dispatch: 4700, decode: 3600, inject: 100 },
  sources: {
    ...VMWARE.sources,
    dispatch:
      "fitted: Adams & Agesen 2006, pgfault: 11242 cycles, of which the hardware's exit, entry, and our five VMREADs and a VMWRITE are some " +
      "5400. The rest is a monitor that begins each exit with empty TLBs (no tags yet) and reads more of the VMCS, at 178 cycles a field",
    decode:
      "fitted: Adams & Agesen 2006, in and ptemod, both together: 15826 and 12733 cycles. What they have and a page fault has not is the fetch " +
      "of the instruction through the guest's page tables in software, and its decoding: the translator does it once, this monitor each time",
    inject: "assumption: the hardware delivers; the monitor fills in the field",
  },
};

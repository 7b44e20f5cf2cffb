/** The monitor that Barham et al. compared with in 2003: three years before vmware.ts, on a processor of another kind. */
import type { MonitorPrices } from "../../cost.ts";
import { VMWARE } from "./vmware.ts";

const FITTED_NULL_CALL =
  "fitted: Barham et al. 2003, Table 3: a null call takes 0.28 µs more than natively, 670 cycles, and one way back by IRET that the guest's " +
  "kernel does not know of is 450 of them. The rest is divided among five call-outs and the way in and out by an assumption";
const AS_VMWARE = "assumption: as vmware.ts, whose source is";

export const VMWARE_3: MonitorPrices = {
  id: "vmware3",
  name: "VMware Workstation 3.2, 2002",
  work: {
    ...VMWARE.work,
    dispatch: 32,
    inject: 32,
    emulate: 12,
    callout: 12,
    lookup: 10,
    userEntry: 25,
    addressSpace: 35_800,
    shadowFill: 1300,
  },
  sources: {
    ...(Object.fromEntries(
      Object.entries(VMWARE.sources).map(([work, source]) => [work, `${AS_VMWARE}: ${source}`]),
    ) as typeof VMWARE.sources),
    dispatch: FITTED_NULL_CALL,
    inject: FITTED_NULL_CALL,
    emulate: FITTED_NULL_CALL,
    callout: FITTED_NULL_CALL,
    lookup: FITTED_NULL_CALL,
    userEntry: FITTED_NULL_CALL,
    shadowFill:
      "fitted: Barham et al. 2003, Table 3: fork and exec take 7.95 and 4.34 times the native time, with eight and some thirty entries to be filled in",
    addressSpace:
      "fitted: Barham et al. 2003, Table 4: a switch between two processes takes 18.1 µs, 43,000 cycles, of which the model's monitor, which keeps its shadows, " +
      "explains 3000. Whatever this release did to change shadows, it is in it",
  },
};

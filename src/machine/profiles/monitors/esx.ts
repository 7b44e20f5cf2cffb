/** VMware ESX 4.0 on a Xeon 5500: the monitor for VT-x of vmware-vtx.ts, four years on and on another microarchitecture. */
import type { MonitorPrices, MonitorWork } from "../../cost.ts";
import { VMWARE_VTX } from "./vmware-vtx.ts";

/** Cycles of a Nehalem for one of a Prescott. */
const SHARE = 0.67;
const FITTED =
  "fitted: VMware, Performance Evaluation of Intel EPT Hardware Assist (2009), 600 % of the best micro-benchmark, by one factor for all of the monitor's " +
  "work. As vmware-vtx.ts otherwise, whose source is";

const every = <T>(make: (work: MonitorWork) => T) =>
  Object.fromEntries(Object.keys(VMWARE_VTX.work).map((work) => [work, make(work as MonitorWork)])) as Record<
    MonitorWork,
    T
  >;

export const ESX: MonitorPrices = {
  id: "esx",
  name: "VMware ESX 4.0, 2009",
  work: every((work) => Math.round(SHARE * VMWARE_VTX.work[work])),
  sources: every((work) => `${FITTED}: ${VMWARE_VTX.sources[work]}`),
};

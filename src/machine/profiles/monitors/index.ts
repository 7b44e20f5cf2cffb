/** The price lists of monitors' work by name. */
import type { MonitorPrices } from "../../cost.ts";
import { ESX } from "./esx.ts";
import { KVM } from "./kvm.ts";
import { QEMU } from "./qemu.ts";
import { UNIT_MONITOR } from "./unit.ts";
import { VMWARE } from "./vmware.ts";
import { VMWARE_VTX } from "./vmware-vtx.ts";
import { VMWARE_3 } from "./vmware3.ts";
import { XEN } from "./xen.ts";
import { XEN_1_NETWORK, XEN_3_NETWORK } from "./xen-network.ts";

export const MONITORS: readonly MonitorPrices[] = [
  VMWARE_3,
  VMWARE,
  VMWARE_VTX,
  ESX,
  XEN,
  XEN_1_NETWORK,
  XEN_3_NETWORK,
  KVM,
  QEMU,
  UNIT_MONITOR,
];

/** By its id; undefined when there is none. */
export const findMonitor = (id: string): MonitorPrices | undefined => MONITORS.find((one) => one.id === id);

/** Hosts with less memory than their guests believe. */

export {
  ESX_2002,
  Host,
  type MemoryPrices,
  RandomScanner,
  REFERENCE,
  UNIT_PRICES,
} from "../../virt/memory/index.ts";
export { type Account, Consolidation, type GuestPlan, type HostPlan } from "./consolidation.ts";
export { bootImage, type Contents, shared } from "./image.ts";
export { type ScanPlan, type Second, scanFor } from "./scan-rate.ts";
export { type TakeBackPlan, type Taken, takeBack } from "./take-back.ts";
export { probe } from "./timing.ts";
export type { WorkloadPlan } from "./workload.ts";

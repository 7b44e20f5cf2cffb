/** Split drivers, for labs: what decides in them, and what they do with it. */
export { DELIVERY, type EventField, type EventWords } from "../../virt/io/xen/event-policy.ts";
export { type GrantEntry, type GrantUse, PINNING } from "../../virt/io/xen/grant-policy.ts";
export { BACK_END, type RingIndex, type RingPage } from "../../virt/io/xen/ring-policy.ts";
export {
  PAGE_ACCESS,
  type PageAccess,
  SplitDisk,
  type SplitDiskCost,
  type SplitDiskPlan,
} from "./split-disk.ts";
export { netPath, type PathStep } from "./split-net.ts";
export { SPLIT, type SplitPolicy } from "./split-world.ts";

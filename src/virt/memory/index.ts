/** Host memory management: who has which frame, and how memory comes from those who have it to those who need it. */
export type {
  Balloon,
  BalloonChannel,
  Claim,
  GuestMemory,
  Sharer,
  SharingPort,
  Targets,
} from "./contract.ts";
export { PAGE_BYTES } from "./contract.ts";
export { FREE, MONITOR, SHARED } from "./frames.ts";
export { BATCH, BalloonDriver } from "./guest/balloon-driver.ts";
export { fillPage, mix } from "./guest/content.ts";
export { GuestDisk } from "./guest/disk.ts";
export { HotPlug } from "./guest/hot-plug.ts";
export { type GuestOptions, GuestOs } from "./guest/os.ts";
export { Host, type HostOptions } from "./host.ts";
export { KsmScanner } from "./ksm.ts";
export { EPT_P2M, NPT_P2M, type P2mFormat } from "./p2m-format.ts";
export { ESX_2002, MEMORY_WORK, type MemoryPrices, type MemoryWork, UNIT_PRICES } from "./prices.ts";
export { Reclaimer } from "./reclaim.ts";
export { REFERENCE } from "./reference.ts";
export { Sampler } from "./sampling.ts";
export { RandomScanner, type Scanner } from "./scanner.ts";
export { Vm, type VmOptions } from "./vm.ts";

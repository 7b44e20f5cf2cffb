/** Guest programs: a small kernel, workloads on it, and the builder of disk images. */
export { buildGuest, type Guest, type GuestOptions, type Listing } from "./build.ts";
export { GuestError } from "./guest-error.ts";
export {
  buildIoGuest,
  expectedIo,
  IO_DRIVERS,
  IO_EXITS,
  IO_INTERRUPTS,
  IO_OPERATIONS,
  IO_WAITS,
  type IoOptions,
  ioDisk,
} from "./io.ts";
export type { IoGuest } from "./io-image.ts";
export { buildIommuGuest, expectedIommu, type IommuGuestOptions } from "./iommu.ts";
export { sysbenchPrimes } from "./models.ts";
export { buildNano, type NanoGuest } from "./nano.ts";
export {
  type Bits,
  expectedNano,
  type Nanobenchmark,
  type NanoOptions,
  nanobenchmarks,
  nanobenchmarksOf,
  perOperation,
} from "./nanobenchmarks.ts";
export { buildNetGuest, expectedNet, NET_DRIVERS, NET_WORKLOADS, type NetOptions } from "./net.ts";
export { NetPeer } from "./net-frames.ts";
export { SITE_SIZE, type Site } from "./sites.ts";
export * from "./streams/index.ts";
export {
  deviceWorkloads,
  expectedOutput,
  findWorkload,
  type Parameter,
  sseWorkloads,
  type Workload,
  workloads,
} from "./workloads.ts";

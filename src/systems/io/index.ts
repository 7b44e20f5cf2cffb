/** Devices, and what stands between them and memory. */
export {
  PROTECTION_NAMES,
  PROTECTIONS,
  type Protection,
  type ProtectionName,
} from "../../virt/io/iommu/protection.ts";
export { type DmaCost, type DmaPlan, DmaStream } from "./dma-stream.ts";
export { type IoFlushes, type IoProtection, type IoTables, ownDomain } from "./own-domain.ts";

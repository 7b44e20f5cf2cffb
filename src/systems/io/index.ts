/** Devices, and what stands between them and memory. */
export { type DmaCost, type DmaPlan, DmaStream, type FlushPolicy } from "./dma-stream.ts";
export { type IoFlushes, type IoProtection, type IoTables, ownDomain } from "./own-domain.ts";

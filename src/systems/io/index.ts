/** Devices, and what stands between them and memory. */
export { type DmaCost, type DmaPlan, DmaStream, type FlushPolicy } from "./dma-stream.ts";

/** Virtio devices with their counterparty: a driver without a bus between them, for whoever studies the queue alone. */
export type { Dma } from "../../machine/dma.ts";
export { diskBackend } from "../../virt/io/block/disk.ts";
export { BLK_TYPE, VirtioBlk } from "../../virt/io/virtio/blk.ts";
export { DriverMemory } from "../../virt/io/virtio/driver/memory.ts";
export { SplitDriver } from "../../virt/io/virtio/driver/split.ts";
export { EVENT_IDX, INDIRECT_DESC, STATUS, VERSION_1 } from "../../virt/io/virtio/features.ts";
export type {
  Chain,
  QueueFault,
  QueueLayout,
  Virtqueue,
  VirtqueueFactory,
} from "../../virt/io/virtio/queue.ts";
export { splitQueue } from "../../virt/io/virtio/split.ts";

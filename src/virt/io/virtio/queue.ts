/**
 * The contract of a virtqueue's device side: how a device takes the buffers that a driver offers, and gives them back.
 *
 *     driver ──▶ available ──pop()──▶ device ──push()──▶ used ──▶ driver
 *                                       └─────notify(): is the driver to be interrupted?
 *
 * What the driver writes is hostile until proven otherwise: a queue that breaks the rules is a value (a QueueFault), never an exception,
 * and from then on the queue stays as it is until the device is reset.
 */
import type { Dma } from "../../../machine/dma.ts";

/** What one descriptor points at: bytes in guest memory (an Iova). */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** A buffer (2.6): what the device may read, and then what it may write. Either list may be empty. */
export interface Chain {
  /** Of the chain's head descriptor (split) or the buffer's own (packed); push() gives it back to the driver. */
  readonly id: number;
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
  /** Descriptors of the ring that it takes: what a packed ring skips when it is used. 1 with an indirect table. */
  readonly slots: number;
}

/** What a driver got wrong. The device then needs a reset (2.1.2). */
export const QUEUE_FAULTS = {
  outside: "a part of the queue or an indirect table is not in memory",
  index: "the available index is more than a queue ahead of the used one",
  head: "a descriptor's index is beyond the table",
  loop: "a chain has more descriptors than its table, or than the queue",
  order: "a descriptor that the device reads follows one that it writes",
  length: "a chain has more than 2^32 bytes",
  indirect:
    "an indirect table that was not negotiated, is inside another one, is followed by a chain, or is not whole descriptors",
} as const;
export interface QueueFault {
  readonly fault: keyof typeof QUEUE_FAULTS;
}

export interface Virtqueue {
  /** The next buffer that the driver has made available; undefined when there is none. */
  pop(): Chain | QueueFault | undefined;
  /**
   * Gives a buffer back: it is used. `written`: bytes that the device has written, counted from the start of its first writable segment, all
   * of them written before this call. False: the ring was not in memory.
   */
  push(chain: Chain, written: number): boolean;
  /** Asked once after some calls of push(): whether the driver wants to be told of what was pushed since the last call. */
  notify(): boolean;
  /**
   * Whether the device wants to be told of what is made available from here on; to begin with it does. A device that asks for it calls pop()
   * again afterwards, since the driver may have been quicker. False: the ring was not in memory.
   */
  listen(wanted: boolean): boolean;
  /** All that the queue knows and memory does not, as whole numbers. A queue that is made with it goes on from there. */
  position(): number[];
}

/** Where a driver has put its queue, and what it negotiated. */
export interface QueueLayout {
  /** Descriptors; a power of 2 up to 32768 in a split queue. */
  readonly size: number;
  /** Iovas of the Descriptor Area (table or ring), the Driver Area (available ring or driver events), and the Device Area (used ring or device events). */
  readonly descriptors: number;
  readonly driver: number;
  readonly device: number;
  /** VIRTIO_F_INDIRECT_DESC */
  readonly indirect: boolean;
  /** VIRTIO_F_EVENT_IDX */
  readonly eventIndex: boolean;
}

/** Makes a queue's device side; `position`: from another queue's position(), or a fresh queue. Memory is reached by `dma` only. */
export type VirtqueueFactory = (layout: QueueLayout, dma: Dma, position?: readonly number[]) => Virtqueue;

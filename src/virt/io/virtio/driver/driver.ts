/** The contract of a virtqueue's driver side: how a driver offers buffers, and gets them back. */
import type { QueueLayout, Segment } from "../queue.ts";
import type { DriverMemory } from "./memory.ts";

export interface Used {
  readonly id: number;
  /** Bytes that the device has written. */
  readonly written: number;
}

export interface DriverOptions {
  readonly size: number;
  readonly indirect?: boolean;
  readonly eventIndex?: boolean;
}

export interface QueueDriver {
  readonly layout: QueueLayout;
  /** Offers a buffer, in an indirect table where one is given (16 bytes a segment); its id, or undefined when the queue is full. */
  add(readable: readonly Segment[], writable: readonly Segment[], table?: number): number | undefined;
  /** Whether the device wants to be told of what was offered since the last call. */
  kickNeeded(): boolean;
  /** Whether it wants to be interrupted: at once, or after so many more descriptors (with the event index). */
  listen(wanted: boolean, after?: number): void;
  /** The next buffer that the device has given back. Throws an Error for one that the device does not have. */
  next(): Used | undefined;
}

export type QueueDriverClass = new (memory: DriverMemory, options: DriverOptions) => QueueDriver;

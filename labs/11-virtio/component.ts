/** What the student of lab 11 writes: the device side of a split virtqueue. */

/** Where the driver has put its queue, and what was negotiated. */
export interface Queue {
  /** Descriptors: a power of 2. */
  readonly size: number;
  /** Addresses of the descriptor table, the available ring and the used ring. */
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  /** VIRTIO_F_INDIRECT_DESC and VIRTIO_F_EVENT_IDX. */
  readonly indirect: boolean;
  readonly eventIndex: boolean;
}

/** How far the device is; each counts from 0 to 65535 and begins anew. */
export interface Position {
  /** The next entry of the available ring. */
  readonly available: number;
  /** The next entry of the used ring … */
  readonly used: number;
  /** … and what it was when `tells` was last asked. */
  readonly told: number;
}

/** The guest's memory, little-endian. */
export interface Memory {
  /** A whole number of 2, 4 or 8 bytes; −1 when that is not in memory. */
  read(at: number, bytes: 2 | 4 | 8): number;
  /** False: not in memory, and nothing was written. */
  write(at: number, bytes: 2 | 4, value: number): boolean;
}

export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** What the device may read, and then what it may write. */
export interface Buffer {
  readonly readable: Segment[];
  readonly writable: Segment[];
}

/** What a driver got wrong. */
export type Fault = "outside" | "index" | "head" | "loop" | "order" | "length" | "indirect";

export interface VirtqueueDevice {
  /** The head of the next chain; null when there is none. */
  next(queue: Queue, position: Position, memory: Memory): number | Fault | null;
  /** The buffer of a chain. */
  buffer(queue: Queue, head: number, memory: Memory): Buffer | Fault;
  /** Puts a chain into the used ring. False: that is not in memory. */
  give(queue: Queue, position: Position, head: number, written: number, memory: Memory): boolean;
  /** Whether the driver is interrupted for what was given since it was asked last. */
  tells(queue: Queue, position: Position, memory: Memory): boolean;
}

/** Where a tenant of the host's memory lies, a virtual machine or a process: in one piece (segments.ts), or in pages (pages.ts). */
import type { Hpa } from "../../../machine/address.ts";

export interface Placement {
  /** False when there is no place for so many bytes now. Throws a RangeError for sizes that never fit, and for a tenant that is here already. */
  admit(tenant: number, bytes: number): boolean;
  /** Its memory is zeroed and free. */
  leave(tenant: number): void;
  /** Host-physical address of `size` bytes at an offset into a tenant's memory; undefined: the hardware refuses the access. */
  translate(tenant: number, offset: number, size: number): Hpa | undefined;
  readonly usage: Usage;
}

/** All but the counts in bytes. */
export interface Usage {
  readonly memory: number;
  /** What tenants asked for. */
  readonly asked: number;
  /** Taken from the free memory: `asked`, and what is lost inside of what was given (internal fragmentation). */
  readonly taken: number;
  /** The largest piece of memory that a tenant could get now. */
  readonly largest: number;
  /** Free pieces. */
  readonly holes: number;
  /** Copied to make room, so far. */
  readonly moved: number;
}

/** The part of the free memory that nobody can have because it is in pieces, 0 to 1 (external fragmentation). */
export function externalFragmentation({ memory, taken, largest }: Usage): number {
  const free = memory - taken;
  return free === 0 ? 0 : 1 - largest / free;
}

/** The part of the memory that was given out and not asked for, 0 to 1 (internal fragmentation). */
export function internalFragmentation({ asked, taken }: Usage): number {
  return taken === 0 ? 0 : 1 - asked / taken;
}

/** Throws a RangeError for a size that is no number of bytes of this memory. */
export function checkSize(bytes: number, memory: number): void {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > memory)
    throw new RangeError(`a tenant of ${bytes} bytes: it must be a whole number from 1 to ${memory}`);
}

/**
 * Streams of accesses to memory: what a program asks of memory, without the program.
 *
 *     an access, uint32     31 ─────────────────── 1    0
 *                           line of 64 bytes         │ write          128 GiB of addresses, from 0 on
 */

/** Bytes of a line: nothing in the memory's hardware tells two addresses of one line apart. */
export const LINE = 64;
/** Bytes that a stream can reach. */
export const STREAM_SPAN = 2 ** 31 * LINE;

/** An endless sequence of accesses, the same each time that it is made. */
export interface AddressStream {
  /** Bytes of the region, from 0 on, that its accesses lie in; at most STREAM_SPAN. */
  readonly span: number;
  /** The next `into.length` accesses. */
  fill(into: Uint32Array): void;
}

/** The access to the byte at an address. */
export function accessTo(at: number, write = false): number {
  return 2 * Math.floor(at / LINE) + (write ? 1 : 0);
}

/** The first byte of an access's line. */
export function addressOf(access: number): number {
  return (access >>> 1) * LINE;
}

export function isWriteAccess(access: number): boolean {
  return (access & 1) !== 0;
}

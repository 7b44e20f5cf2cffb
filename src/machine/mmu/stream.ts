/**
 * Streams of memory accesses, for runs that are out of an interpreter's reach: what a program asks of memory without the program.
 *
 *     an access, uint32     31 ────────────────── 1     0
 *                           line of 64 bytes        │ write           128 GiB of addresses, from 0 on
 */

/** Bytes of a line: nothing in the memory's hardware tells two addresses of one line apart. */
export const LINE = 64;
/** Bytes that a stream can reach: 2³¹ lines. */
export const STREAM_SPAN = 2 ** 31 * LINE;

/** An endless sequence of accesses. */
export interface AddressStream {
  /** Bytes of the region that its addresses lie in; at most STREAM_SPAN. */
  readonly span: number;
  /** The next `into.length` accesses. */
  fill(into: Uint32Array): void;
}

/** The access to a byte of the region. */
export const accessOf = (at: number, write = false): number => 2 * Math.floor(at / LINE) + (write ? 1 : 0);
export const addressOf = (access: number): number => (access >>> 1) * LINE;
export const isWriteOf = (access: number): boolean => (access & 1) !== 0;

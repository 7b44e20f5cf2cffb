/**
 * Block requests and responses as a 32-bit x86 guest lays them out (io/blkif.h): 64-bit fields are aligned to 4, so a request has 108 bytes.
 *
 *     request    0 operation │ 1 nr_segments │ 2 handle │ 4 id (8) │ 12 sector_number (8) │ 20 seg[11]
 *     segment    0 gref (4) │ 4 first_sect │ 5 last_sect │ 6 –
 *     response   0 id (8) │ 8 operation │ 10 status (2, signed)
 */
import { ringSize } from "../ring.ts";

export const BLKIF_OP = { read: 0, write: 1, flush: 3 } as const;
export const BLKIF_RSP = { okay: 0, error: -1, notSupported: -2 } as const;
export const SEGMENTS = 11;
export const REQUEST_BYTES = 20 + 8 * SEGMENTS;
export const RING_SIZE = ringSize(REQUEST_BYTES);
export const SECTORS_PER_PAGE = 8;

/** Sectors `first` … `last` of a page. */
export interface Segment {
  readonly reference: number;
  readonly first: number;
  readonly last: number;
}

export interface Request {
  readonly operation: number;
  /** The front end's own, given back as it is. */
  readonly id: bigint;
  readonly sector: number;
  /** As many as there are bytes for, whatever `count` says. */
  readonly segments: readonly Segment[];
  readonly count: number;
}

export interface Response {
  readonly id: bigint;
  readonly operation: number;
  readonly status: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function encodeRequest({ operation, id, sector, segments }: Omit<Request, "count">): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const fields = view(bytes);
  fields.setUint8(0, operation);
  fields.setUint8(1, segments.length);
  fields.setBigUint64(4, id, true);
  fields.setBigUint64(12, BigInt(sector), true);
  for (const [n, { reference, first, last }] of segments.entries()) {
    fields.setUint32(20 + 8 * n, reference, true);
    fields.setUint8(24 + 8 * n, first);
    fields.setUint8(25 + 8 * n, last);
  }
  return bytes;
}

export function decodeRequest(bytes: Uint8Array): Request {
  const fields = view(bytes);
  const count = fields.getUint8(1);
  const segments = Array.from({ length: Math.min(count, SEGMENTS) }, (_, n) => ({
    reference: fields.getUint32(20 + 8 * n, true),
    first: fields.getUint8(24 + 8 * n),
    last: fields.getUint8(25 + 8 * n),
  }));
  const sector = Number(fields.getBigUint64(12, true));
  return { operation: fields.getUint8(0), id: fields.getBigUint64(4, true), sector, segments, count };
}

export function encodeResponse({ id, operation, status }: Response): Uint8Array {
  const bytes = new Uint8Array(12);
  const fields = view(bytes);
  fields.setBigUint64(0, id, true);
  fields.setUint8(8, operation);
  fields.setInt16(10, status, true);
  return bytes;
}

export function decodeResponse(bytes: Uint8Array): Response {
  const fields = view(bytes);
  return {
    id: fields.getBigUint64(0, true),
    operation: fields.getUint8(8),
    status: fields.getInt16(10, true),
  };
}

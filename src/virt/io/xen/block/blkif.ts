/**
 * Block requests and responses as a 32-bit x86 guest lays them out (io/blkif.h): 64-bit fields are aligned to 4, so a request has 108 bytes.
 *
 *     request    0 operation │ 1 nr_segments │ 2 handle │ 4 id (8) │ 12 sector_number (8) │ 20 seg[11]
 *     segment    0 gref (4) │ 4 first_sect │ 5 last_sect │ 6 –
 *     discard    0 operation │ 1 flag │ 2 handle │ 4 id (8) │ 12 sector_number (8) │ 20 nr_sectors (8)
 *     response   0 id (8) │ 8 operation │ 10 status (2, signed)
 */
import { ringSize } from "../ring.ts";

export const BLKIF_OP = { read: 0, write: 1, barrier: 2, flush: 3, discard: 5, indirect: 6 } as const;
export const BLKIF_RSP = { okay: 0, error: -1, notSupported: -2 } as const;
export const SEGMENTS = 11;
export const SEGMENT_BYTES = 8;
export const REQUEST_BYTES = 20 + SEGMENT_BYTES * SEGMENTS;
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

export const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function encodeRequest({ operation, id, sector, segments }: Omit<Request, "count">): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const fields = view(bytes);
  fields.setUint8(0, operation);
  fields.setUint8(1, segments.length);
  fields.setBigUint64(4, id, true);
  fields.setBigUint64(12, BigInt(sector), true);
  for (const [n, segment] of segments.entries()) encodeSegment(fields, 20 + SEGMENT_BYTES * n, segment);
  return bytes;
}

export function decodeRequest(bytes: Uint8Array): Request {
  const fields = view(bytes);
  const count = fields.getUint8(1);
  const segments = Array.from({ length: Math.min(count, SEGMENTS) }, (_, n) =>
    decodeSegment(fields, 20 + SEGMENT_BYTES * n),
  );
  const sector = Number(fields.getBigUint64(12, true));
  return { operation: fields.getUint8(0), id: fields.getBigUint64(4, true), sector, segments, count };
}

export function encodeSegment(into: DataView, at: number, { reference, first, last }: Segment): void {
  into.setUint32(at, reference, true);
  into.setUint8(at + 4, first);
  into.setUint8(at + 5, last);
}

export const decodeSegment = (from: DataView, at: number): Segment => ({
  reference: from.getUint32(at, true),
  first: from.getUint8(at + 4),
  last: from.getUint8(at + 5),
});

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

export interface Discard {
  readonly id: bigint;
  readonly sector: number;
  readonly sectors: number;
  /** BLKIF_DISCARD_SECURE: what was there must not be found again. */
  readonly secure: boolean;
}

export function encodeDiscard({ id, sector, sectors, secure }: Discard): Uint8Array {
  const bytes = encodeRequest({ operation: BLKIF_OP.discard, id, sector, segments: [] });
  bytes[1] = secure ? 1 : 0;
  view(bytes).setBigUint64(20, BigInt(sectors), true);
  return bytes;
}

export function decodeDiscard(bytes: Uint8Array): Discard {
  const { id, sector } = decodeRequest(bytes);
  const secure = ((bytes[1] as number) & 1) !== 0;
  return { id, sector, sectors: Number(view(bytes).getBigUint64(20, true)), secure };
}

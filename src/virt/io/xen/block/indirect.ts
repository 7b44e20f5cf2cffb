/**
 * Requests of more segments than fit into a slot (io/blkif.h, blkif_request_indirect): the segments stand on pages of their own.
 *
 *     slot    0 operation 6 │ 1 indirect_op │ 2 nr_segments (2) │ 4 id (8) │ 12 sector_number (8) │ 20 handle │ 24 indirect_grefs[8]
 *     page    512 segments of 8 bytes, as in a slot
 */
import { PAGE } from "../abi/numbers.ts";
import {
  BLKIF_OP,
  decodeSegment,
  encodeSegment,
  REQUEST_BYTES,
  SEGMENT_BYTES,
  type Segment,
  view,
} from "./blkif.ts";

const PAGES = 8;
const ON_PAGE = PAGE / SEGMENT_BYTES;
/** What Linux's back end lets a request have (xen-blkback, MAX_INDIRECT_SEGMENTS). */
export const INDIRECT_SEGMENTS = 256;

export interface IndirectRequest {
  /** BLKIF_OP read or write; the response has this one. */
  readonly operation: number;
  readonly id: bigint;
  readonly sector: number;
  /** As the front end says it: up to 65535. */
  readonly count: number;
  /** Of the pages that `count` needs; at most eight. */
  readonly pages: readonly number[];
}

const pagesFor = (segments: number): number => Math.min(PAGES, Math.ceil(segments / ON_PAGE));

export function encodeIndirect({ operation, id, sector, count, pages }: IndirectRequest): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const fields = view(bytes);
  fields.setUint8(0, BLKIF_OP.indirect);
  fields.setUint8(1, operation);
  fields.setUint16(2, count, true);
  fields.setBigUint64(4, id, true);
  fields.setBigUint64(12, BigInt(sector), true);
  for (const [n, reference] of pages.entries()) fields.setUint32(24 + 4 * n, reference, true);
  return bytes;
}

export function decodeIndirect(bytes: Uint8Array): IndirectRequest {
  const fields = view(bytes);
  const count = fields.getUint16(2, true);
  const pages = Array.from({ length: pagesFor(count) }, (_, n) => fields.getUint32(24 + 4 * n, true));
  const sector = Number(fields.getBigUint64(12, true));
  return { operation: fields.getUint8(1), id: fields.getBigUint64(4, true), sector, count, pages };
}

/** Whole pages, one after the other. */
export function encodeSegments(segments: readonly Segment[]): Uint8Array {
  const bytes = new Uint8Array(pagesFor(segments.length) * PAGE);
  for (const [n, segment] of segments.entries()) encodeSegment(view(bytes), SEGMENT_BYTES * n, segment);
  return bytes;
}

export const decodeSegments = (bytes: Uint8Array, count: number): Segment[] =>
  Array.from({ length: count }, (_, n) => decodeSegment(view(bytes), SEGMENT_BYTES * n));

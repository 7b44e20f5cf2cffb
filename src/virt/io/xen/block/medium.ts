/** What a request on the ring asks of the medium, one after the other, and whether it makes sense there. */
import type { BlockBackend, BlockRequest } from "../../backend.ts";
import { BLKIF_OP, SECTORS_PER_PAGE, type Segment } from "./blkif.ts";

/** What a back end can do beside reading and writing. */
export interface BlkFeatures {
  readonly barrier: boolean;
  readonly flush: boolean;
  readonly discard: boolean;
  /** feature-max-indirect-segments; 0: it knows no indirect requests. */
  readonly indirect: number;
}

export interface Transfer {
  readonly operation: number;
  readonly sector: number;
  readonly segments: readonly Segment[];
}

export const sectorsOf = (segments: readonly Segment[]): number =>
  segments.reduce((sectors, { first, last }) => sectors + last - first + 1, 0);

/** `most`: segments that the request can have. Only a flush or a barrier may have none. */
export function isSound(
  { operation, sector, segments }: Transfer,
  count: number,
  most: number,
  { readOnly, sectors }: BlockBackend,
): boolean {
  const empty = operation === BLKIF_OP.flush || operation === BLKIF_OP.barrier;
  if (count > most || (count === 0 && !empty)) return false;
  if (count > 0 && operation !== BLKIF_OP.read && readOnly) return false;
  if (!segments.every(({ first, last }) => first <= last && last < SECTORS_PER_PAGE)) return false;
  return count === 0 || sector + sectorsOf(segments) <= sectors;
}

const FLUSH: BlockRequest = { kind: "flush" };

/** A barrier: what was before it is on the medium, and it as well, before anything after it begins. A flush: what was before it. */
export function steps(operation: number, write: BlockRequest | undefined): BlockRequest[] {
  const writes = write === undefined ? [] : [write];
  if (operation === BLKIF_OP.barrier) return [FLUSH, ...writes, FLUSH];
  return operation === BLKIF_OP.flush ? [FLUSH, ...writes] : writes;
}

/** One after the other; the first that fails is the last. */
export function inTurn(
  disk: BlockBackend,
  requests: readonly BlockRequest[],
  done: (ok: boolean) => void,
): void {
  const [first, ...others] = requests;
  if (first === undefined) done(true);
  else disk.submit(first, (ok) => (ok ? inTurn(disk, others, done) : done(false)));
}

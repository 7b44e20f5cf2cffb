/** What waits for a slot of the ring: as it was asked for, and in pieces that the back end can carry. */
import { type BlockRequest, SECTOR } from "../../backend.ts";
import { PAGE } from "../abi/numbers.ts";
import type { Segment } from "./blkif.ts";

type Carried = Exclude<BlockRequest, { readonly kind: "discard" | "writeZeroes" }>;
export type Asked = Carried | { readonly kind: "discard"; readonly sector: number; readonly sectors: number };
type Transferred = Extract<Asked, { readonly kind: "read" | "write" }>;

export interface Pending {
  readonly request: Asked;
  readonly done: (ok: boolean) => void;
}

export const bytesOf = (request: Transferred): Uint8Array =>
  request.kind === "read" ? request.into : request.bytes;

/** blkif has no request that writes zeros, and no piece of a sector. */
export function isCarried(request: BlockRequest): request is Asked {
  if (request.kind === "writeZeroes") return false;
  if (request.kind !== "read" && request.kind !== "write") return true;
  const { length } = bytesOf(request);
  return length > 0 && length % SECTOR === 0;
}

/** In pieces of at most so many bytes; the whole is done when the last of them is, and well done when all are. */
export function split(pending: Pending, most: number): Pending[] {
  const { request, done } = pending;
  if (request.kind !== "read" && request.kind !== "write") return [pending];
  const bytes = bytesOf(request);
  const count = Math.ceil(bytes.length / most);
  if (count === 1) return [pending];
  let left = count;
  let allOk = true;
  const one = (ok: boolean) => {
    allOk = allOk && ok;
    left--;
    if (left === 0) done(allOk);
  };
  return Array.from({ length: count }, (_, n) => {
    const part = bytes.subarray(n * most, (n + 1) * most);
    const sector = request.sector + (n * most) / SECTOR;
    const piece: Asked =
      request.kind === "read" ? { kind: "read", sector, into: part } : { kind: "write", sector, bytes: part };
    return { request: piece, done: one };
  });
}

/** Whole pages, and what is left of the last one. */
export const segmentsOf = (length: number, pages: readonly { readonly reference: number }[]): Segment[] =>
  pages.map(({ reference }, n) => ({
    reference,
    first: 0,
    last: Math.min(length - n * PAGE, PAGE) / SECTOR - 1,
  }));

/**
 * Segmentation by itself, without a processor and without paging (SDM Vol. 3, 3.4 and 5.3): what the lecture compares with
 * pages. The processor's own path (cpu/operand.ts) asks the same two questions.
 *
 *     offset ──type, limit──▶ + base ──▶ linear address
 *
 * `access` is the descriptor's second dword, or the part of it that a segment register keeps:
 *
 *     31 ──── 24 23 22 ─ 20 19 ─ 16 15 14 13 12 11 10  9  8 7 ────── 0
 *     base 31:24 │G│D/B    │ limit │P │ DPL │S │E │ED│RW│A │ base 23:16
 */
const RW = 1 << 9;
const ED = 1 << 10;
const E = 1 << 11;
const P = 1 << 15;
const DB = 1 << 22;
const G = 1 << 23;

/** Data may be written when RW is set, code never; code may be read when RW is set, data always. */
export function typeForbids(access: number, write: boolean): boolean {
  const code = (access & E) !== 0;
  if (write) return code || (access & RW) === 0;
  return code && (access & RW) === 0;
}

/** `limit`: the last valid offset, or for expand-down data the last invalid one; both unsigned. `size` in bytes. */
export function limitForbids(access: number, limit: number, offset: number, size: number): boolean {
  const last = offset + size - 1;
  if ((access & (E | ED)) !== ED) return last > limit;
  return offset <= limit || last > ((access & DB) !== 0 ? 0xffffffff : 0xffff);
}

export interface Segment {
  /** Unsigned, as are limits. */
  readonly base: number;
  /** In bytes: the last valid offset (expand-down data: the last invalid one). */
  readonly limit: number;
  readonly access: number;
}

/** What a segment register gets from a descriptor's two dwords. */
export function segmentOf(low: number, high: number): Segment {
  const limit = (low & 0xffff) | (high & 0xf0000);
  return {
    base: ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0,
    limit: (high & G) !== 0 ? ((limit << 12) | 0xfff) >>> 0 : limit,
    access: high & 0x00f0ff00,
  };
}

/** The two dwords of a data segment of bytes `base` … `base + length − 1`, as a student would lay out a GDT. */
export function dataDescriptor(
  base: number,
  length: number,
  { writable = true, dpl = 0 } = {},
): [low: number, high: number] {
  // Lengths that 20 bits cannot count in bytes are counted in pages, and are whole pages then.
  const pages = length > 1 << 20;
  const limit = pages ? Math.ceil(length / 4096) - 1 : length - 1;
  const high =
    (base & 0xff000000) |
    (pages ? G : 0) |
    DB |
    (limit & 0xf0000) |
    P |
    (dpl << 13) |
    (1 << 12) |
    (writable ? RW : 0) |
    ((base >>> 16) & 0xff);
  return [((base & 0xffff) << 16) | (limit & 0xffff), high];
}

export type SegmentResult =
  | { readonly linear: number; readonly violation: undefined }
  | { readonly linear: undefined; readonly violation: "not present" | "type" | "limit" };

/** The linear address, unsigned, of `size` bytes at an unsigned offset, or what segmentation has against it. */
export function translateSegment(
  { base, limit, access }: Segment,
  offset: number,
  size: number,
  write: boolean,
): SegmentResult {
  const refuse = (violation: "not present" | "type" | "limit") => ({ linear: undefined, violation });
  if ((access & P) === 0) return refuse("not present");
  if (typeForbids(access, write)) return refuse("type");
  if (limitForbids(access, limit, offset, size)) return refuse("limit");
  return { linear: (base + offset) % 2 ** 32, violation: undefined };
}

/**
 * What the monitor's area (../area.ts) holds. Guest segments end below it, translated code reaches its first part through GS, and paging
 * keeps CPL 3 out of it.
 *
 *     FFC00000  slots: spilled registers, virtual flags, selectors      ┐
 *         +100  POPF: may this image be loaded as it is?                │ GS: what translated code may read and write
 *        +1000  return targets, 8192 × { −guest ip, place in the cache } ┘
 *       +20000  translation cache
 *
 * (Adams & Agesen 2006, section 3: "the VMM … protects itself by segmentation"; the 4 MiB at the top are VMware's.)
 */

const MONITOR_AREA_BYTES = 0x400000;

/** Offsets in GS. */
export const SLOT = {
  /** EAX and ECX while a sequence uses them. */
  eax: 0,
  ecx: 4,
  /** Where an indirect jump goes, in the cache. */
  target: 8,
  /** IF of the image that POPF is loading: 0 or 200h. */
  newIf: 12,
  /** Virtual IF: 0 or 200h. */
  virtualIf: 16,
  /** Virtual IOPL and NT, less the IF that is always set in the real flags: what PUSHF adds. */
  system: 20,
  /** Not 0 while an interrupt waits for the virtual IF. */
  pending: 24,
  /** The guest's selectors, a dword each, in the encoding's order. */
  selectors: 32,
} as const;

/** By bits 8 … 15 of an image: what POPF may do with it. */
export const POPF_TABLE = 0x100;
/** The image loads as it is; its IF is 0. */
export const POPF_OFF = 0;
/** The same with IF 1. */
export const POPF_ON = 1;
/** Something else than IF differs: a call-out. */
export const POPF_SLOW = 2;

/** Pairs of the negated guest address and the place of its translation: the entry of an address is its low 13 bits. */
export const RETURN_TABLE = 0x1000;
export const RETURN_ENTRIES = 8192;
export const DATA_BYTES = RETURN_TABLE + 8 * RETURN_ENTRIES;

export const CACHE_OFFSET = 0x20000;
/** Most that a code cache can have. */
export const MOST_CACHE_BYTES = MONITOR_AREA_BYTES - CACHE_OFFSET;

/** Offset in GS of the return-table entry of a guest address. */
export function returnEntry(ip: number): number {
  return RETURN_TABLE + 8 * (ip & (RETURN_ENTRIES - 1));
}

/**
 * The bits that the three formats of the x86 share (SDM Vol. 3, tables 4-5, 4-6, 4-10, 4-11, 4-19):
 *
 *     63   62 ── 52 51 ──────────── 12 11 ─ 9 8   7      6   5   4     3     2     1     0
 *     XD │ ignored │ physical address │ ign. │ G │ PS/PAT│ D │ A │ PCD │ PWT │ U/S │ R/W │ P
 *
 * G and D mean something in leaves only; bit 7 is PS above level 1 and PAT in a PTE.
 */
import { RIGHT_DIRTY, RIGHT_EXECUTE, RIGHT_GLOBAL, RIGHT_READ, RIGHT_USER, RIGHT_WRITE } from "../rights.ts";
import type { Field } from "./format.ts";

export const P = 1;
export const RW = 2;
export const US = 4;
export const A = 1 << 5;
export const D = 1 << 6;
export const PS = 1 << 7;
export const G = 1 << 8;
/** In the high half. */
export const XD = 1 << 31;

/** What a processor and its control registers make of the formats. */
export interface FormatOptions {
  /** MAXPHYADDR (CPUID 80000008h): address bits above are reserved. */
  readonly physicalBits: number;
  /** CR4.PSE: IA-32's 4-MiB pages. */
  readonly pse: boolean;
  /** CR4.PGE: without it the bit G is ignored. */
  readonly pge: boolean;
  /** EFER.NXE: without it the bit XD is reserved. */
  readonly nxe: boolean;
  /** 1-GiB pages (CPUID 80000001h EDX.26). */
  readonly gigabytePages: boolean;
}

/** High-half bits from `first` (32 … 63) to `last`. */
export function highBits(first: number, last: number): number {
  let bits = 0;
  for (let bit = Math.max(first, 32); bit <= last; bit++) bits |= 1 << (bit - 32);
  return bits;
}

/** Low-half bits from `first` to `last`; none when last < first. */
export function lowBits(first: number, last: number): number {
  let bits = 0;
  for (let bit = first; bit <= last; bit++) bits |= 1 << bit;
  return bits;
}

/** SDM Vol. 3, 4.6: R/W and U/S must be set on the whole way, XD nowhere on it. */
export function rightsOf(pge: boolean) {
  const global = pge ? G : 0;
  return (everyLow: number, someHigh: number, leafLow: number): number =>
    RIGHT_READ |
    ((everyLow & RW) !== 0 ? RIGHT_WRITE : 0) |
    ((everyLow & US) !== 0 ? RIGHT_USER : 0) |
    ((someHigh & XD) === 0 ? RIGHT_EXECUTE : 0) |
    ((leafLow & D) !== 0 ? RIGHT_DIRTY : 0) |
    ((leafLow & global) !== 0 ? RIGHT_GLOBAL : 0);
}

const COMMON: readonly Field[] = [
  { name: "P", from: 0, to: 0 },
  { name: "R/W", from: 1, to: 1 },
  { name: "U/S", from: 2, to: 2 },
  { name: "PWT", from: 3, to: 3 },
  { name: "PCD", from: 4, to: 4 },
  { name: "A", from: 5, to: 5 },
];

/** An entry of a level above 1 that points to a table; `rest`: the address and what is above it. */
export function tableFields(...rest: readonly Field[]): readonly Field[] {
  return [...COMMON, { name: "PS", from: 7, to: 7 }, ...rest];
}

/** A leaf of level 1 (`pat` 7) or of a larger page (`pat` 12, bit 7 being PS). */
export function leafFields(pat: 7 | 12, ...rest: readonly Field[]): readonly Field[] {
  const at7 = { name: pat === 7 ? "PAT" : "PS", from: 7, to: 7 };
  const at12 = pat === 12 ? [{ name: "PAT", from: 12, to: 12 }] : [];
  return [...COMMON, { name: "D", from: 6, to: 6 }, at7, { name: "G", from: 8, to: 8 }, ...at12, ...rest];
}

/** Of 8-byte entries: a frame of 2^shift bytes, and XD. */
export function frameAndXd(shift: number): readonly Field[] {
  return [
    { name: "frame", from: shift, to: 51 },
    { name: "XD", from: 63, to: 63 },
  ];
}

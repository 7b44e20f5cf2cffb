/**
 * Addition, subtraction and logic in four sizes, leaving the flags as a result and a carry vector (flags.ts). Operands of 8 and
 * 16 bits are zero-extended; of 64 bits int32 halves, the result's high half being left in `Flags.high`.
 *
 *     carry out of each bit of a + b:   (a & b) | ((a | b) & ~r)
 *     borrow of each bit of a − b:      (~a & b) | ((~a | b) & r)
 */
import type { Flags } from "./flags.ts";

/** The eight operations in the order of their opcodes and of the /digit of 80 … 83. */
export const ADD = 0;
export const OR = 1;
export const ADC = 2;
export const SBB = 3;
export const AND = 4;
export const SUB = 5;
export const XOR = 6;
export const CMP = 7;

const add = (a: number, b: number, r: number) => (a & b) | ((a | b) & ~r);
const sub = (a: number, b: number, r: number) => (~a & b) | ((~a | b) & r);

export function alu32(f: Flags, kind: number, a: number, b: number): number {
  let r = 0;
  let carries = 0;
  switch (kind) {
    case ADD:
      r = (a + b) | 0;
      carries = add(a, b, r);
      break;
    case OR:
      r = a | b;
      break;
    case ADC:
      r = (a + b + (f.cf ? 1 : 0)) | 0;
      carries = add(a, b, r);
      break;
    case SBB:
      r = (a - b - (f.cf ? 1 : 0)) | 0;
      carries = sub(a, b, r);
      break;
    case AND:
      r = a & b;
      break;
    case XOR:
      r = a ^ b;
      break;
    default:
      r = (a - b) | 0;
      carries = sub(a, b, r);
  }
  f.fr = r;
  f.fc = carries;
  f.lazy = 1;
  return r;
}

/** 8 and 16 bits: `shift` is 24 or 16, what moves their top bit to bit 31. */
function aluNarrow(f: Flags, kind: number, a: number, b: number, shift: number): number {
  const carry = kind === ADC || kind === SBB ? (f.cf ? 1 : 0) : 0;
  let r = 0;
  let carries = 0;
  switch (kind) {
    case ADD:
    case ADC:
      r = a + b + carry;
      carries = add(a, b, r);
      break;
    case OR:
      r = a | b;
      break;
    case AND:
      r = a & b;
      break;
    case XOR:
      r = a ^ b;
      break;
    default:
      r = a - b - carry;
      carries = sub(a, b, r);
  }
  f.fr = (r << shift) >> shift;
  f.fc = (carries << shift) | (carries & 8);
  f.lazy = 1;
  return (r << shift) >>> shift;
}

export const alu16 = (f: Flags, kind: number, a: number, b: number): number => aluNarrow(f, kind, a, b, 16);
export const alu8 = (f: Flags, kind: number, a: number, b: number): number => aluNarrow(f, kind, a, b, 24);

/** Low half of the result; the high half is left in f.high. */
export function alu64(f: Flags, kind: number, a: number, aHigh: number, b: number, bHigh: number): number {
  let r = 0;
  let high = 0;
  let low = 0;
  let carries = 0;
  const carry = kind === ADC || kind === SBB ? (f.cf ? 1 : 0) : 0;
  switch (kind) {
    case ADD:
    case ADC:
      r = (a + b + carry) | 0;
      low = add(a, b, r);
      high = (aHigh + bHigh + (low >>> 31)) | 0;
      carries = add(aHigh, bHigh, high);
      break;
    case OR:
      r = a | b;
      high = aHigh | bHigh;
      break;
    case AND:
      r = a & b;
      high = aHigh & bHigh;
      break;
    case XOR:
      r = a ^ b;
      high = aHigh ^ bHigh;
      break;
    default:
      r = (a - b - carry) | 0;
      low = sub(a, b, r);
      high = (aHigh - bHigh - (low >>> 31)) | 0;
      carries = sub(aHigh, bHigh, high);
  }
  f.fr = fold(r, high);
  f.fc = (carries & 0xc0000000) | (low & 8);
  f.lazy = 1;
  f.high = high;
  return r;
}

/** A 64-bit result as `fr` keeps it: sign, low byte, "not zero". */
export function fold(low: number, high: number): number {
  return (high & 0x80000000) | (low & 0xff) | ((low | high) !== 0 ? 0x100 : 0);
}

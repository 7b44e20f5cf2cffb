/**
 * Shifts and rotates in four sizes, with their flags (SDM Vol. 2, SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD). Counts are masked
 * by the caller and not 0. Of counts above 1, where OF is undefined, it is what it would be after the last of that many single
 * shifts; AF, undefined as well, is cleared by shifts and kept by rotates.
 */
import { fold } from "./arith.ts";
import { CF, type Flags, OF } from "./flags.ts";

/** In the order of their /digit; 6 is SHL's undocumented other encoding. */
export const ROL = 0;
export const ROR = 1;
export const RCL = 2;
export const RCR = 3;
export const SHL = 4;
export const SHR = 5;
export const SAR = 7;

/** Rotates change CF and OF alone. */
function rotated(f: Flags, carry: number, overflow: number): void {
  if (f.lazy) f.fc = (carry << 31) | ((carry ^ overflow) << 30) | (f.fc & 8);
  else f.eflags = (f.eflags & ~(CF | OF)) | carry | (overflow << 11);
}

function shifted(f: Flags, folded: number, carry: number, overflow: number): void {
  f.fr = folded;
  f.fc = (carry << 31) | ((carry ^ overflow) << 30);
  f.lazy = 1;
}

/** 8 and 16 bits, zero-extended. Counts may exceed the width: they are taken modulo 32. */
export function shiftNarrow(f: Flags, kind: number, bits: number, a: number, count: number): number {
  const mask = (1 << bits) - 1;
  const top = bits - 1;
  let r = 0;
  let carry = 0;
  switch (kind) {
    case ROL: {
      const n = count & top;
      r = ((a << n) | (a >>> (bits - n))) & mask;
      carry = r & 1;
      rotated(f, carry, carry ^ (r >> top));
      return r;
    }
    case ROR: {
      const n = count & top;
      r = ((a >>> n) | (a << (bits - n))) & mask;
      carry = r >> top;
      rotated(f, carry, carry ^ ((r >> (top - 1)) & 1));
      return r;
    }
    case RCL:
    case RCR: {
      const n = count % (bits + 1);
      if (n === 0) return a;
      const all = a | (f.cf ? 1 << bits : 0);
      const turn = kind === RCL ? n : bits + 1 - n;
      const turned = (all << turn) | (all >>> (bits + 1 - turn));
      r = turned & mask;
      carry = (turned >> bits) & 1;
      rotated(f, carry, (r >> top) ^ (kind === RCL ? carry : (r >> (top - 1)) & 1));
      return r;
    }
    case SHR:
      r = a >>> count;
      shifted(f, (r << (32 - bits)) >> (32 - bits), (a >>> (count - 1)) & 1, (r >> (top - 1)) & 1);
      return r;
    case SAR: {
      const signed = (a << (32 - bits)) >> (32 - bits);
      shifted(f, signed >> count, (signed >> (count - 1)) & 1, 0);
      return (signed >> count) & mask;
    }
    default:
      r = (a << count) & mask;
      carry = count > bits ? 0 : (a >>> (bits - count)) & 1;
      shifted(f, (r << (32 - bits)) >> (32 - bits), carry, carry ^ (r >> top));
      return r;
  }
}

export function shift32(f: Flags, kind: number, a: number, n: number): number {
  let r = 0;
  let carry = 0;
  switch (kind) {
    case ROL:
      r = (a << n) | (a >>> (32 - n));
      carry = r & 1;
      rotated(f, carry, carry ^ (r >>> 31));
      return r;
    case ROR:
      r = (a >>> n) | (a << (32 - n));
      carry = r >>> 31;
      rotated(f, carry, carry ^ ((r >>> 30) & 1));
      return r;
    case RCL:
      r = (a << n) | ((f.cf ? 1 : 0) << (n - 1)) | (n > 1 ? a >>> (33 - n) : 0);
      carry = (a >>> (32 - n)) & 1;
      rotated(f, carry, carry ^ (r >>> 31));
      return r;
    case RCR:
      r = (a >>> n) | ((f.cf ? 1 : 0) << (32 - n)) | (n > 1 ? a << (33 - n) : 0);
      carry = (a >>> (n - 1)) & 1;
      rotated(f, carry, (r >>> 31) ^ ((r >>> 30) & 1));
      return r;
    case SHR:
      r = a >>> n;
      shifted(f, r, (a >>> (n - 1)) & 1, (r >>> 30) & 1);
      return r;
    case SAR:
      r = a >> n;
      shifted(f, r, (a >> (n - 1)) & 1, 0);
      return r;
    default:
      r = a << n;
      carry = (a >>> (32 - n)) & 1;
      shifted(f, r, carry, carry ^ (r >>> 31));
      return r;
  }
}

/** Low half of a 64-bit value shifted left by 0 … 63; the high half in f.high. */
function left(f: Flags, low: number, high: number, n: number): number {
  if (n >= 32) {
    f.high = low << (n - 32);
    return 0;
  }
  f.high = n === 0 ? high : (high << n) | (low >>> (32 - n));
  return low << n;
}

/** The same to the right, zeros coming in. */
function right(f: Flags, low: number, high: number, n: number): number {
  if (n >= 32) {
    f.high = 0;
    return (high >>> (n - 32)) | 0;
  }
  f.high = (high >>> n) | 0;
  return n === 0 ? low : (low >>> n) | (high << (32 - n));
}

const bit = (low: number, high: number, n: number) => (n < 32 ? low >>> n : high >>> (n - 32)) & 1;

/** Low half of the result; the high half is left in f.high. Counts 1 … 63. */
export function shift64(f: Flags, kind: number, low: number, high: number, n: number): number {
  let r = 0;
  switch (kind) {
    case ROL:
    case ROR: {
      const turn = kind === ROL ? n : 64 - n;
      r = left(f, low, high, turn);
      const top = f.high;
      r |= right(f, low, high, 64 - turn);
      f.high |= top;
      const carry = kind === ROL ? r & 1 : f.high >>> 31;
      rotated(f, carry, carry ^ (kind === ROL ? f.high >>> 31 : (f.high >>> 30) & 1));
      return r;
    }
    case RCL:
    case RCR: {
      const carryIn = f.cf ? 1 : 0;
      const carry = bit(low, high, kind === RCL ? 64 - n : n - 1);
      r = kind === RCL ? left(f, low, high, n) : right(f, low, high, n);
      const top = f.high;
      if (n > 1) r |= kind === RCL ? right(f, low, high, 65 - n) : left(f, low, high, 65 - n);
      else f.high = 0;
      const rest = f.high;
      r |= left(f, carryIn, 0, kind === RCL ? n - 1 : 64 - n);
      f.high |= top | rest;
      rotated(f, carry, (f.high >>> 31) ^ (kind === RCL ? carry : (f.high >>> 30) & 1));
      return r;
    }
    case SHR:
      r = right(f, low, high, n);
      shifted(f, fold(r, f.high), bit(low, high, n - 1), (f.high >>> 30) & 1);
      return r;
    case SAR:
      r = n < 32 ? (low >>> n) | (high << (32 - n)) : high >> (n - 32);
      f.high = n < 32 ? high >> n : high >> 31;
      shifted(f, fold(r, f.high), bit(low, high, n - 1), 0);
      return r;
    default: {
      r = left(f, low, high, n);
      const carry = bit(low, high, 64 - n);
      shifted(f, fold(r, f.high), carry, carry ^ (f.high >>> 31));
      return r;
    }
  }
}

/**
 * SHLD, SHRD: `a` shifted, filled from `b`. With 16 bits counts above 16 are undefined; a, b, a are then shifted as one, as Intel's
 * processors do.
 */
export function double16(f: Flags, toLeft: boolean, a: number, b: number, n: number): number {
  let r = 0;
  let carry = 0;
  if (toLeft) {
    r = (n <= 16 ? (a << n) | (b >>> (16 - n)) : (b << (n - 16)) | (a >>> (32 - n))) & 0xffff;
    carry = (n <= 16 ? a >>> (16 - n) : b >>> (32 - n)) & 1;
    shifted(f, (r << 16) >> 16, carry, carry ^ (r >> 15));
  } else {
    r = (n <= 16 ? (a >>> n) | (b << (16 - n)) : (b >>> (n - 16)) | (a << (32 - n))) & 0xffff;
    carry = (n <= 16 ? a >>> (n - 1) : b >>> (n - 17)) & 1;
    shifted(f, (r << 16) >> 16, carry, (r >> 15) ^ ((r >> 14) & 1));
  }
  return r;
}

export function double32(f: Flags, toLeft: boolean, a: number, b: number, n: number): number {
  const r = toLeft ? (a << n) | (b >>> (32 - n)) : (a >>> n) | (b << (32 - n));
  const carry = (toLeft ? a >>> (32 - n) : a >>> (n - 1)) & 1;
  shifted(f, r, carry, (r >>> 31) ^ (toLeft ? carry : (r >>> 30) & 1));
  return r;
}

/** Low half of the result; the high half is left in f.high. */
export function double64(
  f: Flags,
  toLeft: boolean,
  a: number,
  aHigh: number,
  b: number,
  bHigh: number,
  n: number,
): number {
  let r = toLeft ? left(f, a, aHigh, n) : right(f, a, aHigh, n);
  const top = f.high;
  r |= toLeft ? right(f, b, bHigh, 64 - n) : left(f, b, bHigh, 64 - n);
  f.high |= top;
  const carry = bit(a, aHigh, toLeft ? 64 - n : n - 1);
  shifted(f, fold(r, f.high), carry, (f.high >>> 31) ^ (toLeft ? carry : (f.high >>> 30) & 1));
  return r;
}

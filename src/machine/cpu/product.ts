/** Multiplication and division beyond what a double holds exactly, on int32 halves. */

const TWO32 = 4294967296;

/** High half of the unsigned 64-bit product: four products of 16 bits, none above 2^32. Returns an int32. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = aLow * bHigh;
  const other = aHigh * bLow;
  const middle = ((aLow * bLow) >>> 16) + (cross & 0xffff) + (other & 0xffff);
  return (aHigh * bHigh + (cross >>> 16) + (other >>> 16) + (middle >>> 16)) | 0;
}

/** High half of the signed product. */
export function multiplyHighSigned(a: number, b: number): number {
  return (multiplyHigh(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/** The 128-bit product of two unsigned 64-bit numbers, as four int32 words, lowest first. The array is reused. */
export const PRODUCT = new Int32Array(4);

export function multiply64(a: number, aHigh: number, b: number, bHigh: number): void {
  const low = Math.imul(a, b);
  const second = (multiplyHigh(a, b) >>> 0) + (Math.imul(aHigh, b) >>> 0) + (Math.imul(a, bHigh) >>> 0);
  const third =
    Math.floor(second / TWO32) +
    (multiplyHigh(aHigh, b) >>> 0) +
    (multiplyHigh(a, bHigh) >>> 0) +
    (Math.imul(aHigh, bHigh) >>> 0);
  PRODUCT[0] = low;
  PRODUCT[1] = second;
  PRODUCT[2] = third;
  PRODUCT[3] = multiplyHigh(aHigh, bHigh) + Math.floor(third / TWO32);
}

/** The same for signed numbers. */
export function multiply64Signed(a: number, aHigh: number, b: number, bHigh: number): void {
  multiply64(a, aHigh, b, bHigh);
  if (aHigh < 0) subtractFromTop(b, bHigh);
  if (bHigh < 0) subtractFromTop(a, aHigh);
}

function subtractFromTop(low: number, high: number): void {
  const third = ((PRODUCT[2] as number) >>> 0) - (low >>> 0);
  PRODUCT[2] = third;
  PRODUCT[3] = (PRODUCT[3] as number) - high - (third < 0 ? 1 : 0);
}

/** What a division leaves: int32 halves. The object is reused. */
export const QUOTIENT = { low: 0, high: 0, remainder: 0, remainderHigh: 0 };

/**
 * Unsigned 64 by 32 bits, into 32: false when the quotient does not fit or the divisor is 0. Two steps of 16 bits, each a division
 * of less than 2^48 that a double does exactly.
 */
export function divide32(low: number, high: number, divisor: number): boolean {
  const d = divisor >>> 0;
  const top = high >>> 0;
  if (top >= d) return false;
  const first = top * 65536 + (low >>> 16);
  const q1 = Math.floor(first / d);
  const second = (first - q1 * d) * 65536 + (low & 0xffff);
  const q0 = Math.floor(second / d);
  QUOTIENT.low = (q1 * 65536 + q0) | 0;
  QUOTIENT.remainder = (second - q0 * d) | 0;
  return true;
}

const EXACT = 1 << 21;

/** Unsigned 128 by 64 bits, into 64. `w0` … `w3` are the dividend's words, lowest first. */
export function divide64(
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  divisor: number,
  divisorHigh: number,
): boolean {
  if ((w2 | w3) === 0 && w1 >>> 0 < EXACT && divisorHigh >>> 0 < EXACT) {
    const d = (divisorHigh >>> 0) * TWO32 + (divisor >>> 0);
    if (d === 0) return false;
    const n = (w1 >>> 0) * TWO32 + (w0 >>> 0);
    const remainder = n % d;
    const quotient = (n - remainder) / d;
    QUOTIENT.low = quotient | 0;
    QUOTIENT.high = (quotient / TWO32) | 0;
    QUOTIENT.remainder = remainder | 0;
    QUOTIENT.remainderHigh = (remainder / TWO32) | 0;
    return true;
  }
  const d = word64(divisor, divisorHigh);
  const top = word64(w2, w3);
  if (top >= d) return false;
  const n = (top << 64n) | word64(w0, w1);
  const quotient = n / d;
  const remainder = n % d;
  QUOTIENT.low = Number(BigInt.asIntN(32, quotient));
  QUOTIENT.high = Number(BigInt.asIntN(32, quotient >> 32n));
  QUOTIENT.remainder = Number(BigInt.asIntN(32, remainder));
  QUOTIENT.remainderHigh = Number(BigInt.asIntN(32, remainder >> 32n));
  return true;
}

function word64(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

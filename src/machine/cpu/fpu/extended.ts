/**
 * Double-extended numbers (SDM Vol. 1, 4.2.2), as two int32 halves of the significand and the sign with the exponent:
 *
 *     79   78 ──────── 64 63 62 ──────────────────── 0
 *     sign exponent+16383  1 . fraction                    the integer bit is explicit
 *
 * Conversions leave their parts in PARTS, so that nothing is allocated.
 */
const TWO32 = 4294967296;
const BIAS = 16383;
const SPECIAL = 0x7fff;
const TOP = 0x80000000 | 0;
const QUIET = 0x40000000;

export const PARTS = { low: 0, high: 0, exponent: 0 };

const FLOAT = new Float64Array(1);
const FLOAT_WORDS = new Int32Array(FLOAT.buffer);
const SINGLE = new Float32Array(1);
const SINGLE_WORD = new Int32Array(SINGLE.buffer);

/** The double whose bits these are. A NaN loses its payload: see doubleToExtended for what keeps it. */
export function doubleOf(low: number, high: number): number {
  FLOAT_WORDS[0] = low;
  FLOAT_WORDS[1] = high;
  return FLOAT[0] as number;
}

export function singleOf(word: number): number {
  SINGLE_WORD[0] = word;
  return SINGLE[0] as number;
}

/** Bits of a double into PARTS.low and PARTS.high; of a NaN, those of the "real indefinite". */
export function bitsOfDouble(value: number): void {
  if (Number.isNaN(value)) {
    PARTS.low = 0;
    PARTS.high = 0xfff80000 | 0;
    return;
  }
  FLOAT[0] = value;
  PARTS.low = FLOAT_WORDS[0] as number;
  PARTS.high = FLOAT_WORDS[1] as number;
}

export function bitsOfSingle(value: number): number {
  if (Number.isNaN(value)) return 0xffc00000 | 0;
  SINGLE[0] = value;
  return SINGLE_WORD[0] as number;
}

/** 2^exponent · value, rounded at most once; below the normal numbers a second time. */
export function scale(value: number, exponent: number): number {
  let result = value;
  let left = exponent;
  for (; left > 1000; left -= 1000) {
    result *= 2 ** 1000;
    if (result === 0 || !Number.isFinite(result)) return result;
  }
  for (; left < -1000; left += 1000) {
    result *= 2 ** -1000;
    if (result === 0) return result;
  }
  return result * 2 ** left;
}

/** The nearest double. */
export function extendedToDouble(low: number, high: number, exponent: number): number {
  const power = exponent & SPECIAL;
  const sign = (exponent & 0x8000) !== 0 ? -1 : 1;
  if (power === SPECIAL) {
    if (((high & ~TOP) | low) !== 0) return Number.NaN;
    return sign * Number.POSITIVE_INFINITY;
  }
  const significand = (high >>> 0) * TWO32 + (low >>> 0);
  if (significand === 0) return sign * 0;
  return sign * scale(significand, Math.max(power, 1) - BIAS - 63);
}

/** Exact, always: a double fits. A NaN made by arithmetic is the "real indefinite". */
export function extendedOfDouble(value: number): void {
  bitsOfDouble(value);
  doubleToExtended(PARTS.low, PARTS.high);
}

/** From the bits of a double; NaNs keep their payload and become quiet. */
export function doubleToExtended(low: number, high: number): void {
  const sign = high < 0 ? 0x8000 : 0;
  const power = (high >>> 20) & 0x7ff;
  const fractionHigh = high & 0xfffff;
  // The 52 bits of the fraction stand below the integer bit: 11 to the left.
  PARTS.high = (fractionHigh << 11) | (low >>> 21);
  PARTS.low = low << 11;
  if (power === 0) {
    normalize(sign, 1 - 1023 + BIAS);
    return;
  }
  PARTS.high |= TOP;
  if (power === 0x7ff) {
    PARTS.exponent = sign | SPECIAL;
    if ((fractionHigh | low) !== 0) PARTS.high |= QUIET;
  } else PARTS.exponent = sign | (power - 1023 + BIAS);
}

/** From the bits of a single. */
export function singleToExtended(word: number): void {
  const sign = word < 0 ? 0x8000 : 0;
  const power = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  PARTS.high = fraction << 8;
  PARTS.low = 0;
  if (power === 0) {
    normalize(sign, 1 - 127 + BIAS);
    return;
  }
  PARTS.high |= TOP;
  if (power === 0xff) {
    PARTS.exponent = sign | SPECIAL;
    if (fraction !== 0) PARTS.high |= QUIET;
  } else PARTS.exponent = sign | (power - 127 + BIAS);
}

/** A signed 64-bit integer, exactly. */
export function integerToExtended(low: number, high: number): void {
  const negative = high < 0;
  PARTS.low = negative ? -low | 0 : low;
  PARTS.high = negative ? (~high + (low === 0 ? 1 : 0)) | 0 : high;
  normalize(negative ? 0x8000 : 0, BIAS + 63);
}

/** Shifts the significand in PARTS until its top bit is set, `exponent` being that of bit 63. */
function normalize(sign: number, exponent: number): void {
  if ((PARTS.low | PARTS.high) === 0) {
    PARTS.exponent = sign;
    return;
  }
  let power = exponent;
  if (PARTS.high === 0) {
    PARTS.high = PARTS.low;
    PARTS.low = 0;
    power -= 32;
  }
  const shift = Math.clz32(PARTS.high);
  if (shift > 0) {
    PARTS.high = (PARTS.high << shift) | (PARTS.low >>> (32 - shift));
    PARTS.low <<= shift;
  }
  PARTS.exponent = sign | (power - shift);
}

/** Rounding modes of the control word: RC, bits 10 and 11. */
export const NEAREST = 0;
export const DOWN = 1;
export const UP = 2;
export const TRUNCATE = 3;

/** To an integer, still a double. */
export function roundInteger(value: number, mode: number): number {
  if (mode === DOWN) return Math.floor(value);
  if (mode === UP) return Math.ceil(value);
  if (mode === TRUNCATE) return Math.trunc(value);
  const below = Math.floor(value);
  const rest = value - below;
  if (rest < 0.5 || (rest === 0.5 && below % 2 === 0))
    return below === 0 && Object.is(Math.sign(value), -1) ? -0 : below;
  return below === -1 ? -0 : below + 1;
}

/** A finite extended number to an integer of any size, exactly rounded. */
export function extendedToInteger(low: number, high: number, exponent: number, mode: number): bigint {
  const significand = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const negative = (exponent & 0x8000) !== 0;
  const power = (exponent & SPECIAL) - BIAS - 63;
  if (power >= 0) {
    // Beyond 64 bits the value only has to be too large.
    const magnitude = significand << BigInt(Math.min(power, 64));
    return negative ? -magnitude : magnitude;
  }
  const shift = BigInt(Math.min(-power, 66));
  const whole = significand >> shift;
  const rest = significand - (whole << shift);
  const half = 1n << (shift - 1n);
  let up = false;
  if (mode === NEAREST) up = rest > half || (rest === half && (whole & 1n) === 1n);
  else if (mode !== TRUNCATE) up = rest !== 0n && (mode === DOWN) === negative;
  const magnitude = up ? whole + 1n : whole;
  return negative ? -magnitude : magnitude;
}

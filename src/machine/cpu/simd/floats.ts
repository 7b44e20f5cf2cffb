/**
 * SSE's numbers: singles and doubles in lanes (SDM Vol. 1, chapters 10 and 11). Arithmetic rounds to nearest, whatever MXCSR says, and
 * reports invalid operations, divisions by zero and overflows; precision, underflow and denormals go unreported, and flush-to-zero
 * does nothing. Conversions to integers round as MXCSR says.
 */
import { type Cpu, CR4 } from "../cpu.ts";
import { raise, UD, XM } from "../fault.ts";
import type { Lanes } from "./registers.ts";

export const IE = 1;
export const ZE = 4;
export const OE = 8;
const MASK_SHIFT = 7;

/** Which exceptions the instruction met so far. */
let met = 0;

export function meet(exception: number): void {
  met |= exception;
}

export function beginFloat(): void {
  met = 0;
}

/** Before the result is written: #XM when an exception is unmasked, its flag being set already. */
export function reportFloat(cpu: Cpu): void {
  if (met === 0) return;
  cpu.sse.mxcsr |= met;
  if ((met & ~(cpu.sse.mxcsr >> MASK_SHIFT)) === 0) return;
  raise((cpu.cr4 & CR4.OSXMMEXCPT) !== 0 ? XM : UD);
}

const isNan = (value: number | undefined) => Number.isNaN(value);

/** One number, its bits where it is a NaN. `double` lanes are counted in doubles. */
export interface Format {
  get(lanes: Lanes, i: number): number;
  set(lanes: Lanes, i: number, value: number): void;
  copy(to: Lanes, from: Lanes, i: number): void;
  /** A NaN without the quiet bit. */
  signals(lanes: Lanes, i: number): boolean;
  /** Sets the quiet bit. */
  quiet(lanes: Lanes, i: number): void;
  /** The default NaN: negative, quiet, nothing else. */
  indefinite(lanes: Lanes, i: number): void;
  readonly bytes: number;
}

export const SINGLE: Format = {
  bytes: 4,
  get: (lanes, i) => lanes.f32[i] as number,
  set: (lanes, i, value) => {
    lanes.f32[i] = value;
  },
  copy: (to, from, i) => {
    to.i32[i] = from.i32[i] as number;
  },
  signals: (lanes, i) => isNan(lanes.f32[i]) && ((lanes.i32[i] as number) & 0x400000) === 0,
  quiet: (lanes, i) => {
    lanes.i32[i] = (lanes.i32[i] as number) | 0x400000;
  },
  indefinite: (lanes, i) => {
    lanes.i32[i] = 0xffc00000;
  },
};

export const DOUBLE: Format = {
  bytes: 8,
  get: (lanes, i) => lanes.f64[i] as number,
  set: (lanes, i, value) => {
    lanes.f64[i] = value;
  },
  copy: (to, from, i) => {
    to.i32[2 * i] = from.i32[2 * i] as number;
    to.i32[2 * i + 1] = from.i32[2 * i + 1] as number;
  },
  signals: (lanes, i) => isNan(lanes.f64[i]) && ((lanes.i32[2 * i + 1] as number) & 0x80000) === 0,
  quiet: (lanes, i) => {
    lanes.i32[2 * i + 1] = (lanes.i32[2 * i + 1] as number) | 0x80000;
  },
  indefinite: (lanes, i) => {
    lanes.i32[2 * i] = 0;
    lanes.i32[2 * i + 1] = 0xfff80000;
  },
};

/** a[i] ← a[i] op b[i]. */
export type FloatOperation = (format: Format, a: Lanes, b: Lanes, i: number, immediate: number) => void;

/** A NaN operand is the result, the first one first (SDM Vol. 1, table 4-7). */
function propagate(format: Format, a: Lanes, b: Lanes, i: number): void {
  if (!isNan(format.get(a, i))) format.copy(a, b, i);
  format.quiet(a, i);
}

/** Every operation but a move is invalid on a signalling NaN. */
function mindSignalling(format: Format, a: Lanes, b: Lanes, i: number): void {
  if (format.signals(a, i) || format.signals(b, i)) meet(IE);
}

function arithmetic(f: (x: number, y: number) => number, divides = false): FloatOperation {
  return (format, a, b, i) => {
    const x = format.get(a, i);
    const y = format.get(b, i);
    if (isNan(x) || isNan(y)) {
      mindSignalling(format, a, b, i);
      propagate(format, a, b, i);
      return;
    }
    format.set(a, i, f(x, y));
    const result = format.get(a, i);
    if (isNan(result)) {
      meet(IE);
      format.indefinite(a, i);
    } else if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
      meet(divides && y === 0 ? ZE : OE);
  };
}

/** Of one operand. */
function unary(f: (y: number) => number, reports = true): FloatOperation {
  return (format, a, b, i) => {
    const y = format.get(b, i);
    if (isNan(y)) {
      if (reports && format.signals(b, i)) meet(IE);
      format.copy(a, b, i);
      format.quiet(a, i);
      return;
    }
    format.set(a, i, f(y));
    if (!isNan(format.get(a, i))) return;
    if (reports) meet(IE);
    format.indefinite(a, i);
  };
}

/** MIN, MAX: the second operand unless the first is truly less, or greater: for zeros and NaNs too. */
function choose(first: (x: number, y: number) => boolean): FloatOperation {
  return (format, a, b, i) => {
    const x = format.get(a, i);
    const y = format.get(b, i);
    if (isNan(x) || isNan(y)) meet(IE);
    if (!first(x, y)) format.copy(a, b, i);
  };
}

/** The eight predicates of CMPccPS … in the immediate's low bits. */
const PREDICATES: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => x === y,
  (x, y) => x < y,
  (x, y) => x <= y,
  (x, y) => isNan(x) || isNan(y),
  (x, y) => x !== y,
  (x, y) => !(x < y),
  (x, y) => !(x <= y),
  (x, y) => !isNan(x) && !isNan(y),
];
/** LT, LE and their opposites mind quiet NaNs. */
const SIGNALLING = 0b01100110;

const compare: FloatOperation = (format, a, b, i, immediate) => {
  const x = format.get(a, i);
  const y = format.get(b, i);
  if ((isNan(x) || isNan(y)) && (SIGNALLING >> (immediate & 7)) & 1) meet(IE);
  mindSignalling(format, a, b, i);
  const holds = (PREDICATES[immediate & 7] as (x: number, y: number) => boolean)(x, y);
  const words = format.bytes / 4;
  a.i32.fill(holds ? -1 : 0, i * words, (i + 1) * words);
};

/** By the mnemonic without its last two letters, which tell format and number of lanes. */
export const FLOAT_OPERATIONS: Readonly<Record<string, FloatOperation>> = {
  add: arithmetic((x, y) => x + y),
  sub: arithmetic((x, y) => x - y),
  mul: arithmetic((x, y) => x * y),
  div: arithmetic((x, y) => x / y, true),
  min: choose((x, y) => x < y),
  max: choose((x, y) => x > y),
  sqrt: unary(Math.sqrt),
  // The processor's approximations have 12 bits and report nothing; these have all.
  rcp: unary((y) => 1 / y, false),
  rsqrt: unary((y) => 1 / Math.sqrt(y), false),
  cmp: compare,
};

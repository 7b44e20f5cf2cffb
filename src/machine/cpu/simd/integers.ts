/**
 * Packed integer operations: a ← a op b, lane by lane over 8 bytes (MMX) or 16 (SSE2), by mnemonic. The results are those of SDM
 * Vol. 2, the instruction's own page.
 */
import { multiplyHigh } from "../product.ts";
import type { Lanes } from "./registers.ts";

/** `immediate` is the third operand, 0 … 255, of those that have one. */
export type LaneOperation = (a: Lanes, b: Lanes, bytes: number, immediate: number) => void;

type View = "u8" | "i8" | "u16" | "i16" | "i32";
const WIDTH: Readonly<Record<View, number>> = { u8: 1, i8: 1, u16: 2, i16: 2, i32: 4 };

/** One function on each lane. What is stored is cut to the lane. */
function each(view: View, f: (a: number, b: number) => number): LaneOperation {
  return (a, b, bytes) => {
    const to = a[view];
    const from = b[view];
    for (let i = 0; i < bytes / WIDTH[view]; i++) to[i] = f(to[i] as number, from[i] as number);
  };
}

const clamp = (low: number, high: number) => (value: number) => Math.max(low, Math.min(high, value));
const RANGE: Readonly<Record<View, (value: number) => number>> = {
  i8: clamp(-0x80, 0x7f),
  u8: clamp(0, 0xff),
  i16: clamp(-0x8000, 0x7fff),
  u16: clamp(0, 0xffff),
  i32: clamp(-0x80000000, 0x7fffffff),
};

const add = (view: View) => each(view, (a, b) => a + b);
const subtract = (view: View) => each(view, (a, b) => a - b);
const addSaturated = (view: View) => each(view, (a, b) => RANGE[view](a + b));
const subtractSaturated = (view: View) => each(view, (a, b) => RANGE[view](a - b));
const equal = (view: View) => each(view, (a, b) => (a === b ? -1 : 0));
const greater = (view: View) => each(view, (a, b) => (a > b ? -1 : 0));
const average = (view: View) => each(view, (a, b) => (a + b + 1) >> 1);
const least = (view: View) => each(view, Math.min);
const most = (view: View) => each(view, Math.max);

/** Sum or difference of quadwords. */
function quads(sign: 1 | -1): LaneOperation {
  return (a, b, bytes) => {
    for (let i = 0; i < bytes / 4; i += 2) {
      const low = ((a.i32[i] as number) >>> 0) + sign * ((b.i32[i] as number) >>> 0);
      const carry = Math.floor(low / 4294967296);
      a.i32[i] = low;
      a.i32[i + 1] = (a.i32[i + 1] as number) + sign * (b.i32[i + 1] as number) + carry;
    }
  };
}

/** The count is the whole low quadword: anything large is more than a lane has. */
function countOf(b: Lanes): number {
  const low = b.i32[0] as number;
  return (b.i32[1] as number) !== 0 || low >>> 0 > 255 ? 255 : low;
}

function shift(view: View, f: (value: number, count: number) => number): LaneOperation {
  return (a, b, bytes) => {
    const count = countOf(b);
    const lanes = a[view];
    for (let i = 0; i < bytes / WIDTH[view]; i++) lanes[i] = f(lanes[i] as number, count);
  };
}

const left = (view: View) => shift(view, (v, n) => (n < 8 * WIDTH[view] ? v << n : 0));
const right = (view: View) => shift(view, (v, n) => (n < 8 * WIDTH[view] ? v >>> n : 0));
const rightSigned = (view: View) => shift(view, (v, n) => v >> Math.min(n, 8 * WIDTH[view] - 1));

function quadLeft(a: Lanes, b: Lanes, bytes: number): void {
  const n = countOf(b);
  for (let i = 0; i < bytes / 4; i += 2) {
    const low = a.i32[i] as number;
    const high = a.i32[i + 1] as number;
    a.i32[i] = n < 32 ? low << n : 0;
    a.i32[i + 1] = n === 0 ? high : n < 32 ? (high << n) | (low >>> (32 - n)) : n < 64 ? low << (n - 32) : 0;
  }
}

function quadRight(a: Lanes, b: Lanes, bytes: number): void {
  const n = countOf(b);
  for (let i = 0; i < bytes / 4; i += 2) {
    const low = a.i32[i] as number;
    const high = a.i32[i + 1] as number;
    a.i32[i] = n === 0 ? low : n < 32 ? (low >>> n) | (high << (32 - n)) : n < 64 ? high >>> (n - 32) : 0;
    a.i32[i + 1] = n < 32 ? high >>> n : 0;
  }
}

/** By bytes, of the whole register. */
function wholeLeft(a: Lanes, b: Lanes): void {
  const n = Math.min(countOf(b), 16);
  a.u8.copyWithin(n, 0);
  a.u8.fill(0, 0, n);
}

function wholeRight(a: Lanes, b: Lanes): void {
  const n = Math.min(countOf(b), 16);
  a.u8.copyWithin(0, n);
  a.u8.fill(0, 16 - n);
}

const SCRATCH = new Uint8Array(16);

/** Interleaves the low (or high) halves: a0 b0 a1 b1 … in elements of `width` bytes. */
function unpack(width: number, high: boolean): LaneOperation {
  return (a, b, bytes) => {
    const from = high ? bytes / 2 : 0;
    for (let i = 0; i < bytes / 2; i += width)
      for (let byte = 0; byte < width; byte++) {
        SCRATCH[2 * i + byte] = a.u8[from + i + byte] as number;
        SCRATCH[2 * i + width + byte] = b.u8[from + i + byte] as number;
      }
    a.u8.set(bytes === 16 ? SCRATCH : SCRATCH.subarray(0, 8));
  };
}

/** Halves each lane's width, saturating: a's lanes below, b's above. */
function pack(from: "i16" | "i32", to: View): LaneOperation {
  return (a, b, bytes) => {
    const count = bytes / WIDTH[from];
    const narrow = RANGE[to];
    const lower = Array.from({ length: count }, (_, i) => narrow(a[from][i] as number));
    const upper = Array.from({ length: count }, (_, i) => narrow(b[from][i] as number));
    for (let i = 0; i < count; i++) {
      a[to][i] = lower[i] as number;
      a[to][count + i] = upper[i] as number;
    }
  };
}

/** Lanes of b chosen by pairs of the immediate's bits, four from lane `from` on; the other lanes are b's own. */
function shuffle(view: "u16" | "i32", from: number): LaneOperation {
  return (a, b, _, immediate) => {
    const source = Array.from(b[view]);
    a.i32.set(b.i32);
    for (let i = 0; i < 4; i++) a[view][from + i] = source[from + ((immediate >> (2 * i)) & 3)] as number;
  };
}

function multiplyUnsignedQuads(a: Lanes, b: Lanes, bytes: number): void {
  for (let i = 0; i < bytes / 4; i += 2) {
    const x = a.i32[i] as number;
    const y = b.i32[i] as number;
    a.i32[i] = Math.imul(x, y);
    a.i32[i + 1] = multiplyHigh(x, y);
  }
}

function multiplyAdd(a: Lanes, b: Lanes, bytes: number): void {
  for (let i = 0; i < bytes / 4; i++) {
    const low = (a.i16[2 * i] as number) * (b.i16[2 * i] as number);
    a.i32[i] = low + (a.i16[2 * i + 1] as number) * (b.i16[2 * i + 1] as number);
  }
}

/** Of every eight bytes the sum of absolute differences. */
function sumDifferences(a: Lanes, b: Lanes, bytes: number): void {
  for (let from = 0; from < bytes; from += 8) {
    let sum = 0;
    for (let i = from; i < from + 8; i++) sum += Math.abs((a.u8[i] as number) - (b.u8[i] as number));
    a.i32[from / 4] = sum;
    a.i32[from / 4 + 1] = 0;
  }
}

const and = each("i32", (a, b) => a & b);
const andNot = each("i32", (a, b) => ~a & b);
const or = each("i32", (a, b) => a | b);
const xor = each("i32", (a, b) => a ^ b);

export const INTEGER_OPERATIONS: Readonly<Record<string, LaneOperation>> = {
  ...{ pand: and, andps: and, andpd: and, pandn: andNot, andnps: andNot, andnpd: andNot },
  ...{ por: or, orps: or, orpd: or, pxor: xor, xorps: xor, xorpd: xor },
  ...{ paddb: add("u8"), paddw: add("u16"), paddd: add("i32"), paddq: quads(1) },
  ...{ psubb: subtract("u8"), psubw: subtract("u16"), psubd: subtract("i32"), psubq: quads(-1) },
  ...{ paddsb: addSaturated("i8"), paddsw: addSaturated("i16") },
  ...{ paddusb: addSaturated("u8"), paddusw: addSaturated("u16") },
  ...{ psubsb: subtractSaturated("i8"), psubsw: subtractSaturated("i16") },
  ...{ psubusb: subtractSaturated("u8"), psubusw: subtractSaturated("u16") },
  ...{ pcmpeqb: equal("i8"), pcmpeqw: equal("i16"), pcmpeqd: equal("i32") },
  ...{ pcmpgtb: greater("i8"), pcmpgtw: greater("i16"), pcmpgtd: greater("i32") },
  ...{ pavgb: average("u8"), pavgw: average("u16") },
  ...{ pminub: least("u8"), pminsw: least("i16"), pmaxub: most("u8"), pmaxsw: most("i16") },
  pmullw: each("i16", (a, b) => a * b),
  pmulhw: each("i16", (a, b) => (a * b) >> 16),
  pmulhuw: each("u16", (a, b) => (a * b) / 65536),
  pmuludq: multiplyUnsignedQuads,
  pmaddwd: multiplyAdd,
  psadbw: sumDifferences,
  ...{ psllw: left("u16"), pslld: left("i32"), psllq: quadLeft, pslldq: wholeLeft },
  ...{ psrlw: right("u16"), psrld: right("i32"), psrlq: quadRight, psrldq: wholeRight },
  ...{ psraw: rightSigned("i16"), psrad: rightSigned("i32") },
  ...{ punpcklbw: unpack(1, false), punpcklwd: unpack(2, false) },
  ...{ punpckldq: unpack(4, false), punpcklqdq: unpack(8, false) },
  ...{ punpckhbw: unpack(1, true), punpckhwd: unpack(2, true) },
  ...{ punpckhdq: unpack(4, true), punpckhqdq: unpack(8, true) },
  ...{ unpcklps: unpack(4, false), unpckhps: unpack(4, true) },
  ...{ unpcklpd: unpack(8, false), unpckhpd: unpack(8, true) },
  ...{ packsswb: pack("i16", "i8"), packssdw: pack("i32", "i16"), packuswb: pack("i16", "u8") },
  ...{ pshufw: shuffle("u16", 0), pshuflw: shuffle("u16", 0), pshufhw: shuffle("u16", 4) },
  pshufd: shuffle("i32", 0),
};

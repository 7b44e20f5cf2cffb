/**
 * MUL, IMUL with one, two and three operands, DIV, IDIV. CF and OF say that the product's upper half counts; SF, ZF and PF, which
 * are undefined, are those of its lower half. Divisions leave the flags.
 */
import { readE, readRegister, writeRegister } from "../access.ts";
import { fold } from "../arith.ts";
import type { Cpu } from "../cpu.ts";
import { DE, raise } from "../fault.ts";
import type { Flags } from "../flags.ts";
import type { Op, Semantics } from "../op.ts";
import {
  divide32,
  divide64,
  multiply64,
  multiply64Signed,
  multiplyHigh,
  multiplyHighSigned,
  PRODUCT,
  QUOTIENT,
} from "../product.ts";
import { EAX, EDX } from "../registers.ts";

function multiplied(f: Flags, folded: number, overflow: boolean): void {
  f.fr = folded;
  f.fc = overflow ? 0x80000000 | 0 : 0;
  f.lazy = 1;
}

/** AX, DX:AX, EDX:EAX or RDX:RAX ← accumulator · E. */
function multiply(cpu: Cpu, op: Op, signed: boolean): void {
  const { r32 } = cpu;
  const b = readE(cpu, op);
  const a = r32[EAX] as number;
  switch (op.size) {
    case 1: {
      const product = signed ? ((a << 24) >> 24) * ((b << 24) >> 24) : (a & 0xff) * b;
      cpu.r16[0] = product;
      const low = (product << 24) >> 24;
      multiplied(cpu.flags, low, product !== (signed ? low : product & 0xff));
      return;
    }
    case 2: {
      const product = signed ? ((a << 16) >> 16) * ((b << 16) >> 16) : (a & 0xffff) * b;
      cpu.r16[2 * EAX] = product;
      cpu.r16[2 * EDX] = Math.floor(product / 65536);
      const low = (product << 16) >> 16;
      multiplied(cpu.flags, low, product !== (signed ? low : product & 0xffff));
      return;
    }
    case 4: {
      const low = Math.imul(a, b);
      const high = signed ? multiplyHighSigned(a, b) : multiplyHigh(a, b);
      r32[EAX] = low;
      r32[EAX + 1] = 0;
      r32[EDX] = high;
      r32[EDX + 1] = 0;
      multiplied(cpu.flags, low, high !== (signed ? low >> 31 : 0));
      return;
    }
    default: {
      const aHigh = r32[EAX + 1] as number;
      if (signed) multiply64Signed(a, aHigh, b, cpu.high);
      else multiply64(a, aHigh, b, cpu.high);
      const [w0, w1, w2, w3] = PRODUCT as unknown as [number, number, number, number];
      r32[EAX] = w0;
      r32[EAX + 1] = w1;
      r32[EDX] = w2;
      r32[EDX + 1] = w3;
      const sign = signed ? w1 >> 31 : 0;
      multiplied(cpu.flags, fold(w0, w1), w2 !== sign || w3 !== sign);
    }
  }
}

function mul(cpu: Cpu, op: Op): void {
  multiply(cpu, op, false);
}

function imul(cpu: Cpu, op: Op): void {
  multiply(cpu, op, true);
}

/** G ← a · b, the upper half dropped. */
function product(cpu: Cpu, op: Op, a: number, aHigh: number, b: number, bHigh: number): void {
  switch (op.size) {
    case 2: {
      const all = ((a << 16) >> 16) * ((b << 16) >> 16);
      const low = (all << 16) >> 16;
      cpu.r16[op.src] = low;
      multiplied(cpu.flags, low, all !== low);
      return;
    }
    case 4: {
      const low = Math.imul(a, b);
      cpu.r32[op.src] = low;
      cpu.r32[op.src + 1] = 0;
      // A product below 2^53 is exact, and one above it is not an int32 either way.
      multiplied(cpu.flags, low, a * b !== low);
      return;
    }
    default: {
      multiply64Signed(a, aHigh, b, bHigh);
      const low = PRODUCT[0] as number;
      const high = PRODUCT[1] as number;
      writeRegister(cpu, op.src, 8, low, high);
      const sign = high >> 31;
      multiplied(cpu.flags, fold(low, high), PRODUCT[2] !== sign || PRODUCT[3] !== sign);
    }
  }
}

function imulGE(cpu: Cpu, op: Op): void {
  const b = readE(cpu, op);
  const bHigh = cpu.high;
  const a = readRegister(cpu, op.src, op.size);
  product(cpu, op, a, cpu.high, b, bHigh);
}

function imulGEI(cpu: Cpu, op: Op): void {
  const a = readE(cpu, op);
  product(cpu, op, a, cpu.high, op.imm, op.immHigh);
}

/** #DE for a divisor of 0 and for a quotient that does not fit. */
function div(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const divisor = readE(cpu, op);
  switch (op.size) {
    case 1: {
      const dividend = cpu.r16[2 * EAX] as number;
      if (!divide32(dividend, 0, divisor) || QUOTIENT.low >>> 0 > 0xff) raise(DE);
      cpu.r8[0] = QUOTIENT.low;
      cpu.r8[1] = QUOTIENT.remainder;
      return;
    }
    case 2: {
      const dividend = ((cpu.r16[2 * EDX] as number) << 16) | (cpu.r16[2 * EAX] as number);
      if (!divide32(dividend, 0, divisor) || QUOTIENT.low >>> 0 > 0xffff) raise(DE);
      cpu.r16[2 * EAX] = QUOTIENT.low;
      cpu.r16[2 * EDX] = QUOTIENT.remainder;
      return;
    }
    case 4:
      if (!divide32(r32[EAX] as number, r32[EDX] as number, divisor)) raise(DE);
      r32[EAX] = QUOTIENT.low;
      r32[EAX + 1] = 0;
      r32[EDX] = QUOTIENT.remainder;
      r32[EDX + 1] = 0;
      return;
    default: {
      const divisorHigh = cpu.high;
      const w0 = r32[EAX] as number;
      const w1 = r32[EAX + 1] as number;
      const w2 = r32[EDX] as number;
      const w3 = r32[EDX + 1] as number;
      if (!divide64(w0, w1, w2, w3, divisor, divisorHigh)) raise(DE);
      r32[EAX] = QUOTIENT.low;
      r32[EAX + 1] = QUOTIENT.high;
      r32[EDX] = QUOTIENT.remainder;
      r32[EDX + 1] = QUOTIENT.remainderHigh;
    }
  }
}

/** Quotient and remainder of operands that fit in int32; #DE unless the quotient lies in −most − 1 … most. */
function divideNarrow(dividend: number, divisor: number, most: number): number {
  if (divisor === 0) raise(DE);
  const quotient = Math.trunc(dividend / divisor);
  if (quotient > most || quotient < -most - 1) raise(DE);
  QUOTIENT.remainder = dividend - quotient * divisor;
  return quotient;
}

/** Truncates towards zero; the remainder has the dividend's sign. */
function idiv(cpu: Cpu, op: Op): void {
  const divisor = readE(cpu, op);
  switch (op.size) {
    case 1: {
      const dividend = ((cpu.r16[2 * EAX] as number) << 16) >> 16;
      cpu.r8[0] = divideNarrow(dividend, (divisor << 24) >> 24, 0x7f);
      cpu.r8[1] = QUOTIENT.remainder;
      return;
    }
    case 2: {
      const dividend = ((cpu.r16[2 * EDX] as number) << 16) | (cpu.r16[2 * EAX] as number);
      cpu.r16[2 * EAX] = divideNarrow(dividend, (divisor << 16) >> 16, 0x7fff);
      cpu.r16[2 * EDX] = QUOTIENT.remainder;
      return;
    }
    case 4:
      idiv32(cpu, divisor);
      return;
    default:
      idiv64(cpu, divisor, cpu.high);
  }
}

function idiv32(cpu: Cpu, divisor: number): void {
  const { r32 } = cpu;
  let low = r32[EAX] as number;
  let high = r32[EDX] as number;
  const negative = high < 0;
  if (negative) {
    high = (~high + (low === 0 ? 1 : 0)) | 0;
    low = -low | 0;
  }
  if (!divide32(low, high, divisor < 0 ? -divisor | 0 : divisor)) raise(DE);
  const size = QUOTIENT.low >>> 0;
  const opposite = negative !== divisor < 0;
  if (size > (opposite ? 0x80000000 : 0x7fffffff)) raise(DE);
  r32[EAX] = opposite ? -size : size;
  r32[EAX + 1] = 0;
  r32[EDX] = negative ? -QUOTIENT.remainder : QUOTIENT.remainder;
  r32[EDX + 1] = 0;
}

function idiv64(cpu: Cpu, divisor: number, divisorHigh: number): void {
  const { r32 } = cpu;
  const words: [number, number, number, number] = [
    r32[EAX] as number,
    r32[EAX + 1] as number,
    r32[EDX] as number,
    r32[EDX + 1] as number,
  ];
  const negative = words[3] < 0;
  if (negative) negate(words);
  const by: [number, number] = [divisor, divisorHigh];
  if (divisorHigh < 0) negate(by);
  if (!divide64(...words, ...by)) raise(DE);
  const opposite = negative !== divisorHigh < 0;
  const quotient: [number, number] = [QUOTIENT.low, QUOTIENT.high];
  // The one quotient with its top bit set that fits is −2^63.
  const least = opposite && QUOTIENT.high === (0x80000000 | 0) && QUOTIENT.low === 0;
  if (QUOTIENT.high < 0 && !least) raise(DE);
  if (opposite) negate(quotient);
  const remainder: [number, number] = [QUOTIENT.remainder, QUOTIENT.remainderHigh];
  if (negative) negate(remainder);
  [r32[EAX], r32[EAX + 1]] = quotient;
  [r32[EDX], r32[EDX + 1]] = remainder;
}

/** Two's complement of a number in words, lowest first. */
function negate(words: number[]): void {
  let carry = 1;
  for (let i = 0; i < words.length; i++) {
    const sum = (~(words[i] as number) >>> 0) + carry;
    words[i] = sum | 0;
    carry = sum > 0xffffffff ? 1 : 0;
  }
}

export const MULTIPLY_DIVIDE: Semantics = {
  mul: () => mul,
  imul: (op) => (op.row.operands.length === 1 ? imul : op.row.operands.length === 2 ? imulGE : imulGEI),
  div: () => div,
  idiv: () => idiv,
};

/** What x87 instructions do to one number: roots, rounding, scaling, taking apart, remainders. */
import type { Cpu } from "../cpu.ts";
import { begin, escapes } from "../fpu/access.ts";
import { PARTS, roundInteger, scale } from "../fpu/extended.ts";
import { C0, C1, C2, C3, type Fpu, IE, PE, ZE } from "../fpu/fpu.ts";
import { operand, propagate } from "../fpu/operands.ts";
import type { Op, Semantics } from "../op.ts";

/** FSQRT, FRNDINT, FSCALE: ST(0) ← f(ST(0)). A NaN stays what it is. */
function replace(cpu: Cpu, op: Op, result: number): void {
  const { fpu } = cpu;
  const value = fpu.value(0);
  fpu.setConditions(C1, 0);
  if (Number.isNaN(value)) {
    fpu.copy(0, 0);
    return;
  }
  if (Number.isNaN(result) && !fpu.except(IE)) return;
  fpu.put(0, op.kind === 1 ? fpu.precise(result) : result);
}

function fsqrt(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  if (cpu.fpu.holds(0)) replace(cpu, op, Math.sqrt(cpu.fpu.value(0)));
}

function frndint(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  const value = fpu.value(0);
  const rounded = roundInteger(value, fpu.rounding);
  if (rounded !== value && !Number.isNaN(value)) fpu.except(PE);
  replace(cpu, op, rounded);
}

/** ST(0) · 2^trunc(ST(1)). */
function fscale(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(0) || !fpu.holds(1)) return;
  const by = Math.trunc(fpu.value(1));
  const value = fpu.value(0);
  replace(cpu, op, Number.isFinite(by) ? scale(value, Math.max(-5000, Math.min(5000, by))) : value * 2 ** by);
}

/** ST(0) ← exponent, then push the significand. */
function fxtract(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  const value = fpu.value(0);
  if (value === 0) {
    if (!fpu.except(ZE)) return;
    fpu.put(0, Number.NEGATIVE_INFINITY);
    fpu.push(value);
    return;
  }
  if (Number.isNaN(value)) {
    fpu.copy(0, 0);
    fpu.parts(0);
    fpu.pushParts();
    return;
  }
  if (!Number.isFinite(value)) {
    fpu.put(0, Number.POSITIVE_INFINITY);
    fpu.push(value);
    return;
  }
  let exponent = Math.floor(Math.log2(Math.abs(value)));
  let significand = scale(value, -exponent);
  // log2 is off by one beside powers of two.
  if (Math.abs(significand) >= 2) {
    exponent++;
    significand /= 2;
  } else if (Math.abs(significand) < 1) {
    exponent--;
    significand *= 2;
  }
  fpu.put(0, exponent);
  fpu.push(significand);
}

function exponentOf(fpu: Fpu, i: number): number {
  fpu.parts(i);
  return PARTS.exponent & 0x7fff;
}

/** Exact, by the remainder that JavaScript has; more than 63 bits of quotient take several goes, as on the processor. */
function remainder(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(0) || !fpu.holds(1)) return;
  const a = fpu.value(0);
  const b = fpu.value(1);
  fpu.setConditions(C0 | C1 | C2 | C3, 0);
  if (Number.isNaN(a) || Number.isNaN(b)) {
    operand(fpu, 1);
    propagate(fpu, 0, Number.isNaN(a), Number.isNaN(b));
    return;
  }
  if (!Number.isFinite(a) || b === 0) {
    if (fpu.except(IE)) fpu.put(0, Number.NaN);
    return;
  }
  const distance = exponentOf(fpu, 0) - exponentOf(fpu, 1);
  if (distance >= 64) {
    // So many bits of the quotient at a time as Intel's processors do; the SDM allows 32 to 63.
    const bits = (distance & 31) | 32;
    fpu.setConditions(C2, C2);
    fpu.put(0, a % scale(b, distance - bits));
    return;
  }
  let result = a % b;
  // The quotient's low bits are those of a modulo 8·b.
  const eight = 8 * b;
  const low = Number.isFinite(eight) ? a % eight : a;
  let quotient = Number.isFinite(b) ? Math.round(Math.abs((low - result) / b)) & 7 : 0;
  const half = Math.abs(b) - Math.abs(result);
  if (
    op.kind === NEAREST_QUOTIENT &&
    (Math.abs(result) > half || (Math.abs(result) === half && quotient & 1))
  ) {
    result -= Math.sign(result) * Math.abs(b);
    quotient = (quotient + 1) & 7;
    if (result === 0) result = a < 0 ? -0 : 0;
  }
  fpu.put(0, result);
  fpu.setConditions(
    C0 | C1 | C3,
    (quotient & 4 ? C0 : 0) | (quotient & 2 ? C3 : 0) | (quotient & 1 ? C1 : 0),
  );
}

/** op.kind of FPREM1, which rounds the quotient to the nearest integer. */
const NEAREST_QUOTIENT = 1;

export const X87_PARTS: Semantics = escapes({
  fsqrt: (op) => {
    op.kind = 1;
    return fsqrt;
  },
  frndint: () => frndint,
  fscale: () => fscale,
  fxtract: () => fxtract,
  fprem: () => remainder,
  fprem1: (op) => {
    op.kind = NEAREST_QUOTIENT;
    return remainder;
  },
});

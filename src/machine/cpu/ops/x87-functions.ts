/** x87 transcendental instructions, with the precision of JavaScript's functions: about 53 bits. */
import type { Cpu } from "../cpu.ts";
import { begin, escapes } from "../fpu/access.ts";
import { C1, C2, type Fpu, IE } from "../fpu/fpu.ts";
import type { Op, Semantics } from "../op.ts";

/** Beyond ±2^63 trigonometric functions leave their operand and set C2. */
const FAR = 2 ** 63;

/** ST(0) ← result, an invalid operation when a number gave none. */
function answer(fpu: Fpu, result: number, ...operands: number[]): boolean {
  fpu.setConditions(C1, 0);
  if (Number.isNaN(result) && operands.every((operand) => !Number.isNaN(operand)) && !fpu.except(IE))
    return false;
  fpu.put(0, result);
  return true;
}

function reducible(fpu: Fpu): boolean {
  if (!fpu.holds(0)) return false;
  const far = Math.abs(fpu.value(0)) >= FAR && Number.isFinite(fpu.value(0));
  fpu.setConditions(C2, far ? C2 : 0);
  return !far;
}

function f2xm1(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  const x = fpu.value(0);
  answer(fpu, x === 1 ? 1 : x === -1 ? -0.5 : Math.expm1(x * Math.LN2), x);
}

/** ST(1) ← ST(1) · log2(ST(0)), pop. */
function fyl2x(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  binary(cpu.fpu, (x, y) => y * Math.log2(x));
}

function fyl2xp1(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  binary(cpu.fpu, (x, y) => y * (Math.log1p(x) / Math.LN2));
}

/** ST(1) ← arctan(ST(1) / ST(0)), pop. */
function fpatan(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  binary(cpu.fpu, (x, y) => Math.atan2(y, x));
}

function binary(fpu: Fpu, result: (x: number, y: number) => number): void {
  if (!fpu.holds(0) || !fpu.holds(1)) return;
  const x = fpu.value(0);
  const y = fpu.value(1);
  const value = result(x, y);
  if (Number.isNaN(value) && !Number.isNaN(x) && !Number.isNaN(y) && !fpu.except(IE)) return;
  fpu.pop();
  answer(fpu, value, Number.NaN);
}

function fsin(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (reducible(fpu)) answer(fpu, Math.sin(fpu.value(0)), fpu.value(0));
}

function fcos(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (reducible(fpu)) answer(fpu, Math.cos(fpu.value(0)), fpu.value(0));
}

function fsincos(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!reducible(fpu)) return;
  const x = fpu.value(0);
  if (answer(fpu, Math.sin(x), x)) fpu.push(Math.cos(x));
}

/** The tangent, then 1. */
function fptan(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!reducible(fpu)) return;
  const x = fpu.value(0);
  if (answer(fpu, Math.tan(x), x)) fpu.push(1);
}

export const X87_FUNCTIONS: Semantics = escapes({
  f2xm1: () => f2xm1,
  fyl2x: () => fyl2x,
  fyl2xp1: () => fyl2xp1,
  fpatan: () => fpatan,
  fptan: () => fptan,
  fsin: () => fsin,
  fcos: () => fcos,
  fsincos: () => fsincos,
});

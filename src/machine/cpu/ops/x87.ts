/** x87 arithmetic and comparison. Loads and stores: x87-move.ts; control words and images: x87-control.ts. */
import type { Cpu } from "../cpu.ts";
import { ARITHMETIC, CF, PF, ZF } from "../flags.ts";
import { begin, beginRead, escapes } from "../fpu/access.ts";
import {
  doubleOf,
  doubleToExtended,
  PARTS,
  roundInteger,
  scale,
  singleOf,
  singleToExtended,
} from "../fpu/extended.ts";
import { C0, C1, C2, C3, type Fpu, IE, OE, PE, ZE } from "../fpu/fpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";

const ADD = 0;
const MUL = 1;
const SUB = 4;
const SUBR = 5;
const DIV = 6;
const DIVR = 7;

/** Precision control: 0 says that results have 24 bits. */
function precise(fpu: Fpu, value: number): number {
  return (fpu.control & 0x300) === 0 ? Math.fround(value) : value;
}

/** a op b of two numbers, its exceptions recorded; false when one is unmasked, the result then being worth nothing. */
function calculate(fpu: Fpu, kind: number, a: number, b: number): boolean {
  let result = 0;
  switch (kind) {
    case ADD:
      result = a + b;
      break;
    case MUL:
      result = a * b;
      break;
    case SUB:
      result = a - b;
      break;
    case SUBR:
      result = b - a;
      break;
    case DIV:
      result = a / b;
      break;
    default:
      result = b / a;
  }
  RESULT.value = precise(fpu, result);
  fpu.setConditions(C1, 0);
  if (Number.isNaN(result)) return fpu.except(IE);
  if (Number.isFinite(result) || !Number.isFinite(a) || !Number.isFinite(b)) return true;
  const zero = (kind === DIV && b === 0) || (kind === DIVR && a === 0);
  if (zero) return fpu.except(ZE);
  // Overflow is reported with the result delivered, masked or not.
  fpu.except(OE | PE);
  return true;
}

const RESULT = { value: 0 };

/** ST(i) ← ST(i) op b; of a NaN b, the 80 bits stand in PARTS. */
function arithmetic(fpu: Fpu, kind: number, i: number, b: number): boolean {
  if (!fpu.holds(i)) return false;
  const a = fpu.value(i);
  if (Number.isNaN(a) || Number.isNaN(b)) {
    propagate(fpu, i, Number.isNaN(a), Number.isNaN(b));
    return true;
  }
  if (!calculate(fpu, kind, a, b)) return false;
  fpu.put(i, RESULT.value);
  return true;
}

/** A NaN operand is the result; of two, the one with the larger significand (SDM Vol. 1, table 4-7). */
function propagate(fpu: Fpu, i: number, first: boolean, second: boolean): void {
  const { low, high, exponent } = PARTS;
  fpu.setConditions(C1, 0);
  if (first) {
    fpu.parts(i);
    const larger = PARTS.high >>> 0 > high >>> 0 || (PARTS.high === high && PARTS.low >>> 0 >= low >>> 0);
    if (!second || larger) {
      fpu.putExact(i, PARTS.low, PARTS.high, PARTS.exponent);
      return;
    }
  }
  fpu.putExact(i, low, high, exponent);
}

/** The double of ST(i) as an operand; of a NaN also its 80 bits, into PARTS. */
function operand(fpu: Fpu, i: number): number {
  const value = fpu.value(i);
  if (Number.isNaN(value)) fpu.parts(i);
  return value;
}

function single(cpu: Cpu, op: Op): number {
  const word = cpu.memory.read32(beginRead(cpu, op, 4));
  const value = singleOf(word);
  if (Number.isNaN(value)) {
    if ((word & 0x400000) === 0) cpu.fpu.except(IE);
    singleToExtended(word);
  }
  return value;
}

function double(cpu: Cpu, op: Op): number {
  const low = cpu.memory.read64(beginRead(cpu, op, 8));
  const { high } = cpu.memory;
  const value = doubleOf(low, high);
  if (Number.isNaN(value)) {
    if ((high & 0x80000) === 0) cpu.fpu.except(IE);
    doubleToExtended(low, high);
  }
  return value;
}

function arithmeticSingle(cpu: Cpu, op: Op): void {
  const b = single(cpu, op);
  arithmetic(cpu.fpu, op.kind, 0, b);
}

function arithmeticDouble(cpu: Cpu, op: Op): void {
  const b = double(cpu, op);
  arithmetic(cpu.fpu, op.kind, 0, b);
}

function integerOperand(cpu: Cpu, op: Op): number {
  const at = beginRead(cpu, op, op.size);
  return op.size === 2 ? (cpu.memory.read16(at) << 16) >> 16 : cpu.memory.read32(at);
}

function arithmeticInteger(cpu: Cpu, op: Op): void {
  const b = integerOperand(cpu, op);
  arithmetic(cpu.fpu, op.kind, 0, b);
}

/** ST(0) with ST(i). */
function arithmeticTop(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (fpu.holds(op.rm & 7)) arithmetic(fpu, op.kind, 0, operand(fpu, op.rm & 7));
}

/** ST(i) with ST(0). */
function arithmeticBelow(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (fpu.holds(0)) arithmetic(fpu, op.kind, op.rm & 7, operand(fpu, 0));
}

function arithmeticPop(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (fpu.holds(0) && arithmetic(fpu, op.kind, op.rm & 7, operand(fpu, 0))) fpu.pop();
}

const binary =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    const [first] = op.row.operands;
    if (first === "Md") return arithmeticSingle;
    if (first === "Mq") return arithmeticDouble;
    return first === "ST0" ? arithmeticTop : arithmeticBelow;
  };
const integer =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    return arithmeticInteger;
  };
const popping =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    return arithmeticPop;
  };

/** C3, C2, C0 of ST(0) : b; false when the comparison was invalid, unmasked. `quiet` comparisons accept NaNs. */
function compare(fpu: Fpu, b: number, quiet: boolean): boolean {
  const held = fpu.holds(0);
  const a = fpu.value(0);
  fpu.setConditions(C0 | C1 | C2 | C3, a > b ? 0 : a < b ? C0 : a === b ? C3 : C0 | C2 | C3);
  if (!held) return false;
  return !Number.isNaN(a) && !Number.isNaN(b) ? true : quiet || fpu.except(IE);
}

/** op.kind of comparisons: how many pops follow, and whether NaNs are quiet. */
const POPS = 3;
const QUIET = 4;

function afterwards(fpu: Fpu, op: Op): void {
  for (let pops = op.kind & POPS; pops > 0; pops--) fpu.pop();
}

function compareSingle(cpu: Cpu, op: Op): void {
  if (compare(cpu.fpu, single(cpu, op), false)) afterwards(cpu.fpu, op);
}

function compareDouble(cpu: Cpu, op: Op): void {
  if (compare(cpu.fpu, double(cpu, op), false)) afterwards(cpu.fpu, op);
}

function compareInteger(cpu: Cpu, op: Op): void {
  const b = integerOperand(cpu, op);
  if (compare(cpu.fpu, b, false)) afterwards(cpu.fpu, op);
}

function compareRegister(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  // FCOMPP and FUCOMPP have no operand: ST(1).
  const i = op.row.operands.length === 0 ? 1 : op.rm & 7;
  if (fpu.holds(i) && compare(fpu, fpu.value(i), (op.kind & QUIET) !== 0)) afterwards(fpu, op);
}

/** FCOMI and its kin answer in ZF, PF and CF, and leave C0, C2 and C3. */
function compareToFlags(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  const i = op.rm & 7;
  if (!fpu.holds(0) || !fpu.holds(i)) return;
  const a = fpu.value(0);
  const b = fpu.value(i);
  const unordered = Number.isNaN(a) || Number.isNaN(b);
  fpu.setConditions(C1, 0);
  if (unordered && (op.kind & QUIET) === 0 && !fpu.except(IE)) return;
  cpu.flags.assign(ARITHMETIC, unordered ? ZF | PF | CF : a === b ? ZF : a < b ? CF : 0);
  afterwards(fpu, op);
}

const comparing =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    const first = op.row.operands[0];
    return first === "Md" ? compareSingle : first === "Mq" ? compareDouble : compareRegister;
  };
const comparingInteger =
  (pops: number): Binder =>
  (op) => {
    op.kind = pops;
    return compareInteger;
  };
const comparingToFlags =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    return compareToFlags;
  };

function ftst(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  compare(cpu.fpu, 0, false);
}

function fxam(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  const at = fpu.physical(0);
  const value = fpu.values[at] as number;
  const tag = (fpu.tags >> (2 * at)) & 3;
  // Of an empty register as well the sign is what stands in it.
  fpu.partsOf(at);
  const sign = PARTS.exponent & 0x8000 ? C1 : 0;
  let kind = C2;
  if (tag === 3) kind = C3 | C0;
  else if (Number.isNaN(value)) kind = C0;
  else if (tag === 1) kind = C3;
  // Numbers beyond a double's range are finite all the same.
  else if (tag === 2) kind = Number.isFinite(value) ? C3 | C2 : C2 | C0;
  fpu.setConditions(C0 | C1 | C2 | C3, kind | sign);
}

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
  fpu.put(0, op.kind === 1 ? precise(fpu, result) : result);
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

export const X87: Semantics = escapes({
  fadd: binary(ADD),
  fmul: binary(MUL),
  fsub: binary(SUB),
  fsubr: binary(SUBR),
  fdiv: binary(DIV),
  fdivr: binary(DIVR),
  fiadd: integer(ADD),
  fimul: integer(MUL),
  fisub: integer(SUB),
  fisubr: integer(SUBR),
  fidiv: integer(DIV),
  fidivr: integer(DIVR),
  faddp: popping(ADD),
  fmulp: popping(MUL),
  fsubp: popping(SUB),
  fsubrp: popping(SUBR),
  fdivp: popping(DIV),
  fdivrp: popping(DIVR),
  fcom: comparing(0),
  fcomp: comparing(1),
  fcompp: comparing(2),
  ficom: comparingInteger(0),
  ficomp: comparingInteger(1),
  fucom: comparing(QUIET),
  fucomp: comparing(QUIET | 1),
  fucompp: comparing(QUIET | 2),
  fcomi: comparingToFlags(0),
  fcomip: comparingToFlags(1),
  fucomi: comparingToFlags(QUIET),
  fucomip: comparingToFlags(QUIET | 1),
  ftst: () => ftst,
  fxam: () => fxam,
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

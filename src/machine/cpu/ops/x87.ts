/** x87 arithmetic. Comparisons: x87-compare.ts; loads and stores: x87-move.ts; control words and images: x87-control.ts. */
import type { Cpu } from "../cpu.ts";
import { begin, escapes } from "../fpu/access.ts";
import { C1, type Fpu, IE, OE, PE, ZE } from "../fpu/fpu.ts";
import { double, integerOperand, operand, propagate, single } from "../fpu/operands.ts";
import type { Binder, Op, Semantics } from "../op.ts";

const ADD = 0;
const MUL = 1;
const SUB = 4;
const SUBR = 5;
const DIV = 6;
const DIVR = 7;

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
  RESULT.value = fpu.precise(result);
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

function arithmeticSingle(cpu: Cpu, op: Op): void {
  const b = single(cpu, op);
  arithmetic(cpu.fpu, op.kind, 0, b);
}

function arithmeticDouble(cpu: Cpu, op: Op): void {
  const b = double(cpu, op);
  arithmetic(cpu.fpu, op.kind, 0, b);
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
});

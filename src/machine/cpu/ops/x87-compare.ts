/** x87 comparison: into the status word, into EFLAGS; FXAM. */
import type { Cpu } from "../cpu.ts";
import { ARITHMETIC, CF, PF, ZF } from "../flags.ts";
import { begin, escapes } from "../fpu/access.ts";
import { PARTS } from "../fpu/extended.ts";
import { C0, C1, C2, C3, type Fpu, IE } from "../fpu/fpu.ts";
import { double, integerOperand, single } from "../fpu/operands.ts";
import type { Binder, Op, Semantics } from "../op.ts";

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

export const X87_COMPARE: Semantics = escapes({
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
});

/** SHL SHR SAR ROL ROR RCL RCR by 1, CL or an immediate; SHLD, SHRD. */
import { readEForUpdate, readRegister, updateE } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { ECX } from "../registers.ts";
import {
  double16,
  double32,
  double64,
  RCL,
  RCR,
  ROL,
  ROR,
  SAR,
  SHL,
  SHR,
  shift32,
  shift64,
  shiftNarrow,
} from "../shifts.ts";

function shiftRI(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  r32[op.dst] = shift32(cpu.flags, op.kind, r32[op.dst] as number, op.imm & 31);
  r32[op.dst + 1] = 0;
}

/** A count of 0 writes nothing and leaves the flags, but memory has to be writable nevertheless. */
function shift(cpu: Cpu, op: Op, by: number): void {
  const count = by & (op.size === 8 ? 63 : 31);
  let low = readEForUpdate(cpu, op);
  let { high } = cpu;
  const f = cpu.flags;
  if (count !== 0)
    switch (op.size) {
      case 4:
        low = shift32(f, op.kind, low, count);
        break;
      case 8:
        low = shift64(f, op.kind, low, high, count);
        ({ high } = f);
        break;
      default:
        low = shiftNarrow(f, op.kind, 8 * op.size, low, count);
    }
  updateE(cpu, op, low, high);
}

function shiftI(cpu: Cpu, op: Op): void {
  shift(cpu, op, op.imm);
}

function shiftCL(cpu: Cpu, op: Op): void {
  shift(cpu, op, cpu.r32[ECX] as number);
}

function double(cpu: Cpu, op: Op, by: number): void {
  const count = by & (op.size === 8 ? 63 : 31);
  const b = readRegister(cpu, op.src, op.size);
  const bHigh = cpu.high;
  let low = readEForUpdate(cpu, op);
  let { high } = cpu;
  const f = cpu.flags;
  const toLeft = op.kind === SHL;
  if (count !== 0)
    switch (op.size) {
      case 2:
        low = double16(f, toLeft, low, b, count);
        break;
      case 4:
        low = double32(f, toLeft, low, b, count);
        break;
      default:
        low = double64(f, toLeft, low, high, b, bHigh, count);
        ({ high } = f);
    }
  updateE(cpu, op, low, high);
}

function doubleI(cpu: Cpu, op: Op): void {
  double(cpu, op, op.imm);
}

function doubleCL(cpu: Cpu, op: Op): void {
  double(cpu, op, cpu.r32[ECX] as number);
}

const single =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    const count = op.row.operands[1];
    if (count === "CL") return shiftCL;
    if (count === "1") op.imm = 1;
    return op.size === 4 && op.rm >= 0 && (op.imm & 31) !== 0 ? shiftRI : shiftI;
  };

const paired =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    return op.row.operands[2] === "CL" ? doubleCL : doubleI;
  };

export const SHIFT: Semantics = {
  rol: single(ROL),
  ror: single(ROR),
  rcl: single(RCL),
  rcr: single(RCR),
  shl: single(SHL),
  shr: single(SHR),
  sar: single(SAR),
  shld: paired(SHL),
  shrd: paired(SHR),
};

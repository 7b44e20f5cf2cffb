/** Packed integers, logic and shuffles of MMX and SSE2; MOVMSK, PMOVMSKB, PINSRW, PEXTRW. */
import { readMemory, writeRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { readAddress } from "../operand.ts";
import { INTEGER_OPERATIONS, type LaneOperation } from "../simd/integers.ts";
import { enterMmx, readLanes, readMmx, readW, readXmm, writeMmx, writeV, writeXmm } from "./simd-operands.ts";

const NAMES = Object.keys(INTEGER_OPERATIONS);
const OPERATIONS = NAMES.map((name) => INTEGER_OPERATIONS[name] as LaneOperation);

function packedXmm(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  readW(cpu, op, true, b);
  readXmm(cpu, op.reg, a);
  (OPERATIONS[op.kind] as LaneOperation)(a, b, 16, op.imm & 0xff);
  writeV(cpu, op, a);
}

function packedMmx(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  if (op.rm >= 0) readMmx(cpu, op.rm, b);
  else readLanes(cpu, op, op.size, false, b);
  readMmx(cpu, op.reg, a);
  enterMmx(cpu);
  (OPERATIONS[op.kind] as LaneOperation)(a, b, 8, op.imm & 0xff);
  writeMmx(cpu, op.reg, a.i32[0] as number, a.i32[1] as number);
}

/** Shifts by an immediate: the register is ModR/M.rm. */
function shiftXmm(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  b.i32.fill(0);
  b.i32[0] = op.imm & 0xff;
  readXmm(cpu, op.rm, a);
  (OPERATIONS[op.kind] as LaneOperation)(a, b, 16, 0);
  writeXmm(cpu, op.rm, a);
}

function shiftMmx(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  b.i32.fill(0);
  b.i32[0] = op.imm & 0xff;
  readMmx(cpu, op.rm, a);
  enterMmx(cpu);
  (OPERATIONS[op.kind] as LaneOperation)(a, b, 8, 0);
  writeMmx(cpu, op.rm, a.i32[0] as number, a.i32[1] as number);
}

const packed: Binder = (op) => {
  op.kind = NAMES.indexOf(op.row.mnemonic);
  const [first] = op.row.operands;
  if (first === "Nq") return shiftMmx;
  if (first === "Ux") return shiftXmm;
  return first === "Pq" ? packedMmx : packedXmm;
};

/** SHUFPS: two lanes of the destination, then two of the source; SHUFPD one each. */
function shufps(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  readW(cpu, op, true, b);
  readXmm(cpu, op.reg, a);
  const at = (i: number) => (op.imm >> (2 * i)) & 3;
  const lanes = [a.i32[at(0)], a.i32[at(1)], b.i32[at(2)], b.i32[at(3)]] as number[];
  a.i32.set(lanes);
  writeV(cpu, op, a);
}

function shufpd(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  readW(cpu, op, true, b);
  readXmm(cpu, op.reg, a);
  const low = (op.imm & 1) * 2;
  const high = (op.imm & 2) !== 0 ? 2 : 0;
  const lanes = [a.i32[low], a.i32[low + 1], b.i32[high], b.i32[high + 1]] as number[];
  a.i32.set(lanes);
  writeV(cpu, op, a);
}

/** The sign bits of lanes of op.kind bytes, in a general register. */
function signs(cpu: Cpu, op: Op): void {
  const { a } = cpu.sse;
  const mmx = op.row.operands[1] === "Nq";
  if (mmx) readMmx(cpu, op.rm, a);
  else readXmm(cpu, op.rm, a);
  let bits = 0;
  const bytes = mmx ? 8 : 16;
  for (let i = 0; i < bytes / op.kind; i++) bits |= ((a.u8[(i + 1) * op.kind - 1] as number) >> 7) << i;
  if (mmx) enterMmx(cpu);
  writeRegister(cpu, op.src, 4, bits, 0);
}

const signsOf =
  (bytes: number): Binder =>
  (op) => {
    op.kind = bytes;
    return signs;
  };

function pextrw(cpu: Cpu, op: Op): void {
  const { a } = cpu.sse;
  const mmx = op.row.operands[1] === "Nq";
  if (mmx) readMmx(cpu, op.rm, a);
  else readXmm(cpu, op.rm, a);
  if (mmx) enterMmx(cpu);
  writeRegister(cpu, op.src, 4, a.u16[op.imm & (mmx ? 3 : 7)] as number, 0);
}

function pinsrw(cpu: Cpu, op: Op): void {
  const { a } = cpu.sse;
  const word = op.rm >= 0 ? (cpu.r16[4 * op.rm] as number) : readMemory(cpu, readAddress(cpu, op, 2), 2);
  if (op.row.operands[0] === "Pq") {
    readMmx(cpu, op.reg, a);
    enterMmx(cpu);
    a.u16[op.imm & 3] = word;
    writeMmx(cpu, op.reg, a.i32[0] as number, a.i32[1] as number);
  } else {
    readXmm(cpu, op.reg, a);
    a.u16[op.imm & 7] = word;
    writeV(cpu, op, a);
  }
}

export const PACKED: Semantics = {
  ...Object.fromEntries(NAMES.map((name) => [name, packed])),
  shufps: () => shufps,
  shufpd: () => shufpd,
  pmovmskb: signsOf(1),
  movmskps: signsOf(4),
  movmskpd: signsOf(8),
  pextrw: () => pextrw,
  pinsrw: () => pinsrw,
};

/** Moves of MMX and SSE. Alignment is the table's to say: MOVAPS and its kin, but not MOVUPS. */
import { readE, writeE } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import {
  enterMmx,
  isAligned,
  readLanes,
  readMmx,
  readW,
  writeLanes,
  writeMmx,
  writeV,
} from "./simd-operands.ts";

/** op.kind: the memory operand must be aligned. */
function moveVW(cpu: Cpu, op: Op): void {
  readW(cpu, op, op.kind === 1, cpu.sse.b);
  writeV(cpu, op, cpu.sse.b);
}

function moveWV(cpu: Cpu, op: Op): void {
  const { i32 } = cpu.sse.xmm;
  if (op.rm < 0) writeLanes(cpu, op, 16, op.kind === 1, i32, 4 * op.reg);
  else i32.copyWithin(4 * op.rm, 4 * op.reg, 4 * op.reg + 4);
}

const whole: Binder = (op) => {
  op.kind = isAligned(op) ? 1 : 0;
  return op.row.operands[0]?.startsWith("V") ? moveVW : moveWV;
};

/** MOVSS and MOVSD: from memory the rest of the register becomes 0, from a register it stays. */
function scalarVW(cpu: Cpu, op: Op): void {
  const { i32 } = cpu.sse.xmm;
  if (op.rm < 0) {
    readLanes(cpu, op, op.size, false, cpu.sse.b);
    writeV(cpu, op, cpu.sse.b);
  } else i32.copyWithin(4 * op.reg, 4 * op.rm, 4 * op.rm + op.size / 4);
}

function scalarWV(cpu: Cpu, op: Op): void {
  const { i32 } = cpu.sse.xmm;
  if (op.rm < 0) writeLanes(cpu, op, op.size, false, i32, 4 * op.reg);
  else i32.copyWithin(4 * op.rm, 4 * op.reg, 4 * op.reg + op.size / 4);
}

const scalar: Binder = (op) => (op.row.operands[0]?.startsWith("V") ? scalarVW : scalarWV);

/** MOVLPS, MOVHPS: one half from or to memory; op.kind is its lane. */
function halfVM(cpu: Cpu, op: Op): void {
  readLanes(cpu, op, 8, false, cpu.sse.b);
  const { i32 } = cpu.sse.xmm;
  i32[4 * op.reg + op.kind] = cpu.sse.b.i32[0] as number;
  i32[4 * op.reg + op.kind + 1] = cpu.sse.b.i32[1] as number;
}

function halfMV(cpu: Cpu, op: Op): void {
  writeLanes(cpu, op, 8, false, cpu.sse.xmm.i32, 4 * op.reg + op.kind);
}

const half =
  (lane: number): Binder =>
  (op) => {
    op.kind = lane;
    return op.row.operands[0] === "Mq" ? halfMV : halfVM;
  };

function movhlps(cpu: Cpu, op: Op): void {
  cpu.sse.xmm.i32.copyWithin(4 * op.reg, 4 * op.rm + 2, 4 * op.rm + 4);
}

function movlhps(cpu: Cpu, op: Op): void {
  cpu.sse.xmm.i32.copyWithin(4 * op.reg + 2, 4 * op.rm, 4 * op.rm + 2);
}

/** MOVD, MOVQ between a general register or memory and the low lanes. */
function moveVE(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  const { i32 } = cpu.sse.b;
  i32[0] = low;
  i32[1] = op.size === 8 ? cpu.high : 0;
  i32[2] = 0;
  i32[3] = 0;
  writeV(cpu, op, cpu.sse.b);
}

function moveEV(cpu: Cpu, op: Op): void {
  const { i32 } = cpu.sse.xmm;
  writeE(cpu, op, i32[4 * op.reg] as number, i32[4 * op.reg + 1] as number);
}

function movePE(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  const high = op.size === 8 ? cpu.high : 0;
  enterMmx(cpu);
  writeMmx(cpu, op.reg, low, high);
}

function moveEP(cpu: Cpu, op: Op): void {
  readMmx(cpu, op.reg, cpu.sse.a);
  writeE(cpu, op, cpu.sse.a.i32[0] as number, cpu.sse.a.i32[1] as number);
  enterMmx(cpu);
}

/** MOVQ between XMM registers or memory of 8 bytes: the upper half becomes 0. */
function quadVW(cpu: Cpu, op: Op): void {
  readW(cpu, op, false, cpu.sse.b);
  cpu.sse.b.i32.fill(0, 2);
  writeV(cpu, op, cpu.sse.b);
}

function quadWV(cpu: Cpu, op: Op): void {
  const { i32 } = cpu.sse.xmm;
  if (op.rm < 0) {
    writeLanes(cpu, op, 8, false, i32, 4 * op.reg);
    return;
  }
  i32.copyWithin(4 * op.rm, 4 * op.reg, 4 * op.reg + 2);
  i32.fill(0, 4 * op.rm + 2, 4 * op.rm + 4);
}

function quadPQ(cpu: Cpu, op: Op): void {
  if (op.rm >= 0) readMmx(cpu, op.rm, cpu.sse.b);
  else readLanes(cpu, op, 8, false, cpu.sse.b);
  enterMmx(cpu);
  writeMmx(cpu, op.reg, cpu.sse.b.i32[0] as number, cpu.sse.b.i32[1] as number);
}

function quadQP(cpu: Cpu, op: Op): void {
  readMmx(cpu, op.reg, cpu.sse.a);
  if (op.rm < 0) writeLanes(cpu, op, 8, false, cpu.sse.a.i32, 0);
  enterMmx(cpu);
  if (op.rm >= 0) writeMmx(cpu, op.rm, cpu.sse.a.i32[0] as number, cpu.sse.a.i32[1] as number);
}

/** Between an MMX register and the low half of an XMM register. */
function movq2dq(cpu: Cpu, op: Op): void {
  readMmx(cpu, op.rm, cpu.sse.b);
  cpu.sse.b.i32.fill(0, 2);
  enterMmx(cpu);
  writeV(cpu, op, cpu.sse.b);
}

function movdq2q(cpu: Cpu, op: Op): void {
  const { i32 } = cpu.sse.xmm;
  enterMmx(cpu);
  writeMmx(cpu, op.reg, i32[4 * op.rm] as number, i32[4 * op.rm + 1] as number);
}

/** By the letters of the two places. */
const BY_PLACES: Readonly<Record<string, (cpu: Cpu, op: Op) => void>> = {
  VE: moveVE,
  EV: moveEV,
  PE: movePE,
  EP: moveEP,
  VW: quadVW,
  WV: quadWV,
  PQ: quadPQ,
  QP: quadQP,
  MP: quadQP,
};

const low: Binder = (op) =>
  BY_PLACES[op.row.operands.map((operand) => operand[0]).join("")] as (cpu: Cpu, op: Op) => void;

/** MOVNTI: a general register to memory past the caches. */
function movnti(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  writeE(cpu, op, r32[op.src] as number, r32[op.src + 1] as number);
}

export const SIMD_MOVE: Semantics = {
  movups: whole,
  movupd: whole,
  movaps: whole,
  movapd: whole,
  movdqa: whole,
  movdqu: whole,
  movntps: whole,
  movntpd: whole,
  movntdq: whole,
  movss: scalar,
  movsd: scalar,
  movlps: half(0),
  movlpd: half(0),
  movhps: half(2),
  movhpd: half(2),
  movhlps: () => movhlps,
  movlhps: () => movlhps,
  movd: low,
  movq: low,
  movntq: low,
  movq2dq: () => movq2dq,
  movdq2q: () => movdq2q,
  movnti: () => movnti,
};

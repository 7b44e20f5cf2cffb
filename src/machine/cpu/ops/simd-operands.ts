/**
 * Operands of MMX and SSE instructions. V and W are XMM registers, or memory of 16 bytes and less; P and Q the same for MMX, whose
 * registers are the significands of the x87's (SDM Vol. 1, 9.2).
 */
import type { Gva } from "../../address.ts";
import { ensure } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { GP, raise } from "../fault.ts";
import { reportPending } from "../fpu/access.ts";
import { PARTS } from "../fpu/extended.ts";
import type { Op } from "../op.ts";
import { readAddress, writeAddress } from "../operand.ts";
import type { Lanes } from "../simd/registers.ts";

/** Whether the table says that a memory operand must be aligned to 16 bytes. */
export function isAligned(op: Op): boolean {
  return op.row.faults?.includes("#GP(0) when not aligned to 16") ?? false;
}

function checked(at: Gva, size: number, aligned: boolean): Gva {
  if (aligned && size === 16 && (at & 15) !== 0) raise(GP);
  return at;
}

/** Reads 4, 8 or 16 bytes into lanes, zeros above them. */
export function readLanes(cpu: Cpu, op: Op, size: number, aligned: boolean, into: Lanes): void {
  const { memory } = cpu;
  const at = checked(readAddress(cpu, op, size), size, aligned);
  const { i32 } = into;
  if (size === 4) {
    i32[0] = memory.read32(at);
    i32[1] = 0;
  } else {
    i32[0] = memory.read64(at);
    i32[1] = memory.high;
  }
  if (size === 16) {
    i32[2] = memory.read64((at + 8) as Gva);
    i32[3] = memory.high;
  } else {
    i32[2] = 0;
    i32[3] = 0;
  }
}

/** Writes 4, 8 or 16 bytes of XMM or MMX, all or nothing. */
export function writeLanes(
  cpu: Cpu,
  op: Op,
  size: number,
  aligned: boolean,
  from: Int32Array,
  at: number,
): void {
  const { memory } = cpu;
  const to = checked(writeAddress(cpu, op, size), size, aligned);
  if (size === 4) {
    memory.write32(to, from[at] as number);
    return;
  }
  if (size === 16) {
    ensure(cpu, to, 16, true);
    memory.write64((to + 8) as Gva, from[at + 2] as number, from[at + 3] as number);
  }
  memory.write64(to, from[at] as number, from[at + 1] as number);
}

export function writeXmm(cpu: Cpu, register: number, from: Lanes): void {
  const { i32 } = cpu.sse.xmm;
  for (let lane = 0; lane < 4; lane++) i32[4 * register + lane] = from.i32[lane] as number;
}

/** V ← lanes, 16 bytes. */
export function writeV(cpu: Cpu, op: Op, from: Lanes): void {
  writeXmm(cpu, op.reg, from);
}

export function readXmm(cpu: Cpu, register: number, into: Lanes): void {
  const { i32 } = cpu.sse.xmm;
  for (let lane = 0; lane < 4; lane++) into.i32[lane] = i32[4 * register + lane] as number;
}

/** W, of op.size bytes in memory; of a register all of it. */
export function readW(cpu: Cpu, op: Op, aligned: boolean, into: Lanes): void {
  if (op.rm >= 0) readXmm(cpu, op.rm, into);
  else readLanes(cpu, op, op.size, aligned, into);
}

/** Every MMX instruction but EMMS makes all registers valid and the stack's top 0; pending x87 exceptions come first. */
export function enterMmx(cpu: Cpu): void {
  reportPending(cpu);
  cpu.fpu.top = 0;
  cpu.fpu.empty = 0;
}

export function readMmx(cpu: Cpu, register: number, into: Lanes): void {
  cpu.fpu.partsOf(register & 7);
  into.i32[0] = PARTS.low;
  into.i32[1] = PARTS.high;
}

/** The exponent becomes all ones: seen by the x87 it is no number. */
export function writeMmx(cpu: Cpu, register: number, low: number, high: number): void {
  cpu.fpu.setPhysical(register & 7, low, high, 0xffff);
}

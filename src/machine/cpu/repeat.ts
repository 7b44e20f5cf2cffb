/**
 * What string instructions share: their two pointers, their counter, and REP. The iterations of a REP can be interrupted; RIP then
 * stands at the instruction again, so that it goes on where it was (SDM Vol. 2, REP):
 *
 *     pay ──▶ iteration ──▶ counter − 1 ──▶ 0? condition? done ──▶ time up, or TF set? RIP back, done ──▶ pay …
 *
 * The first iteration is paid for by the interpreter. A fault leaves pointers and counter as the iterations before it made them.
 */
import type { Gva } from "../address.ts";
import { ES } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";
import { DF, TF } from "./flags.ts";
import type { Handler, Op } from "./op.ts";
import { checkedAddress, linear64 } from "./operand.ts";
import { ECX, EDI, ESI } from "./registers.ts";

export const REPE = 0xf3;

/** Linear address of the source: DS:rSI, or through an override's segment. */
export function sourceAddress(cpu: Cpu, op: Op): Gva {
  return pointerAddress(cpu, op, op.seg, ESI, false);
}

/** Linear address of the destination: ES:rDI. */
export function destinationAddress(cpu: Cpu, op: Op, write: boolean): Gva {
  return pointerAddress(cpu, op, ES, EDI, write);
}

function pointerAddress(cpu: Cpu, op: Op, seg: number, register: number, write: boolean): Gva {
  const low = cpu.r32[register] as number;
  if (cpu.wide) return linear64(cpu, seg, low, op.addressSize === 8 ? (cpu.r32[register + 1] as number) : 0);
  const offset = op.addressSize === 2 ? low & 0xffff : low;
  if (((write ? cpu.flatWrite : cpu.flatRead) >> seg) & 1) return offset as Gva;
  return checkedAddress(cpu, seg, offset, op.size, write);
}

/** Adds to rSI, rDI or rCX, which have the address size. */
export function advance(cpu: Cpu, op: Op, register: number, by: number): void {
  const { r32 } = cpu;
  if (op.addressSize === 2) {
    cpu.r16[2 * register] = (cpu.r16[2 * register] as number) + by;
    return;
  }
  const sum = ((r32[register] as number) >>> 0) + by;
  r32[register] = sum;
  r32[register + 1] =
    op.addressSize === 4 ? 0 : (r32[register + 1] as number) + (sum < 0 ? -1 : sum > 0xffffffff ? 1 : 0);
}

/** How far the pointers go in one iteration. */
export function stride(cpu: Cpu, op: Op): number {
  return (cpu.flags.eflags & DF) !== 0 ? -op.size : op.size;
}

export function advanceSource(cpu: Cpu, op: Op): void {
  advance(cpu, op, ESI, stride(cpu, op));
}

export function advanceDestination(cpu: Cpu, op: Op): void {
  advance(cpu, op, EDI, stride(cpu, op));
}

export function counterIsZero(cpu: Cpu, op: Op): boolean {
  const low = cpu.r32[ECX] as number;
  if (op.addressSize === 2) return (low & 0xffff) === 0;
  return low === 0 && (op.addressSize === 4 || cpu.r32[ECX + 1] === 0);
}

/** The counter; Infinity when it needs more than 32 bits. */
export function counter(cpu: Cpu, op: Op): number {
  const low = cpu.r32[ECX] as number;
  if (op.addressSize === 2) return low & 0xffff;
  return op.addressSize === 8 && cpu.r32[ECX + 1] !== 0 ? Number.POSITIVE_INFINITY : low >>> 0;
}

/** After an iteration, or several: true when the instruction is over or has been put off; otherwise the next one is paid for. */
export function pauses(cpu: Cpu, op: Op): boolean {
  if (counterIsZero(cpu, op)) return true;
  const { clock } = cpu;
  if (clock.left > 0 && (cpu.flags.eflags & TF) === 0) {
    clock.charge(op.cost);
    return false;
  }
  cpu.ip = (cpu.ip - op.length) | 0;
  // All iterations together are one instruction, unless the trap flag asks for each.
  if ((cpu.flags.eflags & TF) === 0) cpu.retired--;
  return true;
}

/** MOVS, STOS, LODS, INS, OUTS: `once` does one iteration, changing nothing before its last access that may fault. */
export function repeat(cpu: Cpu, op: Op, once: Handler): void {
  if (op.rep === 0) {
    once(cpu, op);
    return;
  }
  if (counterIsZero(cpu, op)) return;
  do {
    once(cpu, op);
    advance(cpu, op, ECX, -1);
  } while (!pauses(cpu, op));
}

/** CMPS and SCAS, which end as well when ZF is not what the prefix wants. */
export function repeatWhile(cpu: Cpu, op: Op, once: Handler): void {
  if (op.rep === 0) {
    once(cpu, op);
    return;
  }
  if (counterIsZero(cpu, op)) return;
  do {
    once(cpu, op);
    advance(cpu, op, ECX, -1);
  } while (cpu.flags.zf === (op.rep === REPE) && !pauses(cpu, op));
}

/** MOV, PUSH and POP of segment registers, LDS … LGS, SWAPGS, and the segment bases of 64-bit mode. */
import { CS, DS, ES, FS, GS, SS } from "../../isa/instruction.ts";
import { writeRegister } from "../access.ts";
import { type Cpu, CR4 } from "../cpu.ts";
import { debugging } from "../debug.ts";
import { GP, raise, UD } from "../fault.ts";
import { TF } from "../flags.ts";
import { canonical } from "../long-stack.ts";
import { KERNEL_GS_BASE } from "../msr-slots.ts";
import type { Binder, Handler, Op, Semantics } from "../op.ts";
import { readAddress, writeAddress } from "../operand.ts";
import { loadSegment, setBase } from "../segments.ts";
import { moveSp, peek, push } from "../stack.ts";
import { readPointer, readSelector } from "./transfer-ops.ts";

const NUMBERS: Readonly<Record<string, number>> = { ES, CS, SS, DS, FS, GS };

/**
 * MOV SS and POP SS keep interrupts and traps off for one instruction (SDM Vol. 3, 6.8.3). Where no timer is due, nothing steps
 * or breaks and that instruction follows at once, none could come before it anyway; but a guest's exit tells of the shadow.
 */
function shadow(cpu: Cpu): void {
  const { guest, virtual, clock, flags } = cpu;
  const seen = guest !== null || virtual || clock.left <= 0;
  if (!seen && (flags.eflags & TF) === 0 && !debugging(cpu)) return;
  cpu.shadow = true;
  cpu.debugShadow = true;
  cpu.clock.attend();
}

function movFromSegment(cpu: Cpu, op: Op): void {
  const selector = cpu.segments.selector[op.reg] as number;
  if (op.rm >= 0) writeRegister(cpu, op.dst, op.size, selector, 0);
  else cpu.memory.write16(writeAddress(cpu, op, 2), selector);
}

function movToSegment(cpu: Cpu, op: Op): void {
  const selector = op.rm >= 0 ? (cpu.r16[4 * op.rm] as number) : cpu.memory.read16(readAddress(cpu, op, 2));
  loadSegment(cpu, op.reg, selector);
  if (op.reg === SS) shadow(cpu);
}

function pushSegment(cpu: Cpu, op: Op): void {
  push(cpu, op.size, cpu.segments.selector[op.kind] as number, 0);
}

function popSegment(cpu: Cpu, op: Op): void {
  const selector = peek(cpu, op.size, 0) & 0xffff;
  const oldMask = cpu.stackMask;
  loadSegment(cpu, op.kind, selector);
  // The pointer that moves is the old stack's.
  const newMask = cpu.stackMask;
  cpu.stackMask = oldMask;
  moveSp(cpu, op.size);
  cpu.stackMask = newMask;
  if (op.kind === SS) shadow(cpu);
}

/** MOV with an operand "Sw". */
export const movSegment: Binder = (op) => (op.row.operands[0] === "Sw" ? movToSegment : movFromSegment);

const bySegment =
  (handler: Handler): Binder =>
  (op) => {
    op.kind = NUMBERS[op.row.operands[0] as string] as number;
    return handler;
  };

/** PUSH ES … PUSH GS. */
export const pushSegmentBinder = bySegment(pushSegment);
export const popSegmentBinder = bySegment(popSegment);

function loadPointer(cpu: Cpu, op: Op): void {
  const offset = readPointer(cpu, op);
  const { high } = cpu;
  loadSegment(cpu, op.kind, readSelector());
  writeRegister(cpu, op.src, op.size, offset, high);
}

const pointer =
  (seg: number): Binder =>
  (op) => {
    op.kind = seg;
    return loadPointer;
  };

function swapgs(cpu: Cpu): void {
  const { base, baseHigh } = cpu.segments;
  const low = base[GS] as number;
  const high = baseHigh[GS] as number;
  setBase(cpu, GS, cpu.msr[KERNEL_GS_BASE] as number, cpu.msr[KERNEL_GS_BASE + 1] as number);
  cpu.msr[KERNEL_GS_BASE] = low;
  cpu.msr[KERNEL_GS_BASE + 1] = high;
}

function readBase(cpu: Cpu, op: Op): void {
  if ((cpu.cr4 & CR4.FSGSBASE) === 0) raise(UD);
  const { base, baseHigh } = cpu.segments;
  writeRegister(cpu, op.dst, op.size, base[op.kind] as number, baseHigh[op.kind] as number);
}

function writeBase(cpu: Cpu, op: Op): void {
  if ((cpu.cr4 & CR4.FSGSBASE) === 0) raise(UD);
  const high = op.size === 8 ? (cpu.r32[op.dst + 1] as number) : 0;
  if (!canonical(high)) raise(GP);
  setBase(cpu, op.kind, cpu.r32[op.dst] as number, high);
}

const base =
  (handler: Handler, seg: number): Binder =>
  (op) => {
    op.kind = seg;
    return handler;
  };

export const SEGMENT_OPS: Semantics = {
  les: pointer(ES),
  lds: pointer(DS),
  lss: pointer(SS),
  lfs: pointer(FS),
  lgs: pointer(GS),
  swapgs: () => swapgs,
  rdfsbase: base(readBase, FS),
  rdgsbase: base(readBase, GS),
  wrfsbase: base(writeBase, FS),
  wrgsbase: base(writeBase, GS),
};

/** Far JMP, CALL and RET, INT n and its kin, IRET. */
import { readMemory } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { takeHits } from "../debug.ts";
import { softwareInterrupt } from "../deliver/deliver.ts";
import { PRIVILEGED_SOFTWARE, SOFTWARE, SOFTWARE_EXCEPTION } from "../deliver/event.ts";
import { BP, DB, OF } from "../fault.ts";
import { returnFlat } from "../flat.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { distantAddress, readAddress } from "../operand.ts";
import { takeSwitched } from "../task.ts";
import { farCall, farJump } from "../transfer/far.ts";
import { farReturn, interruptReturn } from "../transfer/return.ts";

/** After a fault: one that fell into a new task happened at that task's ip, which the interpreter is about to set back. */
function keepNewTask(cpu: Cpu, op: Op): void {
  if (takeSwitched()) cpu.ip = (cpu.ip + op.length) | 0;
}

/** Offset and selector of a far pointer in memory: the offset, its high half in cpu.high, the selector in pointerSelector. */
let pointerSelector = 0;
export function readPointer(cpu: Cpu, op: Op): number {
  const at = readAddress(cpu, op, op.size);
  cpu.high = 0;
  const offset = readMemory(cpu, at, op.size);
  const { high } = cpu;
  pointerSelector = cpu.memory.read16(distantAddress(cpu, op, op.size, 0, 2, false));
  cpu.high = high;
  return offset;
}

/** The selector that readPointer found. */
export function readSelector(): number {
  return pointerSelector;
}

function jump(cpu: Cpu, op: Op, selector: number, offset: number, offsetHigh: number): void {
  takeSwitched();
  try {
    farJump(cpu, selector, offset, offsetHigh);
  } catch (fault) {
    keepNewTask(cpu, op);
    throw fault;
  }
}

function call(cpu: Cpu, op: Op, selector: number, offset: number, offsetHigh: number): void {
  takeSwitched();
  try {
    farCall(cpu, op.size, selector, offset, offsetHigh);
  } catch (fault) {
    keepNewTask(cpu, op);
    throw fault;
  }
}

function jumpImmediate(cpu: Cpu, op: Op): void {
  jump(cpu, op, op.imm2, op.imm, 0);
}

function jumpMemory(cpu: Cpu, op: Op): void {
  const offset = readPointer(cpu, op);
  jump(cpu, op, pointerSelector, offset, cpu.high);
}

function callImmediate(cpu: Cpu, op: Op): void {
  call(cpu, op, op.imm2, op.imm, 0);
}

function callMemory(cpu: Cpu, op: Op): void {
  const offset = readPointer(cpu, op);
  call(cpu, op, pointerSelector, offset, cpu.high);
}

function retf(cpu: Cpu, op: Op): void {
  farReturn(cpu, op.size, op.imm & 0xffff);
}

function interrupt(cpu: Cpu, op: Op, kind: number, vector: number): void {
  takeSwitched();
  try {
    softwareInterrupt(cpu, kind, vector);
  } catch (fault) {
    keepNewTask(cpu, op);
    throw fault;
  }
}

function int(cpu: Cpu, op: Op): void {
  interrupt(cpu, op, SOFTWARE, op.imm & 0xff);
}

function int3(cpu: Cpu, op: Op): void {
  interrupt(cpu, op, SOFTWARE_EXCEPTION, BP);
}

function int1(cpu: Cpu, op: Op): void {
  interrupt(cpu, op, PRIVILEGED_SOFTWARE, DB);
  takeHits(cpu);
}

function into(cpu: Cpu, op: Op): void {
  if (cpu.flags.of) interrupt(cpu, op, SOFTWARE_EXCEPTION, OF);
}

function iret(cpu: Cpu, op: Op): void {
  takeSwitched();
  try {
    interruptReturn(cpu, op.size);
  } catch (fault) {
    keepNewTask(cpu, op);
    throw fault;
  }
}

/** In protected mode alone: an instruction is bound anew for each mode. */
function iretFlat(cpu: Cpu, op: Op): void {
  if (!returnFlat(cpu)) iret(cpu, op);
}

const byPointer =
  (immediate: (cpu: Cpu, op: Op) => void, memory: (cpu: Cpu, op: Op) => void): Binder =>
  (op) =>
    op.row.operands[0] === "Ap" ? immediate : memory;

export const TRANSFER_OPS: Semantics = {
  "jmp far": byPointer(jumpImmediate, jumpMemory),
  "call far": byPointer(callImmediate, callMemory),
  retf: () => retf,
  int: () => int,
  int3: () => int3,
  int1: () => int1,
  into: () => into,
  iret: (op, cpu) => (op.size === 4 && cpu.protectedMode && !cpu.v86 && !cpu.longMode ? iretFlat : iret),
};

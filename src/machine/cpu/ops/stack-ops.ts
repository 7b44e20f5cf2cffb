/** PUSH and POP of general registers, memory and immediates; PUSHA POPA, ENTER LEAVE. Segment registers and flags: elsewhere. */
import type { Gva } from "../../address.ts";
import { SS } from "../../isa/instruction.ts";
import { ensure, readE, readMemory, writeE, writeRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { checkedAddress, linear64 } from "../operand.ts";
import { EBP, ESP } from "../registers.ts";
import { moveSp, peek, peek32, poke, pokeAddress, push, push32, setSp } from "../stack.ts";

function pushR(cpu: Cpu, op: Op): void {
  push32(cpu, cpu.r32[op.dst] as number);
}

function pushE(cpu: Cpu, op: Op): void {
  const value = readE(cpu, op);
  push(cpu, op.size, value, cpu.high);
}

function pushI(cpu: Cpu, op: Op): void {
  push(cpu, op.size, op.imm, op.immHigh);
}

/** POP ESP leaves what was popped. */
function popR(cpu: Cpu, op: Op): void {
  const value = peek32(cpu, 0);
  moveSp(cpu, 4);
  cpu.r32[op.dst] = value;
  cpu.r32[op.dst + 1] = 0;
}

function popE(cpu: Cpu, op: Op): void {
  const value = peek(cpu, op.size, 0);
  const { high } = cpu;
  if (op.rm >= 0) {
    moveSp(cpu, op.size);
    writeRegister(cpu, op.dst, op.size, value, high);
  } else {
    writeE(cpu, op, value, high);
    moveSp(cpu, op.size);
  }
}

/** A destination addressed by rSP is addressed by the rSP after the pop (SDM Vol. 2, POP). */
function popSpBased(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const sp = r32[ESP] as number;
  const spHigh = r32[ESP + 1] as number;
  const value = peek(cpu, op.size, 0);
  const { high } = cpu;
  moveSp(cpu, op.size);
  let written = false;
  try {
    writeE(cpu, op, value, high);
    written = true;
  } finally {
    if (!written) {
      r32[ESP] = sp;
      r32[ESP + 1] = spHigh;
    }
  }
}

function pusha(cpu: Cpu, op: Op): void {
  for (let register = 0; register < 8; register++)
    poke(cpu, op.size, -op.size * (register + 1), cpu.r32[2 * register] as number, 0);
  moveSp(cpu, -8 * op.size);
}

const IMAGE = new Int32Array(8);

/** The image of SP is passed over. */
function popa(cpu: Cpu, op: Op): void {
  const { size } = op;
  for (let register = 7; register >= 0; register--) IMAGE[register] = peek(cpu, size, size * (7 - register));
  for (let register = 0; register < 8; register++)
    if (2 * register !== ESP)
      writeRegister(cpu, size === 2 ? 4 * register : 2 * register, size, IMAGE[register] as number, 0);
  moveSp(cpu, 8 * size);
}

/** Linear address of `size` bytes in SS, `below` bytes under rBP. */
function frameAddress(cpu: Cpu, below: number, size: number): Gva {
  const low = cpu.r32[EBP] as number;
  if (!cpu.wide) return checkedAddress(cpu, SS, (low - below) & cpu.stackMask, size, false);
  const difference = (low >>> 0) - below;
  const high = (cpu.r32[EBP + 1] as number) - (difference < 0 ? 1 : 0);
  return linear64(cpu, SS, difference | 0, high);
}

/**
 * Nothing changes but memory below rSP until all accesses are done. At the end the processor makes sure that the new top of the
 * stack could be written (SDM Vol. 2, ENTER: "would cause … a page fault").
 */
function enter(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const { size } = op;
  const level = op.imm2 & 31;
  const sp = r32[ESP] as number;
  const difference = (sp >>> 0) - size;
  // With a 16-bit stack pointer the upper half of ESP stands still.
  const frame = cpu.stackMask === -1 ? difference | 0 : (sp & ~0xffff) | (difference & 0xffff);
  const frameHigh = (r32[ESP + 1] as number) - (difference < 0 ? 1 : 0);
  poke(cpu, size, -size, r32[EBP] as number, r32[EBP + 1] as number);
  for (let i = 1; i < level; i++) {
    const value = readMemory(cpu, frameAddress(cpu, size * i, size), size);
    poke(cpu, size, -size * (i + 1), value, cpu.high);
  }
  if (level > 0) poke(cpu, size, -size * (level + 1), frame, frameHigh);
  const below = -size * (level + 1) - op.imm;
  ensure(cpu, pokeAddress(cpu, below, size), size, true);
  moveSp(cpu, below);
  writeRegister(cpu, size === 2 ? 2 * EBP : EBP, size, frame, frameHigh);
}

/** rSP ← rBP, then POP rBP. */
function leave(cpu: Cpu, op: Op): void {
  const value = readMemory(cpu, frameAddress(cpu, 0, op.size), op.size);
  const { high } = cpu;
  setSp(cpu, cpu.r32[EBP] as number, cpu.r32[EBP + 1] as number);
  moveSp(cpu, op.size);
  writeRegister(cpu, op.size === 2 ? 2 * EBP : EBP, op.size, value, high);
}

const pushing: Binder = (op) => {
  if ((op.row.operands[0] as string).startsWith("I")) return pushI;
  return op.size === 4 && op.rm >= 0 ? pushR : pushE;
};

const popping: Binder = (op) => {
  if (op.rm < 0 && op.base === ESP) return popSpBased;
  return op.size === 4 && op.rm >= 0 ? popR : popE;
};

export const STACK: Semantics = {
  push: pushing,
  pop: popping,
  pusha: () => pusha,
  popa: () => popa,
  enter: () => enter,
  leave: () => leave,
};

/** XCHG, XADD, CMPXCHG, CMPXCHG8B, CMPXCHG16B. With one processor every instruction is atomic; LOCK adds nothing. */
import type { Gva } from "../../address.ts";
import { readEForUpdate, readRegister, updateE, writeRegister } from "../access.ts";
import { ADD, CMP } from "../arith.ts";
import type { Cpu } from "../cpu.ts";
import { GP, raise } from "../fault.ts";
import { ZF } from "../flags.ts";
import type { Op, Semantics } from "../op.ts";
import { writeAddress } from "../operand.ts";
import { EAX, EBX, ECX, EDX } from "../registers.ts";
import { compute } from "./alu.ts";

function xchgRG(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const value = r32[op.dst] as number;
  r32[op.dst] = r32[op.src] as number;
  r32[op.dst + 1] = 0;
  r32[op.src] = value;
  r32[op.src + 1] = 0;
}

function xchg(cpu: Cpu, op: Op): void {
  const e = readEForUpdate(cpu, op);
  const eHigh = cpu.high;
  const g = readRegister(cpu, op.src, op.size);
  updateE(cpu, op, g, cpu.high);
  writeRegister(cpu, op.src, op.size, e, eHigh);
}

/** G ← E, E ← E + G: where they are the same register, the sum stays. */
function xadd(cpu: Cpu, op: Op): void {
  const e = readEForUpdate(cpu, op);
  const eHigh = cpu.high;
  const g = readRegister(cpu, op.src, op.size);
  const sum = compute(cpu.flags, op, e, eHigh, g, cpu.high);
  writeRegister(cpu, op.src, op.size, e, eHigh);
  updateE(cpu, op, sum, cpu.flags.high);
}

/** Equal: E ← G. Otherwise accumulator ← E, a register E remaining untouched, while memory is written with what it held. */
function cmpxchg(cpu: Cpu, op: Op): void {
  const e = readEForUpdate(cpu, op);
  const eHigh = cpu.high;
  const a = readRegister(cpu, EAX, op.size);
  compute(cpu.flags, op, a, cpu.high, e, eHigh);
  if (cpu.flags.zf) {
    const g = readRegister(cpu, op.src, op.size);
    updateE(cpu, op, g, cpu.high);
  } else {
    if (op.rm < 0) updateE(cpu, op, e, eHigh);
    writeRegister(cpu, EAX, op.size, e, eHigh);
  }
}

function cmpxchg8b(cpu: Cpu, op: Op): void {
  const { memory, r32 } = cpu;
  const at = writeAddress(cpu, op, 8);
  const low = memory.readForWrite64(at);
  const { high } = memory;
  const equal = low === r32[EAX] && high === r32[EDX];
  if (equal) memory.write64(at, r32[EBX] as number, r32[ECX] as number);
  else {
    memory.write64(at, low, high);
    writeRegister(cpu, EAX, 4, low, 0);
    writeRegister(cpu, EDX, 4, high, 0);
  }
  cpu.flags.assign(ZF, equal ? ZF : 0);
}

function cmpxchg16b(cpu: Cpu, op: Op): void {
  const { memory, r32 } = cpu;
  const at = writeAddress(cpu, op, 16);
  if ((at & 15) !== 0) raise(GP);
  const above = (at + 8) as Gva;
  const low = memory.readForWrite64(at);
  const lowHigh = memory.high;
  const high = memory.readForWrite64(above);
  const highHigh = memory.high;
  const equal =
    low === r32[EAX] && lowHigh === r32[EAX + 1] && high === r32[EDX] && highHigh === r32[EDX + 1];
  if (equal) {
    memory.write64(at, r32[EBX] as number, r32[EBX + 1] as number);
    memory.write64(above, r32[ECX] as number, r32[ECX + 1] as number);
  } else {
    memory.write64(at, low, lowHigh);
    memory.write64(above, high, highHigh);
    writeRegister(cpu, EAX, 8, low, lowHigh);
    writeRegister(cpu, EDX, 8, high, highHigh);
  }
  cpu.flags.assign(ZF, equal ? ZF : 0);
}

export const EXCHANGE: Semantics = {
  xchg: (op) => (op.size === 4 && op.rm >= 0 ? xchgRG : xchg),
  xadd: (op) => {
    op.kind = ADD;
    return xadd;
  },
  cmpxchg: (op) => {
    op.kind = CMP;
    return cmpxchg;
  },
  cmpxchg8b: () => cmpxchg8b,
  cmpxchg16b: () => cmpxchg16b,
};

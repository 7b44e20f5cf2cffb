/**
 * Near transfers: JMP CALL RET Jcc LOOPcc JCXZ; BOUND and the undefined instructions. A target is checked, by CS's limit or in
 * 64-bit mode for being canonical, before anything changes (SDM Vol. 2, JMP: "IF tempEIP is not within code segment limit").
 */
import { CS } from "../../isa/instruction.ts";
import { readE, readRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { BR, GP, raise, UD } from "../fault.ts";
import type { Binder, Handler, Op, Semantics } from "../op.ts";
import { distantAddress, readAddress } from "../operand.ts";
import { ECX } from "../registers.ts";
import { moveSp, peek, peek32, push, push32 } from "../stack.ts";
import { CONDITIONS } from "./conditions.ts";

/** Where a jump goes: checks an offset in CS of op.size bytes and returns it, the high half left in cpu.high. */
function target(cpu: Cpu, size: number, low: number, high: number): number {
  cpu.high = high;
  if (size === 8) {
    const top = high >> 15;
    if (top !== 0 && top !== -1) raise(GP);
    return low;
  }
  cpu.high = 0;
  const offset = size === 2 ? low & 0xffff : low;
  if (offset >>> 0 > (cpu.segments.limit[CS] as number)) raise(GP);
  return offset;
}

function relativeTarget(cpu: Cpu, op: Op): number {
  const sum = (cpu.ip >>> 0) + (op.imm >>> 0);
  return target(cpu, op.size, sum | 0, (cpu.ipHigh + op.immHigh + (sum > 0xffffffff ? 1 : 0)) | 0);
}

function jump(cpu: Cpu, op: Op): void {
  if (op.size === 4) {
    const offset = (cpu.ip + op.imm) | 0;
    if (offset >>> 0 > (cpu.segments.limit[CS] as number)) raise(GP);
    cpu.ip = offset;
    return;
  }
  cpu.ip = relativeTarget(cpu, op);
  cpu.ipHigh = cpu.high;
}

/** One for each condition, so that each jump's test is compiled on its own. */
const JUMPS: readonly Handler[] = [
  (cpu, op) => {
    if (cpu.flags.of) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.of) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.cf) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.cf) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.zf) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.zf) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.cf || cpu.flags.zf) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.cf && !cpu.flags.zf) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.sf) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.sf) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.pf) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.pf) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.sf !== cpu.flags.of) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.sf === cpu.flags.of) jump(cpu, op);
  },
  (cpu, op) => {
    if (cpu.flags.zf || cpu.flags.sf !== cpu.flags.of) jump(cpu, op);
  },
  (cpu, op) => {
    if (!cpu.flags.zf && cpu.flags.sf === cpu.flags.of) jump(cpu, op);
  },
];

function jumpE(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  cpu.ip = target(cpu, op.size, low, cpu.high);
  cpu.ipHigh = cpu.high;
}

/** Pushes the return address, then goes. */
function enter(cpu: Cpu, op: Op, low: number, high: number): void {
  push(cpu, op.size, cpu.ip, cpu.ipHigh);
  cpu.ip = low;
  cpu.ipHigh = high;
}

function call(cpu: Cpu, op: Op): void {
  const low = relativeTarget(cpu, op);
  enter(cpu, op, low, cpu.high);
}

function call32(cpu: Cpu, op: Op): void {
  const offset = (cpu.ip + op.imm) | 0;
  if (offset >>> 0 > (cpu.segments.limit[CS] as number)) raise(GP);
  push32(cpu, cpu.ip);
  cpu.ip = offset;
}

function callE(cpu: Cpu, op: Op): void {
  const value = readE(cpu, op);
  const low = target(cpu, op.size, value, cpu.high);
  enter(cpu, op, low, cpu.high);
}

/** RET and RET imm16, which drops that many bytes of arguments as well. */
function ret(cpu: Cpu, op: Op): void {
  const value = peek(cpu, op.size, 0);
  cpu.ip = target(cpu, op.size, value, cpu.high);
  cpu.ipHigh = cpu.high;
  moveSp(cpu, op.size + op.imm);
}

function ret32(cpu: Cpu, op: Op): void {
  const offset = peek32(cpu, 0);
  if (offset >>> 0 > (cpu.segments.limit[CS] as number)) raise(GP);
  cpu.ip = offset;
  moveSp(cpu, 4 + op.imm);
}

/** The counter of LOOP and JCXZ has the address size. */
function counterIsZero(cpu: Cpu, op: Op, decrement: number): boolean {
  const low = ((cpu.r32[ECX] as number) - decrement) | 0;
  if (op.addressSize === 2) return (low & 0xffff) === 0;
  if (op.addressSize === 4 || low !== 0) return low === 0;
  const borrow = decrement !== 0 && cpu.r32[ECX] === 0 ? 1 : 0;
  return cpu.r32[ECX + 1] === borrow;
}

function decrement(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  if (op.addressSize === 2) {
    cpu.r16[2 * ECX] = (cpu.r16[2 * ECX] as number) - 1;
    return;
  }
  const low = r32[ECX] as number;
  r32[ECX] = low - 1;
  r32[ECX + 1] = op.addressSize === 4 ? 0 : (r32[ECX + 1] as number) - (low === 0 ? 1 : 0);
}

function loop(cpu: Cpu, op: Op): void {
  if (!counterIsZero(cpu, op, 1)) jump(cpu, op);
  decrement(cpu, op);
}

function loope(cpu: Cpu, op: Op): void {
  if (cpu.flags.zf && !counterIsZero(cpu, op, 1)) jump(cpu, op);
  decrement(cpu, op);
}

function loopne(cpu: Cpu, op: Op): void {
  if (!cpu.flags.zf && !counterIsZero(cpu, op, 1)) jump(cpu, op);
  decrement(cpu, op);
}

function jcxz(cpu: Cpu, op: Op): void {
  if (counterIsZero(cpu, op, 0)) jump(cpu, op);
}

/** #BR unless the register lies within the pair in memory, bounds included, all signed. */
function bound(cpu: Cpu, op: Op): void {
  const { memory } = cpu;
  const at = readAddress(cpu, op, op.size);
  const upperAt = distantAddress(cpu, op, op.size, 0, op.size, false);
  const index = readRegister(cpu, op.src, op.size);
  const shift = op.size === 2 ? 16 : 0;
  const lower = op.size === 2 ? memory.read16(at) : memory.read32(at);
  const upper = op.size === 2 ? memory.read16(upperAt) : memory.read32(upperAt);
  const value = (index << shift) >> shift;
  if (value < (lower << shift) >> shift || value > (upper << shift) >> shift) raise(BR);
}

function undefinedOpcode(): never {
  raise(UD);
}

const conditionalJumps = Object.fromEntries(
  CONDITIONS.map((condition, code): [string, Binder] => [`j${condition}`, () => JUMPS[code] as Handler]),
);

export const CONTROL: Semantics = {
  jmp: (op) => (op.row.operands[0] === "Ev" ? jumpE : jump),
  call: (op) => (op.row.operands[0] === "Ev" ? callE : op.size === 4 ? call32 : call),
  ret: (op) => (op.size === 4 ? ret32 : ret),
  ...conditionalJumps,
  loop: () => loop,
  loope: () => loope,
  loopne: () => loopne,
  jcxz: () => jcxz,
  bound: () => bound,
  ud0: () => undefinedOpcode,
  ud1: () => undefinedOpcode,
  ud2: () => undefinedOpcode,
};

/**
 * MOV between general registers, memory and immediates, with its kin: MOVZX MOVSX MOVSXD, CMOVcc, SETcc, LEA, XLAT, BSWAP, MOVBE,
 * CBW CWD, and what does nothing (NOP, PAUSE, prefetches). MOV of segment, control and debug registers is in segments.ts and
 * control-registers.ts. Handlers are named as in alu.ts: R and M are "E" in a register or in memory, G is ModR/M.reg, I an immediate.
 */
import { registerIndex } from "../../isa/instruction.ts";
import { readE, readMemory, readRegister, writeE, writeMemory, writeRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { type Binder, breakRun, type Op, type Semantics } from "../op.ts";
import { offset32, offset64, readAddress, writeAddress } from "../operand.ts";
import { EAX, EBX, EDX } from "../registers.ts";
import { CONDITIONS } from "./conditions.ts";

function movRG(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  r32[op.dst] = r32[op.src] as number;
  r32[op.dst + 1] = 0;
}

function movGM(cpu: Cpu, op: Op): void {
  const { memory } = cpu;
  const value = memory.tryRead32(readAddress(cpu, op, 4));
  if (value === 0 && memory.faulted) {
    memory.faulted = false;
    breakRun(cpu, op);
    return;
  }
  cpu.r32[op.src] = value;
  cpu.r32[op.src + 1] = 0;
}

function movMG(cpu: Cpu, op: Op): void {
  if (!cpu.memory.tryWrite32(writeAddress(cpu, op, 4), cpu.r32[op.src] as number)) breakRun(cpu, op);
}

function movRI(cpu: Cpu, op: Op): void {
  cpu.r32[op.dst] = op.imm;
  cpu.r32[op.dst + 1] = 0;
}

function movMI(cpu: Cpu, op: Op): void {
  if (!cpu.memory.tryWrite32(writeAddress(cpu, op, 4), op.imm)) breakRun(cpu, op);
}

function movRG8(cpu: Cpu, op: Op): void {
  cpu.r8[op.dst] = cpu.r8[op.src] as number;
}

function movGM8(cpu: Cpu, op: Op): void {
  cpu.r8[op.src] = cpu.memory.read8(readAddress(cpu, op, 1));
}

function movMG8(cpu: Cpu, op: Op): void {
  cpu.memory.write8(writeAddress(cpu, op, 1), cpu.r8[op.src] as number);
}

function movRG64(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  r32[op.dst] = r32[op.src] as number;
  r32[op.dst + 1] = r32[op.src + 1] as number;
}

function movGM64(cpu: Cpu, op: Op): void {
  const { memory } = cpu;
  cpu.r32[op.src] = memory.read64(readAddress(cpu, op, 8));
  cpu.r32[op.src + 1] = memory.high;
}

function movMG64(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  cpu.memory.write64(writeAddress(cpu, op, 8), r32[op.src] as number, r32[op.src + 1] as number);
}

function movEG(cpu: Cpu, op: Op): void {
  const value = readRegister(cpu, op.src, op.size);
  writeE(cpu, op, value, cpu.high);
}

function movGE(cpu: Cpu, op: Op): void {
  const value = readE(cpu, op);
  writeRegister(cpu, op.src, op.size, value, cpu.high);
}

function movEI(cpu: Cpu, op: Op): void {
  writeE(cpu, op, op.imm, op.immHigh);
}

/** The accumulator from and to an absolute address. */
function movAO(cpu: Cpu, op: Op): void {
  const value = readMemory(cpu, readAddress(cpu, op, op.size), op.size);
  writeRegister(cpu, EAX, op.size, value, cpu.high);
}

function movOA(cpu: Cpu, op: Op): void {
  const at = writeAddress(cpu, op, op.size);
  const value = readRegister(cpu, EAX, op.size);
  writeMemory(cpu, at, op.size, value, cpu.high);
}

const mov: Binder = (op) => {
  const [to, from] = op.row.operands as [string, string];
  if (from.startsWith("O")) return movAO;
  if (to.startsWith("O")) return movOA;
  const register = op.rm >= 0;
  if (from.startsWith("I")) return op.size !== 4 ? movEI : register ? movRI : movMI;
  if (to.startsWith("G")) {
    if (!register) return op.size === 4 ? movGM : op.size === 8 ? movGM64 : op.size === 1 ? movGM8 : movGE;
    [op.dst, op.src] = [op.src, op.dst];
  } else if (!register)
    return op.size === 4 ? movMG : op.size === 8 ? movMG64 : op.size === 1 ? movMG8 : movEG;
  return op.size === 4 ? movRG : op.size === 8 ? movRG64 : op.size === 1 ? movRG8 : movEG;
};

/** MOVZX and MOVSX: op.dst is the source, a byte, word or doubleword register; op.kind its size. */
function movzxByteR(cpu: Cpu, op: Op): void {
  cpu.r32[op.src] = cpu.r8[op.dst] as number;
  cpu.r32[op.src + 1] = 0;
}

function movzxByteM(cpu: Cpu, op: Op): void {
  cpu.r32[op.src] = cpu.memory.read8(readAddress(cpu, op, 1));
  cpu.r32[op.src + 1] = 0;
}

function movzxWordM(cpu: Cpu, op: Op): void {
  cpu.r32[op.src] = cpu.memory.read16(readAddress(cpu, op, 2));
  cpu.r32[op.src + 1] = 0;
}

function readNarrow(cpu: Cpu, op: Op): number {
  return op.rm >= 0
    ? readRegister(cpu, op.dst, op.kind)
    : readMemory(cpu, readAddress(cpu, op, op.kind), op.kind);
}

function movzx(cpu: Cpu, op: Op): void {
  writeRegister(cpu, op.src, op.size, readNarrow(cpu, op), 0);
}

function movsx(cpu: Cpu, op: Op): void {
  const shift = 32 - 8 * op.kind;
  const value = (readNarrow(cpu, op) << shift) >> shift;
  writeRegister(cpu, op.src, op.size, value, value >> 31);
}

const SOURCE_SIZE: Readonly<Record<string, number>> = { Eb: 1, Ew: 2, Ez: 4 };

/** MOVSXD with a 16-bit operand moves 16 bits (SDM Vol. 2, MOVSX/MOVSXD). */
function widen(op: Op): void {
  op.kind = Math.min(op.size, SOURCE_SIZE[op.row.operands[1] as string] as number);
  if (op.rm >= 0) op.dst = registerIndex(op.rm, op.kind, op.rex);
}

const extend: Binder = (op) => {
  widen(op);
  return movsx;
};

/** LEA takes the offset, before segmentation. */
function lea32(cpu: Cpu, op: Op): void {
  cpu.r32[op.src] = offset32(cpu, op);
  cpu.r32[op.src + 1] = 0;
}

function lea(cpu: Cpu, op: Op): void {
  const low = cpu.wide ? offset64(cpu, op) : offset32(cpu, op);
  writeRegister(cpu, op.src, op.size, low, cpu.high);
}

/** DS:[rBX + AL]: bound as a memory operand with AL zero-extended in the displacement's place. */
function xlat(cpu: Cpu, op: Op): void {
  op.disp = cpu.r8[0] as number;
  cpu.r8[0] = cpu.memory.read8(readAddress(cpu, op, 1));
}

function swap32(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

function bswap(cpu: Cpu, op: Op): void {
  const low = swap32(cpu.r32[op.dst] as number);
  if (op.size === 8) {
    cpu.r32[op.dst] = swap32(cpu.r32[op.dst + 1] as number);
    cpu.r32[op.dst + 1] = low;
  } else {
    cpu.r32[op.dst] = low;
    cpu.r32[op.dst + 1] = 0;
  }
}

/** Of a 16-bit register BSWAP leaves zero, on every processor that was asked, though the manual calls it undefined. */
function bswap16(cpu: Cpu, op: Op): void {
  cpu.r16[op.dst] = 0;
}

function swapBytes(cpu: Cpu, size: number, low: number, high: number): number {
  if (size === 2) return ((low << 8) | (low >>> 8)) & 0xffff;
  if (size === 4) return swap32(low);
  cpu.high = swap32(low);
  return swap32(high);
}

function movbeGM(cpu: Cpu, op: Op): void {
  const value = readE(cpu, op);
  const swapped = swapBytes(cpu, op.size, value, cpu.high);
  writeRegister(cpu, op.src, op.size, swapped, cpu.high);
}

function movbeMG(cpu: Cpu, op: Op): void {
  const value = readRegister(cpu, op.src, op.size);
  const swapped = swapBytes(cpu, op.size, value, cpu.high);
  writeE(cpu, op, swapped, cpu.high);
}

/** CBW, CWDE, CDQE: the accumulator's lower half sign-extended into all of it. */
function cbw(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  if (op.size === 2) cpu.r16[0] = ((cpu.r8[0] as number) << 24) >> 24;
  else if (op.size === 4) {
    r32[EAX] = ((r32[EAX] as number) << 16) >> 16;
    r32[EAX + 1] = 0;
  } else r32[EAX + 1] = (r32[EAX] as number) >> 31;
}

/** CWD, CDQ, CQO: the accumulator's sign into all of rDX. */
function cwd(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  if (op.size === 2) cpu.r16[2 * EDX] = ((r32[EAX] as number) << 16) >> 31;
  else if (op.size === 4) {
    r32[EDX] = (r32[EAX] as number) >> 31;
    r32[EDX + 1] = 0;
  } else {
    const sign = (r32[EAX + 1] as number) >> 31;
    r32[EDX] = sign;
    r32[EDX + 1] = sign;
  }
}

/** The source is read, and may fault, whatever the condition; a 32-bit destination loses its upper half in any case. */
function cmov(cpu: Cpu, op: Op): void {
  const value = readE(cpu, op);
  const { high } = cpu;
  if (cpu.flags.condition(op.kind)) writeRegister(cpu, op.src, op.size, value, high);
  else if (op.size === 4) cpu.r32[op.src + 1] = 0;
}

function setcc(cpu: Cpu, op: Op): void {
  writeE(cpu, op, cpu.flags.condition(op.kind) ? 1 : 0, 0);
}

function nop(): void {}

const conditional = (prefix: string, handler: (cpu: Cpu, op: Op) => void): Record<string, Binder> =>
  Object.fromEntries(
    CONDITIONS.map((condition, code): [string, Binder] => [
      prefix + condition,
      (op) => {
        op.kind = code;
        return handler;
      },
    ]),
  );

export const MOVE: Semantics = {
  mov,
  movzx: (op) => {
    widen(op);
    if (op.size !== 4) return movzx;
    if (op.rm < 0) return op.kind === 1 ? movzxByteM : movzxWordM;
    return op.kind === 1 ? movzxByteR : movzx;
  },
  movsx: extend,
  movsxd: extend,
  lea: (op) => (op.size === 4 && op.bits !== 64 ? lea32 : lea),
  xlatb: (op) => {
    op.base = EBX;
    return xlat;
  },
  bswap: (op) => (op.size === 2 ? bswap16 : bswap),
  movbe: (op) => (op.row.operands[0]?.startsWith("G") ? movbeGM : movbeMG),
  cbw: () => cbw,
  cwd: () => cwd,
  ...conditional("cmov", cmov),
  ...conditional("set", setcc),
  nop: () => nop,
  pause: () => nop,
  prefetch: () => nop,
  prefetchw: () => nop,
  prefetchnta: () => nop,
  prefetcht0: () => nop,
  prefetcht1: () => nop,
  prefetcht2: () => nop,
};

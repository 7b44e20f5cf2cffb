/**
 * ADD OR ADC SBB AND SUB XOR CMP, TEST, INC DEC, NEG NOT. The 32-bit forms have a handler each, since programs consist of them;
 * the other sizes share one. Handlers are named by their operands: R and M are the ModR/M operand in a register or in memory,
 * G the register of ModR/M.reg, I an immediate.
 */
import { readE, readEForUpdate, readRegister, updateE, writeRegister } from "../access.ts";
import { ADC, ADD, AND, alu8, alu16, alu32, alu64, CMP, OR, SBB, SUB, XOR } from "../arith.ts";
import type { Cpu } from "../cpu.ts";
import type { Flags } from "../flags.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { readAddress, writeAddress } from "../operand.ts";

function addRG(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  r32[op.dst] = alu32(cpu.flags, op.kind, r32[op.dst] as number, r32[op.src] as number);
  r32[op.dst + 1] = 0;
}

function addGM(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const b = cpu.memory.read32(readAddress(cpu, op, 4));
  r32[op.src] = alu32(cpu.flags, op.kind, r32[op.src] as number, b);
  r32[op.src + 1] = 0;
}

function addMG(cpu: Cpu, op: Op): void {
  const at = writeAddress(cpu, op, 4);
  const a = cpu.memory.readForWrite32(at);
  cpu.memory.write32(at, alu32(cpu.flags, op.kind, a, cpu.r32[op.src] as number));
}

function addRI(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  r32[op.dst] = alu32(cpu.flags, op.kind, r32[op.dst] as number, op.imm);
  r32[op.dst + 1] = 0;
}

function addMI(cpu: Cpu, op: Op): void {
  const at = writeAddress(cpu, op, 4);
  cpu.memory.write32(at, alu32(cpu.flags, op.kind, cpu.memory.readForWrite32(at), op.imm));
}

function cmpRG(cpu: Cpu, op: Op): void {
  alu32(cpu.flags, CMP, cpu.r32[op.dst] as number, cpu.r32[op.src] as number);
}

function cmpGM(cpu: Cpu, op: Op): void {
  const b = cpu.memory.read32(readAddress(cpu, op, 4));
  alu32(cpu.flags, CMP, cpu.r32[op.src] as number, b);
}

function cmpMG(cpu: Cpu, op: Op): void {
  const a = cpu.memory.read32(readAddress(cpu, op, 4));
  alu32(cpu.flags, CMP, a, cpu.r32[op.src] as number);
}

function cmpRI(cpu: Cpu, op: Op): void {
  alu32(cpu.flags, CMP, cpu.r32[op.dst] as number, op.imm);
}

function cmpMI(cpu: Cpu, op: Op): void {
  alu32(cpu.flags, CMP, cpu.memory.read32(readAddress(cpu, op, 4)), op.imm);
}

/** By op.kind and op.size. */
export function compute(f: Flags, op: Op, a: number, aHigh: number, b: number, bHigh: number): number {
  switch (op.size) {
    case 1:
      return alu8(f, op.kind, a, b & 0xff);
    case 2:
      return alu16(f, op.kind, a, b & 0xffff);
    case 4:
      return alu32(f, op.kind, a, b);
    default:
      return alu64(f, op.kind, a, aHigh, b, bHigh);
  }
}

/** E ← E op b, of any size; CMP writes nothing and wants no write permission. */
function update(cpu: Cpu, op: Op, b: number, bHigh: number): void {
  const a = op.kind === CMP ? readE(cpu, op) : readEForUpdate(cpu, op);
  const result = compute(cpu.flags, op, a, cpu.high, b, bHigh);
  if (op.kind !== CMP) updateE(cpu, op, result, cpu.flags.high);
}

function anyEG(cpu: Cpu, op: Op): void {
  const b = readRegister(cpu, op.src, op.size);
  update(cpu, op, b, cpu.high);
}

function anyEI(cpu: Cpu, op: Op): void {
  update(cpu, op, op.imm, op.immHigh);
}

function anyGE(cpu: Cpu, op: Op): void {
  const b = readE(cpu, op);
  const bHigh = cpu.high;
  const a = readRegister(cpu, op.src, op.size);
  const result = compute(cpu.flags, op, a, cpu.high, b, bHigh);
  if (op.kind !== CMP) writeRegister(cpu, op.src, op.size, result, cpu.flags.high);
}

const binary =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    const [first, second] = op.row.operands as [string, string];
    const compare = kind === CMP;
    if (second.startsWith("I")) {
      if (op.size !== 4) return anyEI;
      if (op.rm >= 0) return compare ? cmpRI : addRI;
      return compare ? cmpMI : addMI;
    }
    if (first.startsWith("G")) {
      if (op.size !== 4) return anyGE;
      if (op.rm < 0) return compare ? cmpGM : addGM;
      [op.dst, op.src] = [op.src, op.dst];
    } else if (op.size !== 4) return anyEG;
    else if (op.rm < 0) return compare ? cmpMG : addMG;
    return compare ? cmpRG : addRG;
  };

function testRG(cpu: Cpu, op: Op): void {
  cpu.flags.logic((cpu.r32[op.dst] as number) & (cpu.r32[op.src] as number));
}

function testRI(cpu: Cpu, op: Op): void {
  cpu.flags.logic((cpu.r32[op.dst] as number) & op.imm);
}

function testRI8(cpu: Cpu, op: Op): void {
  cpu.flags.logic((((cpu.r8[op.dst] as number) & op.imm) << 24) >> 24);
}

function testEI(cpu: Cpu, op: Op): void {
  const a = readE(cpu, op);
  compute(cpu.flags, op, a, cpu.high, op.imm, op.immHigh);
}

function testEG(cpu: Cpu, op: Op): void {
  const b = readRegister(cpu, op.src, op.size);
  const bHigh = cpu.high;
  const a = readE(cpu, op);
  compute(cpu.flags, op, a, cpu.high, b, bHigh);
}

const test: Binder = (op) => {
  op.kind = AND;
  const immediate = op.row.operands[1]?.startsWith("I");
  if (op.rm >= 0 && op.size === 4) return immediate ? testRI : testRG;
  if (op.rm >= 0 && op.size === 1 && immediate) return testRI8;
  return immediate ? testEI : testEG;
};

/** INC and DEC leave CF as it was: bit 31 of the carries is the old CF, and bit 30 is set so that OF comes out the same. */
function keepCarry(f: Flags, carry: boolean): void {
  const overflow = f.fc ^ (f.fc << 1);
  const top = carry ? 0x80000000 : 0;
  f.fc = top | (((top ^ overflow) >>> 1) & 0x40000000) | (f.fc & 8);
}

/** CF in both of the bits whose difference is OF. */
const keptCarry = (f: Flags): number => (f.cf ? 0xc0000000 | 0 : 0);

function incR(cpu: Cpu, op: Op): void {
  const { flags, r32 } = cpu;
  const a = r32[op.dst] as number;
  const r = (a + 1) | 0;
  r32[op.dst] = r;
  r32[op.dst + 1] = 0;
  flags.fc = (keptCarry(flags) ^ (((~a & r) >>> 1) & 0x40000000)) | (((a ^ r) & 16) >> 1);
  flags.fr = r;
  flags.lazy = 1;
}

function decR(cpu: Cpu, op: Op): void {
  const { flags, r32 } = cpu;
  const a = r32[op.dst] as number;
  const r = (a - 1) | 0;
  r32[op.dst] = r;
  r32[op.dst + 1] = 0;
  flags.fc = (keptCarry(flags) ^ (((a & ~r) >>> 1) & 0x40000000)) | (((a ^ r) & 16) >> 1);
  flags.fr = r;
  flags.lazy = 1;
}

function incAny(cpu: Cpu, op: Op): void {
  const carry = cpu.flags.cf;
  update(cpu, op, 1, 0);
  keepCarry(cpu.flags, carry);
}

const step =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    if (op.size !== 4 || op.rm < 0) return incAny;
    return kind === ADD ? incR : decR;
  };

function neg(cpu: Cpu, op: Op): void {
  const b = readEForUpdate(cpu, op);
  op.kind = SUB;
  const result = compute(cpu.flags, op, 0, 0, b, cpu.high);
  updateE(cpu, op, result, cpu.flags.high);
}

function not(cpu: Cpu, op: Op): void {
  const value = readEForUpdate(cpu, op);
  updateE(cpu, op, ~value, ~cpu.high);
}

export const ALU: Semantics = {
  add: binary(ADD),
  or: binary(OR),
  adc: binary(ADC),
  sbb: binary(SBB),
  and: binary(AND),
  sub: binary(SUB),
  xor: binary(XOR),
  cmp: binary(CMP),
  test,
  inc: step(ADD),
  dec: step(SUB),
  neg: () => neg,
  not: () => not,
};

/**
 * FXSAVE and FXRSTOR (SDM Vol. 1, 10.5), MXCSR, EMMS, fences.
 *
 *      0 FCW  2 FSW  4 tags, a bit each  6 opcode  8 IP  12 CS  16 operand  20 DS  24 MXCSR  28 its mask
 *     32 ST(0) … ST(7), 16 bytes each      160 XMM0 … XMM7, in 64-bit mode XMM15      464 unused
 *
 * With REX.W the two pointers have 64 bits and no selectors.
 */
import type { Gva } from "../../address.ts";
import { type Cpu, CR4 } from "../cpu.ts";
import { GP, raise } from "../fault.ts";
import { reportPending } from "../fpu/access.ts";
import { controlWord, readRegisters, writeRegisters } from "../fpu/image.ts";
import type { Op, Semantics } from "../op.ts";
import { readAddress, writeAddress } from "../operand.ts";
import { MXCSR_MASK } from "../simd/registers.ts";

const SIZE = 512;
const XMM = 160;
const at = (base: Gva, offset: number) => (base + offset) as Gva;

const xmmCount = (cpu: Cpu) => (cpu.wide ? 16 : 8);

function fxsave(cpu: Cpu, op: Op): void {
  const { memory, fpu, sse } = cpu;
  const base = writeAddress(cpu, op, SIZE);
  if ((base & 15) !== 0) raise(GP);
  memory.probe(base, SIZE, true);
  memory.write16(base, fpu.control);
  memory.write16(at(base, 2), fpu.status);
  memory.write16(at(base, 4), ~fpu.empty & 0xff);
  memory.write16(at(base, 6), fpu.opcode & 0x7ff);
  memory.write64(at(base, 8), fpu.ip, op.size === 8 ? fpu.ipHigh : fpu.cs);
  memory.write64(at(base, 16), fpu.dp, op.size === 8 ? fpu.dpHigh : fpu.ds);
  memory.write32(at(base, 24), sse.mxcsr);
  memory.write32(at(base, 28), MXCSR_MASK);
  writeRegisters(cpu, at(base, 32), 16);
  for (let i = 0; i < 8; i++) {
    memory.write16(at(base, 42 + 16 * i), 0);
    memory.write32(at(base, 44 + 16 * i), 0);
  }
  if ((cpu.cr4 & CR4.OSFXSR) === 0) return;
  for (let pair = 0; pair < 2 * xmmCount(cpu); pair++) {
    const { i32 } = sse.xmm;
    memory.write64(at(base, XMM + 8 * pair), i32[2 * pair] as number, i32[2 * pair + 1] as number);
  }
}

function fxrstor(cpu: Cpu, op: Op): void {
  const { memory, fpu, sse } = cpu;
  const base = readAddress(cpu, op, SIZE);
  if ((base & 15) !== 0) raise(GP);
  memory.probe(base, SIZE, false);
  const mxcsr = memory.read32(at(base, 24));
  if ((cpu.cr4 & CR4.OSFXSR) !== 0 && (mxcsr & ~MXCSR_MASK) !== 0) raise(GP);
  fpu.control = controlWord(memory.read16(base));
  fpu.empty = ~memory.read16(at(base, 4)) & 0xff;
  fpu.opcode = memory.read16(at(base, 6)) & 0x7ff;
  fpu.status = memory.read16(at(base, 2));
  fpu.ip = memory.read64(at(base, 8));
  fpu.ipHigh = op.size === 8 ? memory.high : 0;
  fpu.cs = op.size === 8 ? 0 : memory.high & 0xffff;
  fpu.dp = memory.read64(at(base, 16));
  fpu.dpHigh = op.size === 8 ? memory.high : 0;
  fpu.ds = op.size === 8 ? 0 : memory.high & 0xffff;
  readRegisters(cpu, at(base, 32), 16);
  if ((cpu.cr4 & CR4.OSFXSR) === 0) return;
  sse.mxcsr = mxcsr;
  for (let pair = 0; pair < 2 * xmmCount(cpu); pair++) {
    const { i32 } = sse.xmm;
    i32[2 * pair] = memory.read64(at(base, XMM + 8 * pair));
    i32[2 * pair + 1] = memory.high;
  }
}

function ldmxcsr(cpu: Cpu, op: Op): void {
  const value = cpu.memory.read32(readAddress(cpu, op, 4));
  if ((value & ~MXCSR_MASK) !== 0) raise(GP);
  cpu.sse.mxcsr = value;
}

function stmxcsr(cpu: Cpu, op: Op): void {
  cpu.memory.write32(writeAddress(cpu, op, 4), cpu.sse.mxcsr);
}

/** All registers of the x87 are empty again. */
function emms(cpu: Cpu): void {
  reportPending(cpu);
  cpu.fpu.empty = 0xff;
  cpu.fpu.top = 0;
}

/** Memory is always in order here. */
function fence(): void {}

export const SIMD_STATE: Semantics = {
  fxsave: () => fxsave,
  fxrstor: () => fxrstor,
  ldmxcsr: () => ldmxcsr,
  stmxcsr: () => stmxcsr,
  emms: () => emms,
  sfence: () => fence,
  lfence: () => fence,
  mfence: () => fence,
};

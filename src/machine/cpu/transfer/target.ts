/** Code segments as targets of far transfers: the checks that JMP, CALL, RET and IRET share (SDM Vol. 3, 5.8). */
import { CS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import { BIG, type Descriptor, LONG, readDescriptor } from "../descriptor.ts";
import { GP, NP, raise } from "../fault.ts";
import { canonical } from "../long-stack.ts";
import { loadReal, loadV86, updateCode } from "../segments.ts";

/** Both L and D set in a code segment mean nothing in IA-32e mode. */
export function checkSize(cpu: Cpu, selector: number, code: Descriptor): void {
  if (cpu.longMode && (code.high & (LONG | BIG)) === (LONG | BIG)) raise(GP, selector & 0xfffc);
}

/** JMP and CALL straight to a code segment. */
export function checkDirect(cpu: Cpu, selector: number, code: Descriptor): void {
  const error = selector & 0xfffc;
  const { dpl } = code;
  if (code.conforming ? dpl > cpu.cpl : (selector & 3) > cpu.cpl || dpl !== cpu.cpl) raise(GP, error);
  checkSize(cpu, selector, code);
  if (!code.present) raise(NP, error);
}

/** RET and IRET: reads the descriptor of the CS that was popped and checks it; its RPL is the level to return to. */
export function readReturnCode(cpu: Cpu, selector: number, into: Descriptor): void {
  const error = selector & 0xfffc;
  if (error === 0) raise(GP);
  if (!readDescriptor(cpu, selector, into) || !into.code) raise(GP, error);
  const rpl = selector & 3;
  if (rpl < cpu.cpl || (into.conforming ? into.dpl > rpl : into.dpl !== rpl)) raise(GP, error);
  checkSize(cpu, selector, into);
  if (!into.present) raise(NP, error);
}

/** The offset lies in the segment, or is canonical in 64-bit code; else #GP(0). */
export function checkOffset(cpu: Cpu, code: Descriptor, low: number, high: number): void {
  if (isLong(cpu, code)) {
    if (!canonical(high)) raise(GP);
  } else if (low >>> 0 > code.limit >>> 0) raise(GP);
}

/** The segment holds 64-bit code. */
export function isLong(cpu: Cpu, code: Descriptor): boolean {
  return cpu.longMode && (code.high & LONG) !== 0;
}

/** Sets RIP after CS was loaded. */
export function setIp(cpu: Cpu, low: number, high: number): void {
  cpu.ip = low;
  cpu.ipHigh = cpu.wide ? high : 0;
}

/** Real and virtual-8086 mode: the limit of CS is all that is checked. */
export function checkRealOffset(cpu: Cpu, offset: number): void {
  if (offset >>> 0 > (cpu.segments.limit[CS] as number)) raise(GP);
}

export function enterReal(cpu: Cpu, selector: number, offset: number): void {
  if (cpu.v86) loadV86(cpu, CS, selector);
  else loadReal(cpu, CS, selector);
  cpu.ip = offset;
  updateCode(cpu);
}

/** Selectors mean paragraphs here, not descriptors. */
export function isReal(cpu: Cpu): boolean {
  return !cpu.protectedMode || cpu.v86;
}

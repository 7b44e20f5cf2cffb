/** Descriptor tables and what asks about them: LGDT LIDT SGDT SIDT, LLDT LTR SLDT STR, LAR LSL VERR VERW ARPL, LMSW SMSW. */
import type { Gva } from "../../address.ts";
import { writeRegister } from "../access.ts";
import { writeCr0 } from "../control.ts";
import { type Cpu, CR0, CR4, LDTR, type TableRegister, TR } from "../cpu.ts";
import {
  CALL_GATE16,
  CALL_GATE32,
  Descriptor,
  LDT,
  readDescriptor,
  readUpperHalf,
  SEGMENT,
  TASK_GATE,
  TSS16,
  TSS16_BUSY,
  TSS32,
  TSS32_BUSY,
  writeType,
} from "../descriptor.ts";
import { GP, NP, raise } from "../fault.ts";
import { ZF } from "../flags.ts";
import { canonical } from "../long-stack.ts";
import type { Op, Semantics } from "../op.ts";
import { readAddress, writeAddress } from "../operand.ts";
import { setFromDescriptor, setNull } from "../segments.ts";

const descriptor = new Descriptor();
const upper = new Descriptor();
const BUSY = 1 << 9;

/** Of the instructions that store a table's place. */
export function checkUmip(cpu: Cpu): void {
  if ((cpu.cr4 & CR4.UMIP) !== 0 && cpu.cpl > 0) raise(GP);
}

function storeTable(cpu: Cpu, op: Op, table: TableRegister): void {
  checkUmip(cpu);
  const { memory, wide } = cpu;
  const size = wide ? 10 : 6;
  const at = writeAddress(cpu, op, size);
  memory.probe(at, size, true);
  memory.write16(at, table.limit);
  if (wide) memory.write64((at + 2) as Gva, table.base, table.baseHigh);
  else memory.write32(((at + 2) | 0) as Gva, table.base);
}

/** With a 16-bit operand size only 24 bits of the base are loaded, as on the 286. */
function loadTable(cpu: Cpu, op: Op, table: TableRegister): void {
  const { memory, wide } = cpu;
  const at = readAddress(cpu, op, wide ? 10 : 6);
  const limit = memory.read16(at);
  if (wide) {
    const base = memory.read64((at + 2) as Gva);
    const { high } = memory;
    if (!canonical(high)) raise(GP);
    table.base = base;
    table.baseHigh = high;
  } else {
    const base = memory.read32(((at + 2) | 0) as Gva);
    table.base = op.size === 2 ? base & 0xffffff : base;
    table.baseHigh = 0;
  }
  table.limit = limit;
}

function sgdt(cpu: Cpu, op: Op): void {
  storeTable(cpu, op, cpu.gdtr);
}

function sidt(cpu: Cpu, op: Op): void {
  storeTable(cpu, op, cpu.idtr);
}

function lgdt(cpu: Cpu, op: Op): void {
  loadTable(cpu, op, cpu.gdtr);
}

function lidt(cpu: Cpu, op: Op): void {
  loadTable(cpu, op, cpu.idtr);
}

/** SLDT, STR, SMSW: a register takes the value zero-extended to the operand size, memory 16 bits. */
export function storeWord(cpu: Cpu, op: Op, value: number): void {
  checkUmip(cpu);
  if (op.rm >= 0) writeRegister(cpu, op.dst, op.size, value, 0);
  else cpu.memory.write16(writeAddress(cpu, op, 2), value);
}

function sldt(cpu: Cpu, op: Op): void {
  storeWord(cpu, op, cpu.segments.selector[LDTR] as number);
}

function str(cpu: Cpu, op: Op): void {
  storeWord(cpu, op, cpu.segments.selector[TR] as number);
}

function smsw(cpu: Cpu, op: Op): void {
  storeWord(cpu, op, cpu.cr0);
}

/** The low four bits; PE can be set but not cleared. */
function lmsw(cpu: Cpu, op: Op): void {
  const value = selectorOperand(cpu, op);
  writeCr0(cpu, (cpu.cr0 & ~14) | (value & 14) | (value & CR0.PE), 0);
}

/** Selector operand of 16 bits, in a register or in memory. */
export function selectorOperand(cpu: Cpu, op: Op): number {
  return op.rm >= 0 ? (cpu.r16[4 * op.rm] as number) : cpu.memory.read16(readAddress(cpu, op, 2));
}

function lldt(cpu: Cpu, op: Op): void {
  const selector = selectorOperand(cpu, op);
  const error = selector & 0xfffc;
  if (error === 0) {
    setNull(cpu, LDTR, selector);
    return;
  }
  if ((selector & 4) !== 0 || !readDescriptor(cpu, selector, descriptor)) raise(GP, error);
  if ((descriptor.high & SEGMENT) !== 0 || descriptor.type !== LDT) raise(GP, error);
  readBaseHigh(cpu, selector);
  if (!descriptor.present) raise(NP, error);
  setFromDescriptor(cpu, LDTR, selector, descriptor);
  cpu.segments.baseHigh[LDTR] = upper.low;
}

function ltr(cpu: Cpu, op: Op): void {
  const selector = selectorOperand(cpu, op);
  const error = selector & 0xfffc;
  if (error === 0) raise(GP);
  if ((selector & 4) !== 0 || !readDescriptor(cpu, selector, descriptor)) raise(GP, error);
  const { type } = descriptor;
  if ((descriptor.high & SEGMENT) !== 0 || (type !== TSS32 && (type !== TSS16 || cpu.longMode)))
    raise(GP, error);
  readBaseHigh(cpu, selector);
  if (!descriptor.present) raise(NP, error);
  descriptor.high |= BUSY;
  writeType(cpu, descriptor);
  setFromDescriptor(cpu, TR, selector, descriptor);
  cpu.segments.baseHigh[TR] = upper.low;
}

/** Bits 63:32 of the base into upper.low: descriptors of LDTs and TSSs have 16 bytes in IA-32e mode. */
function readBaseHigh(cpu: Cpu, selector: number): void {
  upper.low = 0;
  if (!cpu.longMode) return;
  const error = selector & 0xfffc;
  if (!readUpperHalf(cpu, selector, descriptor, upper) || (upper.high & 0x1f00) !== 0) raise(GP, error);
  if (!canonical(upper.low)) raise(GP, error);
}

/** Reads a descriptor that the program may know of: conforming code always, otherwise CPL and RPL ≤ DPL. */
function visible(cpu: Cpu, selector: number): boolean {
  if ((selector & 0xfffc) === 0 || !readDescriptor(cpu, selector, descriptor)) return false;
  if (descriptor.code && descriptor.conforming) return true;
  return cpu.cpl <= descriptor.dpl && (selector & 3) <= descriptor.dpl;
}

/** System descriptors that LSL has a limit for, and those that LAR knows besides. */
const WITH_LIMIT = (1 << TSS16) | (1 << LDT) | (1 << TSS16_BUSY) | (1 << TSS32) | (1 << TSS32_BUSY);
const WITH_ACCESS = WITH_LIMIT | (1 << CALL_GATE16) | (1 << TASK_GATE) | (1 << CALL_GATE32);
const IN_LONG_MODE = (1 << LDT) | (1 << TSS32) | (1 << TSS32_BUSY) | (1 << CALL_GATE32);

function known(cpu: Cpu, types: number): boolean {
  if ((descriptor.high & SEGMENT) !== 0) return true;
  const valid = cpu.longMode ? types & IN_LONG_MODE : types;
  return ((valid >> descriptor.type) & 1) !== 0;
}

function setZf(cpu: Cpu, value: boolean): void {
  cpu.flags.assign(ZF, value ? ZF : 0);
}

function lar(cpu: Cpu, op: Op): void {
  const found = visible(cpu, selectorOperand(cpu, op)) && known(cpu, WITH_ACCESS);
  if (found) writeRegister(cpu, op.src, op.size, descriptor.high & (op.size === 2 ? 0xff00 : 0xf0ff00), 0);
  setZf(cpu, found);
}

function lsl(cpu: Cpu, op: Op): void {
  const found = visible(cpu, selectorOperand(cpu, op)) && known(cpu, WITH_LIMIT);
  if (found) writeRegister(cpu, op.src, op.size, descriptor.limit, 0);
  setZf(cpu, found);
}

function verr(cpu: Cpu, op: Op): void {
  setZf(cpu, visible(cpu, selectorOperand(cpu, op)) && descriptor.readable);
}

function verw(cpu: Cpu, op: Op): void {
  const found = visible(cpu, selectorOperand(cpu, op));
  setZf(cpu, found && descriptor.writableData);
}

/** Raises the RPL of the first selector to that of the second. */
function arpl(cpu: Cpu, op: Op): void {
  const at = op.rm >= 0 ? (0 as Gva) : writeAddress(cpu, op, 2);
  const first = op.rm >= 0 ? (cpu.r16[4 * op.rm] as number) : cpu.memory.readForWrite16(at);
  const rpl = (cpu.r16[4 * op.reg] as number) & 3;
  const raised = (first & 3) < rpl;
  if (raised) {
    const value = (first & ~3) | rpl;
    if (op.rm >= 0) cpu.r16[4 * op.rm] = value;
    else cpu.memory.write16(at, value);
  }
  setZf(cpu, raised);
}

export const TABLE_OPS: Semantics = {
  sgdt: () => sgdt,
  sidt: () => sidt,
  lgdt: () => lgdt,
  lidt: () => lidt,
  sldt: () => sldt,
  str: () => str,
  smsw: () => smsw,
  lmsw: () => lmsw,
  lldt: () => lldt,
  ltr: () => ltr,
  lar: () => lar,
  lsl: () => lsl,
  verr: () => verr,
  verw: () => verw,
  arpl: () => arpl,
};

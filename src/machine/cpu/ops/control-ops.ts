/** MOV CR and DR, CLTS, HLT, INVLPG, INVPCID, INVD, WBINVD. */
import type { Gva } from "../../address.ts";
import { EVENT } from "../../trace.ts";
import { readRegister, writeRegister } from "../access.ts";
import { writeCr0, writeCr3, writeCr4 } from "../control.ts";
import { type Cpu, CR0, CR4 } from "../cpu.ts";
import { readDebug, writeDebug } from "../debug.ts";
import { GP, raise } from "../fault.ts";
import { canonical } from "../long-stack.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { offset32, offset64, readAddress } from "../operand.ts";
import { visit } from "../visit.ts";

const TWO32 = 4294967296;

function readControl(cpu: Cpu, op: Op): void {
  writeRegister(cpu, op.dst, op.size, controlRegister(cpu, op.reg), cpu.high);
}

/** The low half; the high half is left in cpu.high. */
function controlRegister(cpu: Cpu, register: number): number {
  cpu.high = 0;
  switch (register) {
    case 0:
      return cpu.cr0;
    case 2:
      cpu.high = cpu.cr2High;
      return cpu.cr2;
    case 3:
      cpu.high = cpu.cr3High;
      return cpu.cr3;
    case 4:
      return cpu.cr4;
    default:
      return cpu.cr8;
  }
}

function writeControl(cpu: Cpu, op: Op): void {
  cpu.high = 0;
  const value = readRegister(cpu, op.dst, op.size);
  const { high } = cpu;
  switch (op.reg) {
    case 0:
      writeCr0(cpu, value, high);
      return;
    case 2:
      cpu.cr2 = value as Gva;
      cpu.cr2High = high;
      return;
    case 3:
      writeCr3(cpu, value, high);
      return;
    case 4:
      writeCr4(cpu, value, high);
      return;
    default:
      if (high !== 0 || (value & ~15) !== 0) raise(GP);
      cpu.cr8 = value;
      cpu.clock.attend();
  }
}

function movFromDebug(cpu: Cpu, op: Op): void {
  const value = readDebug(cpu, op.reg);
  writeRegister(cpu, op.dst, op.size, value, cpu.high);
}

function movToDebug(cpu: Cpu, op: Op): void {
  cpu.high = 0;
  const value = readRegister(cpu, op.dst, op.size);
  writeDebug(cpu, op.reg, value, cpu.high);
}

/** MOV with an operand "Cy" or "Dy". */
export const movControl: Binder = (op) => {
  if (op.row.operands[0] === "Cy") return writeControl;
  if (op.row.operands[1] === "Cy") return readControl;
  return op.row.operands[0] === "Dy" ? movToDebug : movFromDebug;
};

function clts(cpu: Cpu): void {
  cpu.cr0 &= ~CR0.TS;
}

function hlt(cpu: Cpu): void {
  const visited = cpu.guest === null && cpu.monitor !== null && visit(cpu, cpu.monitor, { kind: "halt" });
  cpu.trace.event(EVENT.hlt, 0);
  if (visited) return;
  cpu.halted = true;
  cpu.clock.attend();
}

/** The linear address that an instruction names without touching it: unchecked; NaN for an offset that is not canonical. */
export function namedAddress(cpu: Cpu, op: Op): number {
  const { base, baseHigh } = cpu.segments;
  if (!cpu.wide) return (offset32(cpu, op) + (base[op.seg] as number)) | 0;
  const low = offset64(cpu, op);
  if (!canonical(cpu.high)) return Number.NaN;
  const at = cpu.high * TWO32 + (low >>> 0);
  if (op.seg < 4) return at;
  return at + (baseHigh[op.seg] as number) * TWO32 + ((base[op.seg] as number) >>> 0);
}

/** No segment check, and nothing at all for an address that is not canonical (SDM Vol. 2, INVLPG). */
function invlpg(cpu: Cpu, op: Op): void {
  const at = namedAddress(cpu, op);
  if (Number.isNaN(at)) return;
  cpu.trace.event(EVENT.invlpg, at | 0);
  cpu.memory.invalidate(at as Gva);
  if (cpu.window.version !== cpu.memory.codeVersion) cpu.window.size = 0;
}

/** INVPCID's descriptor: PCID in bits 11:0, linear address in bits 127:64; all else zero. */
function invpcid(cpu: Cpu, op: Op): void {
  const { memory } = cpu;
  const type = cpu.r32[op.src] as number;
  const typeHigh = op.size === 8 ? (cpu.r32[op.src + 1] as number) : 0;
  const at = readAddress(cpu, op, 16);
  const low = memory.read64(at);
  const reserved = memory.high;
  const linear = memory.read64((cpu.wide ? at + 8 : (at + 8) | 0) as Gva);
  const { high } = memory;
  if (type >>> 0 > 3 || typeHigh !== 0 || (low & ~0xfff) !== 0 || reserved !== 0) raise(GP);
  if (type < 2 && (cpu.cr4 & CR4.PCIDE) === 0 && low !== 0) raise(GP);
  if (type === 0 && cpu.wide && !canonical(high)) raise(GP);
  const address = cpu.wide ? high * TWO32 + (linear >>> 0) : linear;
  memory.invpcid(type, low, address as Gva);
  cpu.window.size = 0;
}

/** Caches hold nothing that memory does not. */
function nothing(): void {}

export const CONTROL_OPS: Semantics = {
  clts: () => clts,
  hlt: () => hlt,
  invlpg: () => invlpg,
  invpcid: () => invpcid,
  invd: () => nothing,
  wbinvd: () => nothing,
  clflush: () => clflush,
};

/** A read as far as faults go. */
function clflush(cpu: Cpu, op: Op): void {
  cpu.memory.probe(readAddress(cpu, op, 1), 1, false);
}

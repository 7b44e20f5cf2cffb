/**
 * The transfers that every 32-bit system makes all day: through a 32-bit gate into a flat segment, and back by IRETD. Where all
 * descriptors are flat, present and accessed, and all that is read and written is at hand in the TLB, each descriptor's checks
 * are one comparison. Whatever looks different is left, untouched, to the rules in full (deliver/protected.ts,
 * transfer/return.ts): these functions then return false. They must do what the rules in full would do, to the last cycle.
 *
 *     flat code   low 0000FFFF  high 00CF 9B00      base 0, limit 4 GiB, D, present, accessed; any DPL, readable or not
 *     flat data   low 0000FFFF  high 00CF 9300      the same, B, writable, expand-up
 */
import type { Gva } from "../address.ts";
import { CS, SS } from "../isa/instruction.ts";
import { frontMask, lookUp } from "../mmu/front.ts";
import { SYSTEM_READ } from "../mmu/rights.ts";
import { type Cpu, TR } from "./cpu.ts";
import { checksGate, EXCEPTION } from "./deliver/event.ts";
import { ACCESS, WRITABLE } from "./descriptor.ts";
import { DB } from "./fault.ts";
import { writeFlags } from "./flag-write.ts";
import { AC, ARITHMETIC, DF, ID, IF, IOPL, NT, RF, TF, VIF, VIP, VM } from "./flags.ts";
import { ESP } from "./registers.ts";
import { dropInnerSegments } from "./segments.ts";

const DPL = 3 << 13;
const AVAILABLE = 1 << 20;
const FLAT_LOW = 0xffff;
const FLAT_CODE = 0x00cf9900;
const FLAT_CODE_FREE = DPL | AVAILABLE | WRITABLE;
const FLAT_DATA = 0x00cf9300;
const FLAT_DATA_FREE = DPL | AVAILABLE;
/** Present, not S, type 14 or 15: a 32-bit interrupt or trap gate. */
const GATE32_MASK = 0x9e00;
const GATE32 = 0x8e00;
const TRAP = 0x0100;
const TSS32_BIT = 0x0800;
const TABLE_LDT = 4;
const PAGE = 4096;
const SYSTEM_READS = frontMask(SYSTEM_READ);
const IRET_FLAGS = ARITHMETIC | TF | DF | NT | RF | AC | ID;

/** RAM offset of the 8 bytes at a linear address of the processor's own, or −1. `entries`, `key`: of the front (front.ts). */
function pairAt(entries: Int32Array, key: number, at: number): number {
  return (at & (PAGE - 1)) > PAGE - 8 ? -1 : lookUp(entries, key, at, SYSTEM_READS);
}

/** A selector that is in the GDT: not the LDT's, null, or past the limit. */
const inGdt = (selector: number, limit: number) =>
  (selector & TABLE_LDT) === 0 && selector > 3 && (selector | 7) <= limit;

const isFlatCode = (low: number, high: number) => low === FLAT_LOW && (high & ~FLAT_CODE_FREE) === FLAT_CODE;
const isFlatData = (low: number, high: number) => low === FLAT_LOW && (high & ~FLAT_DATA_FREE) === FLAT_DATA;

/** An exception, interrupt or INT n through the IDT; `error` is −1 for vectors without an error code. */
export function enterFlat(cpu: Cpu, kind: number, vector: number, error: number): boolean {
  const { idtr, gdtr, flags, segments, cpl, memory } = cpu;
  const { view } = cpu.bus;
  const { entries, key } = memory.front;
  if ((flags.eflags & VM) !== 0 || 8 * vector + 7 > idtr.limit) return false;
  const gate = pairAt(entries, key, (idtr.base + 8 * vector) | 0);
  if (gate < 0) return false;
  const gateLow = view.getInt32(gate, true);
  const gateHigh = view.getInt32(gate + 4, true);
  if ((gateHigh & GATE32_MASK) !== GATE32) return false;
  if (checksGate(kind) && ((gateHigh >> 13) & 3) < cpl) return false;

  const selector = gateLow >>> 16;
  if (!inGdt(selector, gdtr.limit)) return false;
  const code = pairAt(entries, key, (gdtr.base + (selector & 0xfff8)) | 0);
  if (code < 0) return false;
  const codeHigh = view.getInt32(code + 4, true);
  if (!isFlatCode(view.getInt32(code, true), codeHigh)) return false;
  const level = (codeHigh >> 13) & 3;
  if (level > cpl) return false;

  let stackSelector = -1;
  let stackHigh = 0;
  let sp = cpu.r32[ESP] as number;
  if (level < cpl) {
    const slot = 8 * level + 4;
    if (((segments.access[TR] as number) & TSS32_BIT) === 0 || slot + 7 > (segments.limit[TR] as number))
      return false;
    const task = pairAt(entries, key, ((segments.base[TR] as number) + slot) | 0);
    if (task < 0) return false;
    sp = view.getInt32(task, true);
    stackSelector = view.getUint16(task + 4, true);
    if ((stackSelector & 3) !== level || !inGdt(stackSelector, gdtr.limit)) return false;
    const stack = pairAt(entries, key, (gdtr.base + (stackSelector & 0xfff8)) | 0);
    if (stack < 0) return false;
    stackHigh = view.getInt32(stack + 4, true);
    if (!isFlatData(view.getInt32(stack, true), stackHigh) || ((stackHigh >> 13) & 3) !== level) return false;
  } else if (((cpu.flatWrite >> SS) & 1) === 0 || cpu.stackMask !== -1) return false;

  const bytes = (level < cpl ? 20 : 12) + (error < 0 ? 0 : 4);
  const frameAt = (sp - bytes) | 0;
  if (sp >>> 0 < bytes || (frameAt & (PAGE - 1)) > PAGE - bytes) return false;
  let at = level < cpl ? memory.systemDirect(frameAt as Gva, true) : memory.direct(frameAt as Gva, true);
  if (at < 0) return false;

  const image = flags.value;
  if (error >= 0) {
    view.setInt32(at, error, true);
    at += 4;
  }
  view.setInt32(at, cpu.ip, true);
  view.setInt32(at + 4, segments.selector[CS] as number, true);
  view.setInt32(at + 8, kind === EXCEPTION && vector !== DB ? image | RF : image, true);
  if (level < cpl) {
    view.setInt32(at + 12, cpu.r32[ESP] as number, true);
    view.setInt32(at + 16, segments.selector[SS] as number, true);
    setFlatStack(cpu, stackSelector, stackHigh);
  }
  cpu.r32[ESP] = frameAt;
  flags.eflags &= ~(TF | NT | RF | VM | ((gateHigh & TRAP) === 0 ? IF : 0));
  setFlatCode(cpu, (selector & 0xfffc) | level, codeHigh, level);
  cpu.ip = (gateLow & 0xffff) | (gateHigh & 0xffff0000);
  return true;
}

/** IRETD in protected mode, NT clear. */
export function returnFlat(cpu: Cpu): boolean {
  const { cpl, flags, gdtr, memory } = cpu;
  const { view } = cpu.bus;
  const sp = cpu.r32[ESP] as number;
  if (((cpu.flatRead >> SS) & 1) === 0 || cpu.stackMask !== -1 || (sp & (PAGE - 1)) > PAGE - 12) return false;
  const at = memory.direct(sp as Gva, false);
  if (at < 0) return false;
  // After direct(), which may fill the front.
  const { entries, key } = memory.front;
  const image = view.getInt32(at + 8, true);
  const selector = view.getUint16(at + 4, true);
  const level = selector & 3;
  if ((image & VM) !== 0 || level < cpl) return false;
  if (!inGdt(selector, gdtr.limit)) return false;
  const code = pairAt(entries, key, (gdtr.base + (selector & 0xfff8)) | 0);
  if (code < 0) return false;
  const codeHigh = view.getInt32(code + 4, true);
  if (!isFlatCode(view.getInt32(code, true), codeHigh) || ((codeHigh >> 13) & 3) !== level) return false;
  if (level > cpl) {
    if ((sp & (PAGE - 1)) > PAGE - 20) return false;
    const stackSelector = view.getUint16(at + 16, true);
    if ((stackSelector & 3) !== level || !inGdt(stackSelector, gdtr.limit)) return false;
    const stack = pairAt(entries, key, (gdtr.base + (stackSelector & 0xfff8)) | 0);
    if (stack < 0) return false;
    const stackHigh = view.getInt32(stack + 4, true);
    if (!isFlatData(view.getInt32(stack, true), stackHigh) || ((stackHigh >> 13) & 3) !== level) return false;
    setFlatStack(cpu, stackSelector, stackHigh);
    setFlatCode(cpu, selector, codeHigh, level);
    cpu.r32[ESP] = view.getInt32(at + 12, true);
    dropInnerSegments(cpu);
    cpu.clock.charge(cpu.prices.ringChange);
  } else {
    setFlatCode(cpu, selector, codeHigh, level);
    cpu.r32[ESP] = sp + 12;
  }
  cpu.ip = view.getInt32(at, true);
  const iopl = (flags.eflags >> 12) & 3;
  writeFlags(cpu, image, IRET_FLAGS | (cpl <= iopl ? IF : 0) | (cpl === 0 ? IOPL | VIF | VIP : 0));
  return true;
}

function setFlatStack(cpu: Cpu, selector: number, high: number): void {
  const { segments } = cpu;
  segments.selector[SS] = selector;
  segments.access[SS] = high & ACCESS;
  if (((cpu.flatWrite >> SS) & 1) !== 0 && cpu.stackMask === -1) return;
  segments.base[SS] = 0;
  segments.baseHigh[SS] = 0;
  segments.limit[SS] = -1;
  cpu.flatRead |= 1 << SS;
  cpu.flatWrite |= 1 << SS;
  cpu.stackMask = -1;
}

function setFlatCode(cpu: Cpu, selector: number, high: number, level: number): void {
  const { segments } = cpu;
  segments.selector[CS] = selector;
  segments.access[CS] = high & ACCESS;
  if (((cpu.flatRead >> CS) & 1) === 0 || (high & WRITABLE) === 0 || cpu.bits !== 32) {
    segments.base[CS] = 0;
    segments.baseHigh[CS] = 0;
    segments.limit[CS] = -1;
    cpu.flatRead = (high & WRITABLE) === 0 ? cpu.flatRead & ~(1 << CS) : cpu.flatRead | (1 << CS);
    cpu.flatWrite &= ~(1 << CS);
    cpu.bits = 32;
    cpu.window.size = 0;
  }
  // In the same ring and page, what was to be fetched still is.
  if (cpu.cpl === level && cpu.window.version === cpu.memory.codeVersion) return;
  cpu.cpl = level;
  cpu.memory.user = level === 3;
  cpu.window.size = 0;
}

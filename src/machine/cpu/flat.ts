/**
 * The transfers that every 32-bit system makes all day: through a 32-bit gate into a flat segment, and back by IRETD. Where all
 * descriptors are flat, present and accessed, and all that is read and written is at hand in the TLB, each descriptor's checks
 * are one comparison. Whatever looks different is left, untouched, to the rules in full (deliver/, transfer/return.ts), which
 * define what happens: these functions then return false. They must do what the rules in full would do, to the last cycle.
 *
 *     flat code   low 0000FFFF  high 00CF 9B00      base 0, limit 4 GiB, D, present, accessed; any DPL, readable or not
 *     flat data   low 0000FFFF  high 00CF 9300      the same, B, writable, expand-up
 *
 * For speed no argument of a DataView's method branches: V8 would then call the method instead of compiling it in place.
 */
import type { Gva } from "../address.ts";
import { CS, SS } from "../isa/instruction.ts";
import { frontMask, lookUp } from "../mmu/front.ts";
import { SYSTEM_READ, SYSTEM_WRITE } from "../mmu/rights.ts";
import { EVENT } from "../trace.ts";
import { type Cpu, CR0, EFER, TR } from "./cpu.ts";
import { EXCEPTION, EXTERNAL, SOFTWARE, SOFTWARE_EXCEPTION } from "./deliver/event.ts";
import { ACCESS, WRITABLE } from "./descriptor.ts";
import { DB } from "./fault.ts";
import { flagsWritten } from "./flag-write.ts";
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
const PAGE_OFFSET = 4095;
const LAST_PAIR = 4088;
const PAGE = 4096;
const SYSTEM_READS = frontMask(SYSTEM_READ);
const SYSTEM_WRITES = frontMask(SYSTEM_WRITE);
const IRET_ALWAYS = ARITHMETIC | TF | DF | NT | RF | AC | ID;
const IRET_SYSTEM = IOPL | VIF | VIP;
const GATE_CLEARS = TF | NT | RF | VM;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const PROTECTED = CR0.PE;
const LONG_MODE = EFER.LMA;
const VIRTUAL = VM;
const RESUME = RF;
const NESTED = NT;
const INTERRUPTS = IF;
const CODE = CS;
const STACK = SS;
const TASK = TR;
const POINTER = ESP;
const KEPT = ACCESS;
const READABLE = WRITABLE;
const OF_EXCEPTION = EXCEPTION;
const OF_DEVICE = EXTERNAL;
const OF_INT = SOFTWARE;
const OF_INT3 = SOFTWARE_EXCEPTION;
const DEBUG = DB;
const IRET = EVENT.iret;
const STACK_BIT = 1 << SS;
const CODE_BIT = 1 << CS;

/** RAM offset of the 8 bytes at a linear address of the processor's own, or −1. `entries`, `key`: of the front (front.ts). */
function pairAt(entries: Int32Array, key: number, at: number): number {
  return (at & PAGE_OFFSET) > LAST_PAIR ? -1 : lookUp(entries, key, at, SYSTEM_READS);
}

/** The stack of an inner ring, as the TSS and the GDT have it. */
class InnerStack {
  selector = 0;
  high = 0;
  pointer = 0;
}
const inner = new InnerStack();

/** Fills `inner`; false where it is not flat, or not at hand. */
function findInner(cpu: Cpu, level: number): boolean {
  const { gdtr, memory, segments } = cpu;
  const { view } = cpu.bus;
  const { entries, key } = memory.front;
  const place = 8 * level + 4;
  if (((segments.access[TASK] as number) & TSS32_BIT) === 0 || place + 7 > (segments.limit[TASK] as number))
    return false;
  const task = pairAt(entries, key, ((segments.base[TASK] as number) + place) | 0);
  if (task < 0) return false;
  const selector = view.getUint16(task + 4, true);
  if ((selector & 3) !== level || !inGdt(selector, gdtr.limit)) return false;
  const stack = pairAt(entries, key, (gdtr.base + (selector & 0xfff8)) | 0);
  if (stack < 0) return false;
  const low = view.getInt32(stack, true);
  const high = view.getInt32(stack + 4, true);
  inner.pointer = view.getInt32(task, true);
  inner.selector = selector;
  inner.high = high;
  return isFlatData(low, high) && ((high >> 13) & 3) === level;
}

/** A selector that is in the GDT: not the LDT's, null, or past the limit. */
const inGdt = (selector: number, limit: number) =>
  (selector & TABLE_LDT) === 0 && selector > 3 && (selector | 7) <= limit;

const isFlatCode = (low: number, high: number) => low === FLAT_LOW && (high & ~FLAT_CODE_FREE) === FLAT_CODE;
const isFlatData = (low: number, high: number) => low === FLAT_LOW && (high & ~FLAT_DATA_FREE) === FLAT_DATA;

/**
 * An exception, interrupt or INT n through the IDT, with what it costs; `error` is −1 for vectors without an error code. What
 * comes before (counting, the monitor) has been done.
 */
export function enterFlat(cpu: Cpu, kind: number, vector: number, error: number): boolean {
  const { flags, idtr, gdtr, memory, segments, cpl, r32 } = cpu;
  const { eflags } = flags;
  if ((cpu.cr0 & PROTECTED) === 0 || (cpu.efer & LONG_MODE) !== 0 || (eflags & VIRTUAL) !== 0) return false;
  const { view } = cpu.bus;
  const { entries, key } = memory.front;
  const slot = vector << 3;
  if (slot + 7 > idtr.limit) return false;
  const gate = pairAt(entries, key, (idtr.base + slot) | 0);
  if (gate < 0) return false;
  const gateLow = view.getInt32(gate, true);
  const gateHigh = view.getInt32(gate + 4, true);
  if ((gateHigh & GATE32_MASK) !== GATE32) return false;
  if ((kind === OF_INT || kind === OF_INT3) && ((gateHigh >> 13) & 3) < cpl) return false;

  const selector = gateLow >>> 16;
  if (!inGdt(selector, gdtr.limit)) return false;
  const code = pairAt(entries, key, (gdtr.base + (selector & 0xfff8)) | 0);
  if (code < 0) return false;
  const codeLow = view.getInt32(code, true);
  const codeHigh = view.getInt32(code + 4, true);
  if (!isFlatCode(codeLow, codeHigh)) return false;
  const level = (codeHigh >> 13) & 3;
  if (level > cpl) return false;

  const pointer = r32[POINTER] as number;
  let top = pointer;
  let bytes = error < 0 ? 12 : 16;
  if (level < cpl) {
    if (!findInner(cpu, level)) return false;
    top = inner.pointer;
    bytes += 8;
  } else if ((cpu.flatWrite & STACK_BIT) === 0 || cpu.stackMask !== -1) return false;

  const frame = (top - bytes) | 0;
  if (top >>> 0 < bytes || (frame & PAGE_OFFSET) > PAGE - bytes) return false;
  let at = level < cpl ? lookUp(entries, key, frame, SYSTEM_WRITES) : memory.direct(frame as Gva, true);
  if (at < 0) return false;

  const { clock, prices } = cpu;
  const image = flags.value;
  const pushed = kind === OF_EXCEPTION && vector !== DEBUG ? image | RESUME : image;
  if (error >= 0) {
    view.setInt32(at, error, true);
    at += 4;
  }
  view.setInt32(at, cpu.ip, true);
  view.setInt32(at + 4, segments.selector[CODE] as number, true);
  view.setInt32(at + 8, pushed, true);
  clock.charge(kind === OF_DEVICE ? prices.externalInterrupt : prices.exception);
  if (level < cpl) {
    view.setInt32(at + 12, pointer, true);
    view.setInt32(at + 16, segments.selector[STACK] as number, true);
    setFlatStack(cpu, inner.selector, inner.high);
    clock.charge(prices.ringChange);
  }
  r32[POINTER] = frame;
  flags.eflags = image & ~((gateHigh & TRAP) === 0 ? GATE_CLEARS | INTERRUPTS : GATE_CLEARS);
  setFlatCode(cpu, (selector & 0xfffc) | level, codeHigh, level);
  cpu.ip = (gateLow & 0xffff) | (gateHigh & 0xffff0000);
  cpu.shadow = false;
  cpu.halted = false;
  return true;
}

/** IRETD in protected mode, outside of virtual-8086 and IA-32e mode. */
export function returnFlat(cpu: Cpu): boolean {
  const { cpl, flags, gdtr, memory, r32 } = cpu;
  const { eflags } = flags;
  const pointer = r32[POINTER] as number;
  const offset = pointer & PAGE_OFFSET;
  if ((eflags & NESTED) !== 0 || cpu.nmiBlocked) return false;
  if ((cpu.flatRead & STACK_BIT) === 0 || cpu.stackMask !== -1 || offset > PAGE - 12) return false;
  const at = memory.direct(pointer as Gva, false);
  if (at < 0) return false;
  // After direct(), which may fill the front.
  const { entries, key } = memory.front;
  const { view } = cpu.bus;
  const ip = view.getInt32(at, true);
  const selector = view.getUint16(at + 4, true);
  const image = view.getInt32(at + 8, true);
  const level = selector & 3;
  if ((image & VIRTUAL) !== 0 || level < cpl) return false;
  if (!inGdt(selector, gdtr.limit)) return false;
  const code = pairAt(entries, key, (gdtr.base + (selector & 0xfff8)) | 0);
  if (code < 0) return false;
  const codeLow = view.getInt32(code, true);
  const codeHigh = view.getInt32(code + 4, true);
  if (!isFlatCode(codeLow, codeHigh) || ((codeHigh >> 13) & 3) !== level) return false;
  if (level > cpl) {
    if (offset > PAGE - 20) return false;
    const outerPointer = view.getInt32(at + 12, true);
    const stackSelector = view.getUint16(at + 16, true);
    if ((stackSelector & 3) !== level || !inGdt(stackSelector, gdtr.limit)) return false;
    const stack = pairAt(entries, key, (gdtr.base + (stackSelector & 0xfff8)) | 0);
    if (stack < 0) return false;
    const stackLow = view.getInt32(stack, true);
    const stackHigh = view.getInt32(stack + 4, true);
    if (!isFlatData(stackLow, stackHigh) || ((stackHigh >> 13) & 3) !== level) return false;
    cpu.trace.event(IRET, cpl);
    setFlatStack(cpu, stackSelector, stackHigh);
    setFlatCode(cpu, selector, codeHigh, level);
    r32[POINTER] = outerPointer;
    dropInnerSegments(cpu);
    cpu.clock.charge(cpu.prices.ringChange);
  } else {
    cpu.trace.event(IRET, cpl);
    setFlatCode(cpu, selector, codeHigh, level);
    r32[POINTER] = pointer + 12;
  }
  cpu.ip = ip;
  const mask = IRET_ALWAYS | (cpl <= ((eflags >> 12) & 3) ? INTERRUPTS : 0) | (cpl === 0 ? IRET_SYSTEM : 0);
  // As writeFlags does, but for computing arithmetic flags that are overwritten.
  flags.value = (eflags & ~mask) | (image & mask);
  flagsWritten(cpu, eflags);
  return true;
}

function setFlatStack(cpu: Cpu, selector: number, high: number): void {
  const { segments } = cpu;
  segments.selector[STACK] = selector;
  segments.access[STACK] = high & KEPT;
  if ((cpu.flatWrite & STACK_BIT) !== 0 && cpu.stackMask === -1) return;
  segments.base[STACK] = 0;
  segments.baseHigh[STACK] = 0;
  segments.limit[STACK] = -1;
  cpu.flatRead |= STACK_BIT;
  cpu.flatWrite |= STACK_BIT;
  cpu.stackMask = -1;
}

function setFlatCode(cpu: Cpu, selector: number, high: number, level: number): void {
  const { segments, window, memory } = cpu;
  segments.selector[CODE] = selector;
  segments.access[CODE] = high & KEPT;
  if ((cpu.flatRead & CODE_BIT) === 0 || (high & READABLE) === 0 || cpu.bits !== 32) {
    segments.base[CODE] = 0;
    segments.baseHigh[CODE] = 0;
    segments.limit[CODE] = -1;
    cpu.flatRead = (high & READABLE) === 0 ? cpu.flatRead & ~CODE_BIT : cpu.flatRead | CODE_BIT;
    cpu.flatWrite &= ~CODE_BIT;
    cpu.bits = 32;
    window.size = 0;
  }
  // In the same ring and page, what was to be fetched still is.
  if (cpu.cpl === level && window.version === memory.codeVersion) return;
  cpu.cpl = level;
  memory.user = level === 3;
  window.size = 0;
}

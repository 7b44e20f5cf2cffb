/**
 * Far RET and IRET (SDM Vol. 2, RET and IRET; Vol. 3, 5.8.6, 6.12.1 and 20.2).
 *
 *     same ring     EIP CS (EFLAGS)                        outer ring      EIP CS (EFLAGS) ESP SS
 *     64-bit IRET   RIP CS RFLAGS RSP SS in every case     to v86 mode     EIP CS EFLAGS ESP SS ES DS FS GS
 *
 * Everything is read and checked before anything changes.
 */
import { CS, DS, ES, FS, GS, SS } from "../../isa/instruction.ts";
import { EVENT } from "../../trace.ts";
import type { Cpu } from "../cpu.ts";
import { Descriptor, markAccessed, readDescriptor } from "../descriptor.ts";
import { GP, raise } from "../fault.ts";
import { writeFlags } from "../flag-write.ts";
import { AC, ALL_FLAGS, ARITHMETIC, DF, ID, IF, IOPL, NT, RF, TF, VIF, VIP, VM } from "../flags.ts";
import { FRAME, peekFrame } from "../frame.ts";
import { ESP } from "../registers.ts";
import {
  checkStack,
  dropInnerSegments,
  enterCode,
  loadV86,
  setFromDescriptor,
  setNullStack,
  updateMode,
} from "../segments.ts";
import { moveSp, peek, setSp } from "../stack.ts";
import { taskReturn } from "../task.ts";
import { checkOffset, checkRealOffset, enterReal, isLong, isReal, readReturnCode, setIp } from "./target.ts";

const code = new Descriptor();
const stack = new Descriptor();

/** RETF, RETF n: `release` bytes of parameters go from both stacks. */
export function farReturn(cpu: Cpu, size: number, release: number): void {
  const ip = peek(cpu, size, 0);
  const ipHigh = cpu.high;
  const selector = peek(cpu, size, size) & 0xffff;
  if (isReal(cpu)) {
    checkRealOffset(cpu, ip);
    moveSp(cpu, 2 * size + release);
    enterReal(cpu, selector, ip);
    return;
  }
  readReturnCode(cpu, selector, code);
  const level = selector & 3;
  if (level === cpu.cpl) {
    checkOffset(cpu, code, ip, ipHigh);
    markAccessed(cpu, code);
    moveSp(cpu, 2 * size + release);
    enterCode(cpu, selector, code, level);
  } else {
    const sp = peek(cpu, size, 2 * size + release);
    const spHigh = cpu.high;
    const ss = peek(cpu, size, 3 * size + release) & 0xffff;
    checkReturnStack(cpu, ss, level);
    checkOffset(cpu, code, ip, ipHigh);
    markReturn(cpu, ss);
    enterCode(cpu, selector, code, level);
    enterReturnStack(cpu, ss);
    setSp(cpu, sp, spHigh);
    moveSp(cpu, release);
    dropInnerSegments(cpu);
  }
  setIp(cpu, ip, ipHigh);
}

export function interruptReturn(cpu: Cpu, size: number): void {
  cpu.trace.event(EVENT.iret, cpu.cpl);
  if (cpu.nmiBlocked) {
    cpu.nmiBlocked = false;
    if (cpu.nmiPending || cpu.guest !== null) cpu.clock.attend();
  }
  if (isReal(cpu)) returnReal(cpu, size);
  else if ((cpu.flags.eflags & NT) !== 0) {
    if (cpu.longMode) raise(GP);
    taskReturn(cpu);
  } else returnProtected(cpu, size);
}

function returnReal(cpu: Cpu, size: number): void {
  const ip = peek(cpu, size, 0);
  const selector = peek(cpu, size, size) & 0xffff;
  const image = peek(cpu, size, 2 * size);
  checkRealOffset(cpu, ip);
  moveSp(cpu, 3 * size);
  const { v86 } = cpu;
  enterReal(cpu, selector, ip);
  // IOPL is the monitor's in virtual-8086 mode.
  writeFlags(cpu, image, flagMask(size) | IF | (v86 ? 0 : IOPL));
}

function returnProtected(cpu: Cpu, size: number): void {
  const { cpl, wide } = cpu;
  peekFrame(cpu, size, wide ? 5 : 3);
  const step = size === 8 ? 2 : 1;
  const ip = FRAME[0] as number;
  const ipHigh = size === 8 ? (FRAME[1] as number) : 0;
  const selector = (FRAME[step] as number) & 0xffff;
  const image = FRAME[2 * step] as number;
  if ((image & VM) !== 0 && cpl === 0 && size === 4 && !cpu.longMode) {
    returnToV86(cpu, image);
    return;
  }
  readReturnCode(cpu, selector, code);
  const level = selector & 3;
  if (wide || level !== cpl) {
    if (!wide) peekFrame(cpu, size, 5);
    const sp = FRAME[3 * step] as number;
    const spHigh = size === 8 ? (FRAME[7] as number) : 0;
    const ss = (FRAME[4 * step] as number) & 0xffff;
    checkReturnStack(cpu, ss, level);
    checkOffset(cpu, code, ip, ipHigh);
    markReturn(cpu, ss);
    enterCode(cpu, selector, code, level);
    enterReturnStack(cpu, ss);
    setSp(cpu, sp, spHigh);
    if (level !== cpl) {
      dropInnerSegments(cpu);
      cpu.clock.charge(cpu.prices.ringChange);
    }
  } else {
    checkOffset(cpu, code, ip, ipHigh);
    markAccessed(cpu, code);
    moveSp(cpu, 3 * size);
    enterCode(cpu, selector, code, level);
  }
  setIp(cpu, ip, ipHigh);
  const iopl = (cpu.flags.eflags >> 12) & 3;
  const mask =
    flagMask(size) |
    (cpl <= iopl ? IF : 0) |
    (cpl === 0 ? IOPL : 0) |
    (cpl === 0 && size > 2 ? VIF | VIP : 0);
  writeFlags(cpu, image, mask);
}

/** The bits that IRET may always change. */
function flagMask(size: number): number {
  return ARITHMETIC | TF | DF | NT | (size > 2 ? RF | AC | ID : 0);
}

/** SS of the ring to return to, into `stack`; it may be null for 64-bit code that is not of CPL 3. */
function checkReturnStack(cpu: Cpu, selector: number, level: number): void {
  const error = selector & 0xfffc;
  if (error === 0) {
    if (!isLong(cpu, code) || level === 3 || (selector & 3) !== level) raise(GP);
    return;
  }
  if (!readDescriptor(cpu, selector, stack)) raise(GP, error);
  checkStack(selector, stack, level, GP);
}

function enterReturnStack(cpu: Cpu, selector: number): void {
  if ((selector & 0xfffc) === 0) setNullStack(cpu, selector);
  else setFromDescriptor(cpu, SS, selector, stack);
}

/** The last accesses that may fault: to the descriptors of CS and SS. */
function markReturn(cpu: Cpu, ss: number): void {
  markAccessed(cpu, code);
  if ((ss & 0xfffc) !== 0) markAccessed(cpu, stack);
}

function returnToV86(cpu: Cpu, image: number): void {
  peekFrame(cpu, 4, 9);
  writeFlags(cpu, image, ALL_FLAGS);
  loadV86(cpu, CS, (FRAME[1] as number) & 0xffff);
  loadV86(cpu, SS, (FRAME[4] as number) & 0xffff);
  loadV86(cpu, ES, (FRAME[5] as number) & 0xffff);
  loadV86(cpu, DS, (FRAME[6] as number) & 0xffff);
  loadV86(cpu, FS, (FRAME[7] as number) & 0xffff);
  loadV86(cpu, GS, (FRAME[8] as number) & 0xffff);
  cpu.cpl = 3;
  cpu.r32[ESP] = FRAME[3] as number;
  cpu.ip = (FRAME[0] as number) & 0xffff;
  updateMode(cpu);
  cpu.clock.charge(cpu.prices.ringChange);
}

/**
 * Segment registers: what is loaded into them and what follows from it for every memory access.
 *
 *     selector ──GDT/LDT──▶ descriptor ──checks──▶ base, limit, access of cpu.segments ──▶ flatRead, flatWrite, stackMask
 *                                                                       CS and mode ──▶ bits, wide, cpl
 */
import { CS, DS, ES, FS, GS, SS } from "../isa/instruction.ts";
import { EVENT } from "../trace.ts";
import type { Cpu } from "./cpu.ts";
import {
  ACCESS,
  BIG,
  CODE,
  CONFORMING,
  Descriptor,
  GRANULAR,
  LONG,
  markAccessed,
  PRESENT,
  readDescriptor,
  WRITABLE,
} from "./descriptor.ts";
import { GP, NP, raise, SS_FAULT } from "./fault.ts";

/** Access of a segment in virtual-8086 mode: present, DPL 3, data, writable, accessed. */
const V86_ACCESS = 0xf300;
/** Of a segment loaded in real mode; D/B, G and the limit stay as they were ("unreal mode"). */
const REAL_ACCESS = 0x9300;

const descriptor = new Descriptor();

/** Fills a segment register's hidden part and what follows from it. */
export function setSegment(
  cpu: Cpu,
  seg: number,
  selector: number,
  base: number,
  limit: number,
  access: number,
): void {
  const { segments } = cpu;
  segments.selector[seg] = selector;
  segments.base[seg] = base;
  segments.baseHigh[seg] = 0;
  segments.limit[seg] = limit;
  segments.access[seg] = access;
  refreshFlat(cpu, seg);
}

/** Loads from a descriptor that passed its checks. */
export function setFromDescriptor(cpu: Cpu, seg: number, selector: number, from: Descriptor): void {
  const { segments } = cpu;
  const { low, high } = from;
  const limit = (low & 0xffff) | (high & 0xf0000);
  segments.selector[seg] = selector;
  segments.base[seg] = (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000);
  segments.baseHigh[seg] = 0;
  // Written out, as `from.limit` is beyond the small integers for a flat segment, and would be allocated on its way here.
  segments.limit[seg] = (high & GRANULAR) === 0 ? limit : (limit << 12) | 0xfff;
  segments.access[seg] = high & ACCESS;
  refreshFlat(cpu, seg);
}

/** A null selector in a segment register: every use of it faults. */
export function setNull(cpu: Cpu, seg: number, selector: number): void {
  setSegment(cpu, seg, selector, 0, 0, 0);
}

/** The hidden base of FS or GS as MSRs, WRFSBASE … and SWAPGS write it: in compatibility mode its low half counts as well. */
export function setBase(cpu: Cpu, seg: number, low: number, high: number): void {
  cpu.segments.base[seg] = low;
  cpu.segments.baseHigh[seg] = high;
  refreshFlat(cpu, seg);
}

/** What a segment's hidden part means for the fast paths. */
function refreshFlat(cpu: Cpu, seg: number): void {
  const { base, limit, access } = cpu.segments;
  const type = access[seg] as number;
  if (seg === SS) cpu.stackMask = (type & BIG) === 0 ? 0xffff : -1;
  const bit = 1 << seg;
  let read = (type & PRESENT) !== 0 && base[seg] === 0 && (limit[seg] as number) === 0xffffffff;
  let write = read;
  if ((type & CODE) !== 0) {
    if (cpu.protectedMode) {
      write = false;
      read &&= (type & WRITABLE) !== 0;
    }
  } else {
    // Expand-down data with this limit has no valid offset.
    read &&= (type & CONFORMING) === 0;
    write = read && ((type & WRITABLE) !== 0 || !cpu.protectedMode);
  }
  cpu.flatRead = read ? cpu.flatRead | bit : cpu.flatRead & ~bit;
  cpu.flatWrite = write ? cpu.flatWrite | bit : cpu.flatWrite & ~bit;
}

/** To be called after CS, CPL or the mode changed: code size, privilege of accesses, kind of addresses. */
export function updateCode(cpu: Cpu): void {
  const access = cpu.segments.access[CS] as number;
  const wide = cpu.longMode && (access & LONG) !== 0;
  cpu.bits = wide ? 64 : (access & BIG) === 0 ? 16 : 32;
  cpu.wide = wide;
  cpu.compatibility = cpu.longMode && !wide;
  cpu.memory.wide = wide;
  cpu.memory.user = cpu.cpl === 3;
  cpu.window.size = 0;
}

/** Runs on in a code segment that passed its checks, at a privilege level. */
export function enterCode(cpu: Cpu, selector: number, from: Descriptor, level: number): void {
  markAccessed(cpu, from);
  setFromDescriptor(cpu, CS, (selector & 0xfffc) | level, from);
  cpu.cpl = level;
  updateCode(cpu);
}

/** To be called after CR0.PE, EFER.LMA or EFLAGS.VM changed, and after a snapshot was read: everything derived. */
export function updateMode(cpu: Cpu): void {
  for (let seg = ES; seg <= GS; seg++) refreshFlat(cpu, seg);
  updateCode(cpu);
}

/** MOV, POP, LDS …: loads ES, SS, DS, FS or GS. #GP, #SS, #NP as SDM Vol. 2, MOV; nothing is changed before. */
export function loadSegment(cpu: Cpu, seg: number, selector: number): void {
  cpu.trace.event(EVENT.segmentLoad, selector);
  if (!cpu.protectedMode) loadReal(cpu, seg, selector);
  else if (cpu.v86) loadV86(cpu, seg, selector);
  else if (seg === SS) loadStack(cpu, selector);
  else loadData(cpu, seg, selector);
}

/** Real mode: limit and size attributes persist, which is what makes "unreal mode". */
export function loadReal(cpu: Cpu, seg: number, selector: number): void {
  const { limit, access } = cpu.segments;
  const kept = (access[seg] as number) & 0x00f00000;
  setSegment(cpu, seg, selector, selector << 4, (limit[seg] as number) | 0, kept | REAL_ACCESS);
}

export function loadV86(cpu: Cpu, seg: number, selector: number): void {
  setSegment(cpu, seg, selector, selector << 4, 0xffff, V86_ACCESS);
}

function loadData(cpu: Cpu, seg: number, selector: number): void {
  if ((selector & 0xfffc) === 0) {
    setNull(cpu, seg, selector);
    return;
  }
  const error = selector & 0xfffc;
  if (!readDescriptor(cpu, selector, descriptor)) raise(GP, error);
  if (!descriptor.readable) raise(GP, error);
  const free = descriptor.code && descriptor.conforming;
  if (!free && ((selector & 3) > descriptor.dpl || cpu.cpl > descriptor.dpl)) raise(GP, error);
  if (!descriptor.present) raise(NP, error);
  markAccessed(cpu, descriptor);
  setFromDescriptor(cpu, seg, selector, descriptor);
}

function loadStack(cpu: Cpu, selector: number): void {
  if ((selector & 0xfffc) === 0) {
    // Only 64-bit code below CPL 3 may run without a stack segment.
    if (!cpu.wide || cpu.cpl === 3 || (selector & 3) !== cpu.cpl) raise(GP);
    setNullStack(cpu, selector);
    return;
  }
  const error = selector & 0xfffc;
  if (!readDescriptor(cpu, selector, descriptor)) raise(GP, error);
  checkStack(selector, descriptor, cpu.cpl, GP);
  markAccessed(cpu, descriptor);
  setFromDescriptor(cpu, SS, selector, descriptor);
}

/** The null SS of 64-bit mode. */
export function setNullStack(cpu: Cpu, selector: number): void {
  setNull(cpu, SS, selector);
}

/** What SS must be at a privilege level: RPL and DPL equal to it, writable, present. Raises `vector`, or #SS when absent. */
export function checkStack(
  selector: number,
  found: Descriptor,
  level: number,
  vector: number,
  ext = 0,
): void {
  const error = (selector & 0xfffc) | ext;
  if ((selector & 3) !== level || found.dpl !== level || !found.writableData) raise(vector, error);
  if (!found.present) raise(SS_FAULT, error);
}

/** On return to an outer ring: data segments that it may not use become null (SDM Vol. 3, 5.8.6). */
export function dropInnerSegments(cpu: Cpu): void {
  dropInner(cpu, ES);
  dropInner(cpu, FS);
  dropInner(cpu, GS);
  dropInner(cpu, DS);
}

function dropInner(cpu: Cpu, seg: number): void {
  const access = cpu.segments.access[seg] as number;
  if (((access >> 13) & 3) >= cpu.cpl) return;
  if (access === 0) {
    // Null already.
    cpu.segments.selector[seg] = 0;
    return;
  }
  if ((access & (CODE | CONFORMING)) === (CODE | CONFORMING)) return;
  // The base stays: 64-bit code goes on to use that of GS.
  cpu.segments.selector[seg] = 0;
  cpu.segments.access[seg] = 0;
  refreshFlat(cpu, seg);
}

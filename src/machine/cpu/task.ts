/**
 * Hardware tasks (SDM Vol. 3, chapter 7): the state of one is saved to its TSS, that of another loaded.
 *
 *                  old task's busy bit    old NT saved    back link, new NT    new task's busy bit
 *     JMP          cleared                as it is        no                   set, must be clear
 *     CALL, INT    stays                  as it is        yes                  set, must be clear
 *     IRET         cleared                cleared         no                   stays, must be set
 *
 * Up to the moment when TR changes a fault leaves the old task; from then on it belongs to the new one.
 */
import type { Gva } from "../address.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/instruction.ts";
import { EVENT } from "../trace.ts";
import { loadCr3 } from "./control.ts";
import { type Cpu, CR0, LDTR, TR } from "./cpu.ts";
import {
  ACCESS,
  Descriptor,
  LDT,
  markAccessed,
  readDescriptor,
  SEGMENT,
  systemAddress,
  systemRead16,
  systemRead32,
  systemWrite16,
  systemWrite32,
  TSS16,
  TSS32,
  writeType,
} from "./descriptor.ts";
import { DB, GP, NP, raise, TS } from "./fault.ts";
import { writeFlags } from "./flag-write.ts";
import { ALL_FLAGS, NT, VM } from "./flags.ts";
import {
  checkStack,
  enterCode,
  loadV86,
  setFromDescriptor,
  setNull,
  setSegment,
  updateMode,
} from "./segments.ts";
import { push16, push32 } from "./stack.ts";

export const JUMP = 0;
export const CALL = 1;
export const RETURN = 2;
/** As CALL, through a task gate of the IDT. */
export const GATE = 3;

/** The busy bit of a TSS descriptor's type. */
const BUSY = 1 << 9;
/** DR6: the new task's T bit. */
const BT = 1 << 15;
/** L0 … L3 and LE of DR7. */
const LOCAL = 0x155;

/** Where things are in a TSS; a 16-bit one has no CR3, FS and GS. */
interface Layout {
  readonly size: 2 | 4;
  readonly least: number;
  readonly ip: number;
  readonly flags: number;
  readonly registers: number;
  readonly segments: number;
  readonly segmentCount: number;
  readonly ldt: number;
}
const LAYOUT32: Layout = {
  size: 4,
  least: 0x67,
  ip: 32,
  flags: 36,
  registers: 40,
  segments: 72,
  segmentCount: 6,
  ldt: 96,
};
const LAYOUT16: Layout = {
  size: 2,
  least: 0x2b,
  ip: 14,
  flags: 16,
  registers: 18,
  segments: 34,
  segmentCount: 4,
  ldt: 42,
};
const TSS_CR3 = 28;
const TSS_TRAP = 100;

const tss = new Descriptor();
const old = new Descriptor();
const found = new Descriptor();

/** What the new TSS holds, read before anything is written. */
const image = {
  cr3: 0,
  ip: 0,
  flags: 0,
  registers: new Int32Array(8),
  segments: new Uint16Array(6),
  ldt: 0,
  trap: false,
};

/** JMP or CALL to a TSS descriptor, which the caller has read to learn its type. */
export function taskTransfer(cpu: Cpu, selector: number, reason: number): void {
  findTss(cpu, selector, GP);
  cpu.guest?.taskSwitch(cpu, selector, reason);
  switchTask(cpu, selector, reason);
  checkIp(cpu);
}

/** A task gate of the IDT; the error code goes to the new task's stack. */
export function taskInterrupt(cpu: Cpu, selector: number, error: number): void {
  findTss(cpu, selector, GP);
  cpu.guest?.taskSwitch(cpu, selector, GATE);
  switchTask(cpu, selector, CALL);
  if (error >= 0) {
    if (is32(cpu.segments.access[TR] as number)) push32(cpu, error);
    else push16(cpu, error);
  }
  checkIp(cpu);
}

/** IRET with NT set: to the task of the back link. */
export function taskReturn(cpu: Cpu): void {
  const { base } = cpu.segments;
  const link = systemRead16(cpu, base[TR] as Gva);
  const error = link & 0xfffc;
  if ((link & 4) !== 0 || !readDescriptor(cpu, link, tss)) raise(TS, error);
  if ((tss.high & (SEGMENT | BUSY)) !== BUSY || (tss.type & 5) !== 1) raise(TS, error);
  if (!tss.present) raise(NP, error);
  cpu.guest?.taskSwitch(cpu, link, RETURN);
  switchTask(cpu, link, RETURN);
  checkIp(cpu);
}

/** An available TSS in the GDT, into `tss`. */
function findTss(cpu: Cpu, selector: number, vector: number): void {
  const error = selector & 0xfffc;
  if ((selector & 4) !== 0 || error === 0 || !readDescriptor(cpu, selector, tss)) raise(vector, error);
  if ((tss.high & SEGMENT) !== 0 || (tss.type !== TSS16 && tss.type !== TSS32)) raise(vector, error);
  if (!tss.present) raise(NP, error);
}

function checkIp(cpu: Cpu): void {
  if (cpu.ip >>> 0 > (cpu.segments.limit[CS] as number)) raise(GP);
}

function is32(access: number): boolean {
  return (access & 0x0800) !== 0;
}

function switchTask(cpu: Cpu, selector: number, reason: number): void {
  const layout = is32(tss.high) ? LAYOUT32 : LAYOUT16;
  if (tss.limit >>> 0 < layout.least) raise(TS, selector & 0xfffc);
  const { segments } = cpu;
  const oldSelector = segments.selector[TR] as number;
  readImage(cpu, layout);
  saveOld(cpu, reason);
  if (reason !== CALL && readDescriptor(cpu, oldSelector, old)) {
    old.high &= ~BUSY;
    writeType(cpu, old);
  }
  if (reason === CALL) {
    systemWrite16(cpu, tss.base as Gva, oldSelector);
    image.flags |= NT;
  }
  if (reason !== RETURN) {
    tss.high |= BUSY;
    writeType(cpu, tss);
  }

  cpu.trace.event(EVENT.taskSwitch, selector);
  const wasPaging = (cpu.cr0 & CR0.PG) !== 0;
  cpu.cr0 |= CR0.TS;
  cpu.dr[7] = (cpu.dr[7] as number) & ~LOCAL;
  setSegment(cpu, TR, selector, tss.base, tss.limit, (tss.high & ACCESS) | BUSY);
  if (layout.size === 4 && wasPaging) loadCr3(cpu, image.cr3, 0);
  cpu.ip = image.ip;
  writeFlags(cpu, image.flags, ALL_FLAGS);
  for (let register = 0; register < 8; register++)
    cpu.r32[2 * register] = image.registers[register] as number;
  for (let seg = ES; seg <= GS; seg++) setNull(cpu, seg, image.segments[seg] as number);
  setNull(cpu, LDTR, image.ldt);
  cpu.shadow = false;
  switched = true;
  loadState(cpu);
  if (image.trap) {
    cpu.dr[6] = (cpu.dr[6] as number) | BT;
    raise(DB);
  }
}

/** The last fault came out of a new task: ip is its own, not that of the instruction that switched. */
let switched = false;

/** Tells once whether a fault on the way of a far transfer fell into a new task. */
export function takeSwitched(): boolean {
  const answer = switched;
  switched = false;
  return answer;
}

function readImage(cpu: Cpu, layout: Layout): void {
  const { size } = layout;
  const read = (offset: number, bytes: number): number => {
    const at = systemAddress(cpu, tss.base, 0, offset);
    return bytes === 4 ? systemRead32(cpu, at) : systemRead16(cpu, at);
  };
  image.cr3 = size === 4 ? read(TSS_CR3, 4) : 0;
  image.ip = read(layout.ip, size);
  image.flags = read(layout.flags, size);
  // The upper halves that a 16-bit TSS does not have come out as ones.
  const upper = size === 4 ? 0 : 0xffff0000;
  for (let n = 0; n < 8; n++) image.registers[n] = read(layout.registers + size * n, size) | upper;
  for (let n = 0; n < 6; n++)
    image.segments[n] = n < layout.segmentCount ? read(layout.segments + size * n, 2) : 0;
  image.ldt = read(layout.ldt, 2);
  image.trap = size === 4 && (read(TSS_TRAP, 2) & 1) !== 0;
}

function saveOld(cpu: Cpu, reason: number): void {
  const { segments } = cpu;
  const layout = is32(segments.access[TR] as number) ? LAYOUT32 : LAYOUT16;
  const { size } = layout;
  const write = (offset: number, value: number, bytes: number): void => {
    const at = systemAddress(cpu, segments.base[TR] as number, 0, offset);
    if (bytes === 4) systemWrite32(cpu, at, value);
    else systemWrite16(cpu, at, value);
  };
  write(layout.ip, cpu.ip, size);
  write(layout.flags, reason === RETURN ? cpu.flags.value & ~NT : cpu.flags.value, size);
  for (let n = 0; n < 8; n++) write(layout.registers + size * n, cpu.r32[2 * n] as number, size);
  for (let n = 0; n < layout.segmentCount; n++)
    write(layout.segments + size * n, segments.selector[n] as number, 2);
}

/** Descriptors of the new task, in its own context: LDT, CS, SS, then the data segments. */
function loadState(cpu: Cpu): void {
  loadLdt(cpu);
  const { segments } = image;
  if ((image.flags & VM) !== 0) {
    for (let seg = ES; seg <= GS; seg++) loadV86(cpu, seg, segments[seg] as number);
    cpu.cpl = 3;
    updateMode(cpu);
    return;
  }
  const code = segments[CS] as number;
  // Until its descriptor was read the new task has the privilege that its CS asks for.
  cpu.cpl = code & 3;
  updateMode(cpu);
  loadCode(cpu, code);
  const stack = segments[SS] as number;
  const error = stack & 0xfffc;
  if (error === 0 || !readDescriptor(cpu, stack, found)) raise(TS, error);
  checkStack(stack, found, cpu.cpl, TS);
  markAccessed(cpu, found);
  setFromDescriptor(cpu, SS, stack, found);
  loadTaskData(cpu, DS);
  loadTaskData(cpu, ES);
  loadTaskData(cpu, FS);
  loadTaskData(cpu, GS);
}

function loadLdt(cpu: Cpu): void {
  const selector = image.ldt;
  const error = selector & 0xfffc;
  if (error === 0 && (selector & 4) === 0) return;
  if ((selector & 4) !== 0 || !readDescriptor(cpu, selector, found)) raise(TS, error);
  if ((found.high & SEGMENT) !== 0 || found.type !== LDT || !found.present) raise(TS, error);
  setFromDescriptor(cpu, LDTR, selector, found);
}

function loadCode(cpu: Cpu, selector: number): void {
  const error = selector & 0xfffc;
  if (error === 0 || !readDescriptor(cpu, selector, found) || !found.code) raise(TS, error);
  const rpl = selector & 3;
  if (found.conforming ? found.dpl > rpl : found.dpl !== rpl) raise(TS, error);
  if (!found.present) raise(NP, error);
  enterCode(cpu, selector, found, rpl);
}

function loadTaskData(cpu: Cpu, seg: number): void {
  const selector = image.segments[seg] as number;
  const error = selector & 0xfffc;
  if (error === 0) return;
  if (!readDescriptor(cpu, selector, found) || !found.readable) raise(TS, error);
  const free = found.code && found.conforming;
  if (!free && ((selector & 3) > found.dpl || cpu.cpl > found.dpl)) raise(TS, error);
  if (!found.present) raise(NP, error);
  markAccessed(cpu, found);
  setFromDescriptor(cpu, seg, selector, found);
}

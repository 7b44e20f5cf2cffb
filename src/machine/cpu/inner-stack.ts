/**
 * The stack of an inner ring, on its way in: chosen from the TSS and written to while the old stack is still loaded, so that
 * a fault leaves the processor as it was (SDM Vol. 3, 5.8.5 and 6.12.1).
 *
 *     openInner ──▶ innerPush … innerPush ──▶ enterInner (SS:ESP and, by the caller, CS)
 */
import type { Gva } from "../address.ts";
import { SS } from "../isa/instruction.ts";
import { type Cpu, TR } from "./cpu.ts";
import {
  ACCESS,
  ACCESSED,
  BIG,
  CONFORMING,
  Descriptor,
  markAccessed,
  readDescriptor,
  systemAddress,
  systemRead16,
  systemRead32,
  systemWrite16,
  systemWrite32,
} from "./descriptor.ts";
import { raise, SS_FAULT, TS } from "./fault.ts";
import { FRAME, writeFrame } from "./frame.ts";
import { ESP } from "./registers.ts";
import { checkStack, setSegment } from "./segments.ts";

const descriptor = new Descriptor();

/** The one stack being built. */
const inner = { selector: 0, base: 0, limit: 0, access: 0, mask: 0, sp: 0 };

/** Takes SS:ESP of a ring from the current TSS; #TS, #SS where they will not do. */
export function openInner(cpu: Cpu, level: number): void {
  const { base, limit, access, selector } = cpu.segments;
  const wide = ((access[TR] as number) & 0x0800) !== 0;
  const at = wide ? 8 * level + 4 : 4 * level + 2;
  if (at + (wide ? 7 : 3) > (limit[TR] as number)) raise(TS, (selector[TR] as number) & 0xfffc);
  const entry = systemAddress(cpu, base[TR] as number, 0, at);
  const sp = wide ? systemRead32(cpu, entry) : systemRead16(cpu, entry);
  const stack = systemRead16(cpu, (entry + (wide ? 4 : 2)) as Gva);
  const error = stack & 0xfffc;
  if (error === 0 || !readDescriptor(cpu, stack, descriptor)) raise(TS, error);
  checkStack(stack, descriptor, level, TS);
  inner.selector = stack;
  inner.base = descriptor.base;
  inner.limit = descriptor.limit;
  inner.access = (descriptor.high & ACCESS) | ACCESSED;
  inner.mask = (inner.access & BIG) === 0 ? 0xffff : -1;
  inner.sp = sp;
}

/** Pushes 2 or 4 bytes; #SS with the new stack's selector past its limit. */
export function innerPush(cpu: Cpu, size: number, value: number): void {
  const { mask, limit } = inner;
  const offset = (inner.sp - size) & mask;
  const last = (offset >>> 0) + size - 1;
  const outside =
    (inner.access & CONFORMING) === 0 ? last > limit >>> 0 : offset >>> 0 <= limit >>> 0 || last > mask >>> 0;
  if (outside) raise(SS_FAULT, inner.selector & 0xfffc);
  const at = ((inner.base + offset) | 0) as Gva;
  if (size === 4) systemWrite32(cpu, at, value);
  else systemWrite16(cpu, at, value);
  inner.sp = (inner.sp & ~mask) | offset;
}

/** Pushes the first `count` words of FRAME, of 2 or 4 bytes. */
export function innerFrame(cpu: Cpu, size: number, count: number): void {
  const { mask, limit } = inner;
  const bytes = size * count;
  const top = (inner.sp & mask) >>> 0;
  if ((inner.access & CONFORMING) === 0 && top >= bytes && top - 1 <= limit >>> 0) {
    const offset = (inner.sp - bytes) & mask;
    writeFrame(cpu, ((inner.base + offset) | 0) as Gva, size, count);
    inner.sp = (inner.sp & ~mask) | offset;
  } else for (let n = count - 1; n >= 0; n--) innerPush(cpu, size, FRAME[n] as number);
}

/** Makes it the stack. */
export function enterInner(cpu: Cpu): void {
  markAccessed(cpu, descriptor);
  setSegment(cpu, SS, inner.selector, inner.base, inner.limit, inner.access);
  if (inner.mask === -1) cpu.r32[ESP] = inner.sp;
  else cpu.r16[2 * ESP] = inner.sp;
}

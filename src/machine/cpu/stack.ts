/**
 * The stack: SS:SP, SS:ESP or RSP, by the B flag of SS and by 64-bit mode (SDM Vol. 1, 6.2.3).
 *
 *     poke(−8) poke(−4)   peek(0) peek(4)          An instruction that moves several values pokes or peeks them all
 *     ───────┬────────┬─▼─┬───────┬───────         beside the stack pointer, then moves it once: a fault in
 *            │        │ SP│       │                the middle leaves the pointer as it was.
 *
 * All raise #SS(0) where SS forbids the access, #PF where paging does.
 */
import type { Gva } from "../address.ts";
import { SS } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";
import { checkedAddress, linear64 } from "./operand.ts";
import { ESP } from "./registers.ts";

const TWO32 = 4294967296;

/** Linear address of `size` bytes at the stack pointer plus `displacement`, to be written. */
export function pokeAddress(cpu: Cpu, displacement: number, size: number): Gva {
  const sp = cpu.r32[ESP] as number;
  if (cpu.wide) return wideAddress(cpu, sp, displacement);
  const offset = (sp + displacement) & cpu.stackMask;
  if ((cpu.flatWrite >> SS) & 1) return offset as Gva;
  return checkedAddress(cpu, SS, offset, size, true);
}

/** The same, to be read. */
function peekAddress(cpu: Cpu, displacement: number, size: number): Gva {
  const sp = cpu.r32[ESP] as number;
  if (cpu.wide) return wideAddress(cpu, sp, displacement);
  const offset = (sp + displacement) & cpu.stackMask;
  if ((cpu.flatRead >> SS) & 1) return offset as Gva;
  return checkedAddress(cpu, SS, offset, size, false);
}

function wideAddress(cpu: Cpu, sp: number, displacement: number): Gva {
  const sum = (sp >>> 0) + displacement;
  return linear64(cpu, SS, sum | 0, ((cpu.r32[ESP + 1] as number) + Math.floor(sum / TWO32)) | 0);
}

/** Moves the stack pointer by a number of bytes within ±2³¹. */
export function moveSp(cpu: Cpu, displacement: number): void {
  const { r32 } = cpu;
  if (cpu.wide) {
    const sum = ((r32[ESP] as number) >>> 0) + displacement;
    r32[ESP + 1] = (r32[ESP + 1] as number) + Math.floor(sum / TWO32);
    r32[ESP] = sum;
  } else if (cpu.stackMask === -1) r32[ESP] = (r32[ESP] as number) + displacement;
  else cpu.r16[2 * ESP] = (r32[ESP] as number) + displacement;
}

/** Sets SP, ESP or RSP; `high` counts in 64-bit mode only. */
export function setSp(cpu: Cpu, low: number, high: number): void {
  const { r32 } = cpu;
  if (cpu.wide) {
    r32[ESP] = low;
    r32[ESP + 1] = high;
    return;
  }
  if (cpu.stackMask === -1) r32[ESP] = low;
  else cpu.r16[2 * ESP] = low;
  r32[ESP + 1] = 0;
}

export function poke16(cpu: Cpu, displacement: number, value: number): void {
  cpu.memory.write16(pokeAddress(cpu, displacement, 2), value);
}

export function poke32(cpu: Cpu, displacement: number, value: number): void {
  cpu.memory.write32(pokeAddress(cpu, displacement, 4), value);
}

export function poke64(cpu: Cpu, displacement: number, low: number, high: number): void {
  cpu.memory.write64(pokeAddress(cpu, displacement, 8), low, high);
}

/** Zero-extended. */
export function peek16(cpu: Cpu, displacement: number): number {
  return cpu.memory.read16(peekAddress(cpu, displacement, 2));
}

/** An int32. */
export function peek32(cpu: Cpu, displacement: number): number {
  return cpu.memory.read32(peekAddress(cpu, displacement, 4));
}

/** The low half; the high half is left in cpu.high. */
export function peek64(cpu: Cpu, displacement: number): number {
  const low = cpu.memory.read64(peekAddress(cpu, displacement, 8));
  cpu.high = cpu.memory.high;
  return low;
}

export function push16(cpu: Cpu, value: number): void {
  poke16(cpu, -2, value);
  moveSp(cpu, -2);
}

export function push32(cpu: Cpu, value: number): void {
  poke32(cpu, -4, value);
  moveSp(cpu, -4);
}

export function push64(cpu: Cpu, low: number, high: number): void {
  poke64(cpu, -8, low, high);
  moveSp(cpu, -8);
}

/** Zero-extended. */
export function pop16(cpu: Cpu): number {
  const value = peek16(cpu, 0);
  moveSp(cpu, 2);
  return value;
}

/** An int32. */
export function pop32(cpu: Cpu): number {
  const value = peek32(cpu, 0);
  moveSp(cpu, 4);
  return value;
}

/** The low half; the high half is left in cpu.high. */
export function pop64(cpu: Cpu): number {
  const low = peek64(cpu, 0);
  moveSp(cpu, 8);
  return low;
}

/** Writes by operand size; the high half counts for 8 bytes only. */
export function poke(cpu: Cpu, size: number, displacement: number, low: number, high: number): void {
  if (size === 4) poke32(cpu, displacement, low);
  else if (size === 2) poke16(cpu, displacement, low);
  else poke64(cpu, displacement, low, high);
}

/** Pushes by operand size (2, 4 or 8 bytes). */
export function push(cpu: Cpu, size: number, low: number, high: number): void {
  if (size === 4) push32(cpu, low);
  else if (size === 2) push16(cpu, low);
  else push64(cpu, low, high);
}

/** Reads by operand size; of 8 bytes the high half is left in cpu.high, otherwise cpu.high is 0. */
export function peek(cpu: Cpu, size: number, displacement: number): number {
  if (size === 8) return peek64(cpu, displacement);
  cpu.high = 0;
  return size === 4 ? peek32(cpu, displacement) : peek16(cpu, displacement);
}

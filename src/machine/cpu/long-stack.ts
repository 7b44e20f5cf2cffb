/**
 * Stacks of IA-32e mode on the way into the kernel: 64 bits wide even when compatibility code is interrupted, so that they
 * are written by linear address and not through SS. The caller has told the memory that wide addresses come.
 */
import type { Gva } from "../address.ts";
import { type Cpu, TR } from "./cpu.ts";
import { systemAddress, systemRead32, systemWrite32 } from "./descriptor.ts";
import { raise, SS_FAULT, TS } from "./fault.ts";
import { ESP } from "./registers.ts";

const TWO32 = 4294967296;

/** Whether the upper half makes an address canonical (SDM Vol. 1, 3.3.7.1). */
export function canonical(high: number): boolean {
  return high >> 15 === high >> 31;
}

/** A stack pointer of the TSS; #TS outside of it, #SS where the pointer is not canonical. */
export function stackFromTss(cpu: Cpu, offset: number): number {
  const { base, baseHigh, limit, selector } = cpu.segments;
  if (offset + 7 > (limit[TR] as number)) raise(TS, (selector[TR] as number) & 0xfffc);
  const at = systemAddress(cpu, base[TR] as number, baseHigh[TR] as number, offset);
  const low = systemRead32(cpu, at);
  const high = systemRead32(cpu, (at + 4) as Gva);
  if (!canonical(high)) raise(SS_FAULT);
  return high * TWO32 + (low >>> 0);
}

export function currentSp(cpu: Cpu): number {
  const high = cpu.r32[ESP + 1] as number;
  if (!canonical(high)) raise(SS_FAULT);
  return high * TWO32 + ((cpu.r32[ESP] as number) >>> 0);
}

export function setLongSp(cpu: Cpu, sp: number): void {
  cpu.r32[ESP] = sp % TWO32;
  cpu.r32[ESP + 1] = Math.floor(sp / TWO32);
}

/** `user`: the code that goes on is of CPL 3, and so is the access; it can only come from CPL 3. */
export function writeLong(cpu: Cpu, user: boolean, at: Gva, low: number, high: number): void {
  if (user) cpu.memory.write64(at, low, high);
  else {
    systemWrite32(cpu, at, low);
    systemWrite32(cpu, (at + 4) as Gva, high);
  }
}

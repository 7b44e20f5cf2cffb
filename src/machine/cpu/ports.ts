/** Whether a program may use a port: IOPL, then the I/O permission bitmap of the TSS (SDM Vol. 1, 19.5). */
import type { Gva } from "../address.ts";
import { type Cpu, TR } from "./cpu.ts";
import { systemAddress, systemRead16 } from "./descriptor.ts";
import { GP, raise } from "./fault.ts";

/** Where the bitmap's offset stands in a 32- or 64-bit TSS. */
const IO_MAP = 102;

/** #GP(0) when one of `size` ports is not allowed. */
export function checkPorts(cpu: Cpu, port: number, size: number): void {
  if (!cpu.protectedMode) return;
  const iopl = (cpu.flags.eflags >> 12) & 3;
  if (cpu.cpl <= iopl && !cpu.v86) return;
  const { base, baseHigh, limit, access } = cpu.segments;
  const end = limit[TR] as number;
  // A 16-bit TSS has no bitmap.
  if (((access[TR] as number) & 0x0800) === 0 || end < IO_MAP + 1) raise(GP);
  const tss = systemAddress(cpu, base[TR] as number, baseHigh[TR] as number, 0);
  // Always two bytes, so that four ports across a byte's end are seen.
  const at = systemRead16(cpu, (tss + IO_MAP) as Gva) + (port >> 3);
  if (at + 1 > end) raise(GP);
  const map = systemRead16(cpu, (tss + at) as Gva) >> (port & 7);
  if ((map & ((1 << size) - 1)) !== 0) raise(GP);
}

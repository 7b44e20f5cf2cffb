/** What CPUID says to a guest that asks the monitor: the processor's answer, less what a guest cannot have, and the monitor's name. */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { cpuid } from "../../../machine/cpu/cpuid.ts";

const HYPERVISOR = 1 << 31;
const FIRST = 0x40000000;
const LAST = 0x40000001;
const NAME = "XenVMMXenVMM";
const VERSION = 0x00030000;
/** VME, PSE, SEP, MTRR, PGE: of the monitor's, or not offered. */
const WITHHELD = (1 << 1) | (1 << 3) | (1 << 11) | (1 << 12) | (1 << 13);

const word = (at: number): number =>
  [3, 2, 1, 0].reduce((value, n) => (value << 8) | NAME.charCodeAt(at + n), 0);

/** EAX, EBX, ECX, EDX of a leaf. `cpu` is P. */
export function guestCpuid(cpu: Cpu, leaf: number, index: number): readonly [number, number, number, number] {
  if (leaf === FIRST) return [LAST, word(0), word(4), word(8)];
  if (leaf === LAST) return [VERSION, 0, 0, 0];
  const [eax, ebx, ecx, edx] = cpuid(cpu, leaf, index);
  return leaf === 1 ? [eax, ebx, ecx | HYPERVISOR, edx & ~WITHHELD] : [eax, ebx, ecx, edx];
}

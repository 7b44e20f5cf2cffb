/** What CPUID says to a guest that asks the monitor: P's answer, less what a paravirtual guest cannot have, and the monitor's name. */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { cpuid } from "../../../machine/cpu/cpuid.ts";
import { type Leaf, RINGLAB, withHypervisor } from "../../../machine/cpu/model.ts";

const VERSION = 0x00030000;
const { hypervisor: LEAVES = [] } = withHypervisor(RINGLAB, "XenVMMXenVMM", [VERSION, 0, 0, 0]);
const FIRST_LEAF = 0x40000000;
const HYPERVISOR = 1 << 31;
/** VME, PSE, SEP, MTRR, PGE: the monitor's own, or not offered. */
const WITHHELD = (1 << 1) | (1 << 3) | (1 << 11) | (1 << 12) | (1 << 13);

/** EAX, EBX, ECX, EDX of a leaf. `cpu` is P. */
export function guestCpuid(cpu: Cpu, leaf: number, index: number): Leaf {
  const own = LEAVES[leaf - FIRST_LEAF];
  if (own !== undefined) return own;
  const [eax, ebx, ecx, edx] = cpuid(cpu, leaf, index);
  return leaf === 1 ? [eax, ebx, ecx | HYPERVISOR, edx & ~WITHHELD] : [eax, ebx, ecx, edx];
}

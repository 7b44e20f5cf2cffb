/** What CPUID says to a guest that asks the monitor: P's answer, less what a paravirtual guest cannot have, and the monitor's name. */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { cpuid } from "../../../machine/cpu/cpuid.ts";
import { type Leaf, RINGLAB, withHypervisor } from "../../../machine/cpu/model.ts";
import { EAX, EBX, ECX, EDX } from "../../../machine/cpu/registers.ts";
import { CS } from "../../../machine/isa/instruction.ts";
import { BadPointer, type GuestMemory } from "./guest-memory.ts";

/** On ring 1 CPUID does not trap, UD2 does: UD2, "xen", CPUID. */
const QUESTION = [0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2];

const VERSION = 0x00030000;
const { hypervisor: LEAVES = [] } = withHypervisor(RINGLAB, "XenVMMXenVMM", [VERSION, 0, 0, 0]);
const FIRST_LEAF = 0x40000000;
const HYPERVISOR = 1 << 31;
/** VME, PSE, SEP, MTRR, PGE: the monitor's own, or not offered. */
const WITHHELD = (1 << 1) | (1 << 3) | (1 << 11) | (1 << 12) | (1 << 13);

/** EAX, EBX, ECX, EDX of a leaf. */
function guestCpuid(cpu: Cpu, leaf: number, index: number): Leaf {
  const own = LEAVES[leaf - FIRST_LEAF];
  if (own !== undefined) return own;
  const [eax, ebx, ecx, edx] = cpuid(cpu, leaf, index);
  return leaf === 1 ? [eax, ebx, ecx | HYPERVISOR, edx & ~WITHHELD] : [eax, ebx, ecx, edx];
}

/** Answers when what raised #UD on P is the question. */
export function answerCpuid(cpu: Cpu, memory: GuestMemory): boolean {
  const linear = ((cpu.segments.base[CS] as number) + cpu.ip) >>> 0;
  try {
    if (QUESTION.some((byte, n) => memory.read8(linear + n) !== byte)) return false;
  } catch (error) {
    if (!(error instanceof BadPointer)) throw error;
    return false;
  }
  const { r32 } = cpu;
  const answer = guestCpuid(cpu, (r32[EAX] as number) >>> 0, (r32[ECX] as number) >>> 0);
  for (const [n, register] of [EAX, EBX, ECX, EDX].entries()) r32[register] = answer[n] as number;
  cpu.ip = (cpu.ip + QUESTION.length) | 0;
  return true;
}

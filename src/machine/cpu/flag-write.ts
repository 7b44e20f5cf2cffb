/** Writing EFLAGS as an instruction does: some bits have consequences outside of the register. */
import type { Cpu } from "./cpu.ts";
import { AC, IF, RF, TF } from "./flags.ts";

/** Replaces the bits of the mask. */
export function writeFlags(cpu: Cpu, value: number, mask: number): void {
  const { flags } = cpu;
  const before = flags.value;
  flags.value = (before & ~mask) | (value & mask);
  flagsWritten(cpu, before);
}

/**
 * After EFLAGS was written: alignment checks and SMAP follow AC; an interrupt that waited for IF and a single step make the
 * interpreter look up before the next instruction, RF when it looks for that one's page.
 */
export function flagsWritten(cpu: Cpu, before: number): void {
  const { eflags } = cpu.flags;
  cpu.memory.ac = (eflags & AC) !== 0;
  if ((eflags & RF) !== 0) cpu.window.size = 0;
  if ((eflags & TF) !== 0 || ((eflags & ~before & IF) !== 0 && awaited(cpu))) cpu.clock.attend();
}

function awaited(cpu: Cpu): boolean {
  return cpu.irq.pending() || (cpu.guest?.awaitsWindow ?? false);
}

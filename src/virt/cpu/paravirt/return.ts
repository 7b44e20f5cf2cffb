/**
 * The hypercall IRET (23): for what the processor's own IRET cannot do on ring 1, change the virtual interrupt flag and return as one. On
 * the guest's stack, upwards: EAX, EIP, CS, EFLAGS, and for ring 3 ESP, SS. It has no result, since it returns elsewhere.
 */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { IF, NT } from "../../../machine/cpu/flags.ts";
import { EAX, ESP } from "../../../machine/cpu/registers.ts";
import { interruptReturn } from "../../../machine/cpu/transfer/return.ts";
import { SS } from "../../../machine/isa/instruction.ts";
import { BadPointer, type GuestMemory } from "./guest-memory.ts";
import type { SharedVcpu } from "./vcpu.ts";

export const IRET = 23;

/** False when the frame is not one that ring 1 may return through: nothing has changed then. */
export function returnFromHandler(cpu: Cpu, memory: GuestMemory, vcpu: SharedVcpu): boolean {
  const { r32, segments, flags } = cpu;
  const sp = r32[ESP] as number;
  const stack = (segments.base[SS] as number) + sp;
  try {
    const eax = memory.read32(stack);
    const image = memory.read32(stack + 12);
    r32[ESP] = (sp + 4) | 0;
    flags.eflags &= ~NT;
    interruptReturn(cpu, 4);
    r32[EAX] = eax;
    vcpu.mask = (image & IF) === 0;
    return true;
  } catch (error) {
    if (error !== FAULT && !(error instanceof BadPointer)) throw error;
    r32[ESP] = sp;
    return false;
  }
}

/** Delivery of exceptions and interrupts: the seam between the interpreter and the modes' own rules. */
import type { Gva } from "../address.ts";
import type { Cpu } from "./cpu.ts";
import { DB, FAULT } from "./fault.ts";
import { IF, TF } from "./flags.ts";
import { push16 } from "./stack.ts";

/** The exception in FAULT; ip is that of the instruction that faulted. */
export function deliverFault(cpu: Cpu): void {
  real(cpu, FAULT.vector);
}

/** An external interrupt; ip is that of the next instruction. */
export function deliverInterrupt(cpu: Cpu, vector: number): void {
  real(cpu, vector);
}

/** #DB after an instruction that began with TF set. */
export function deliverSingleStep(cpu: Cpu): void {
  real(cpu, DB);
}

/** Real mode: FLAGS, CS and IP on the stack, CS:IP from the vector table (SDM Vol. 3, 20.1.4). */
function real(cpu: Cpu, vector: number): void {
  const { segments, memory, flags } = cpu;
  push16(cpu, flags.value);
  push16(cpu, segments.selector[1] as number);
  push16(cpu, cpu.ip);
  flags.assign(IF | TF, 0);
  const entry = (cpu.idtr.base + 4 * vector) as Gva;
  cpu.ip = memory.systemRead16(entry);
  const selector = memory.systemRead16((entry + 2) as Gva);
  segments.selector[1] = selector;
  segments.base[1] = selector << 4;
  cpu.window.size = 0;
}

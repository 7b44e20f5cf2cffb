/** Real mode: FLAGS, CS and IP on the stack, CS:IP from the vector table (SDM Vol. 3, 20.1.4). */
import type { Gva } from "../../address.ts";
import { CS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import { systemAddress, systemRead16 } from "../descriptor.ts";
import { GP, raise } from "../fault.ts";
import { AC, IF, RF, TF } from "../flags.ts";
import { loadReal, updateCode } from "../segments.ts";
import { moveSp, poke16 } from "../stack.ts";

export function deliverReal(cpu: Cpu, vector: number): void {
  const { idtr, flags, segments } = cpu;
  if (4 * vector + 3 > idtr.limit) raise(GP, (vector << 3) | 2);
  const entry = systemAddress(cpu, idtr.base, 0, 4 * vector);
  const ip = systemRead16(cpu, entry);
  const selector = systemRead16(cpu, (entry + 2) as Gva);
  poke16(cpu, -2, flags.value);
  poke16(cpu, -4, segments.selector[CS] as number);
  poke16(cpu, -6, cpu.ip);
  moveSp(cpu, -6);
  flags.eflags &= ~(IF | TF | AC | RF);
  cpu.memory.ac = false;
  loadReal(cpu, CS, selector);
  cpu.ip = ip;
  updateCode(cpu);
}

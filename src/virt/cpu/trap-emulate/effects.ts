/** A component's emulation, carried out on V. */
import { writeCr0, writeCr3 } from "../../../machine/cpu/control.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { FAULT, fault } from "../../../machine/cpu/fault.ts";
import { writeFlags } from "../../../machine/cpu/flag-write.ts";
import { ALL_FLAGS, VM } from "../../../machine/cpu/flags.ts";
import { moveSp, poke32 } from "../../../machine/cpu/stack.ts";
import { type Effects, GENERAL, type Raised } from "./component.ts";

/** False when V meets a fault instead, which is in FAULT then; nothing has changed. */
export function carryOut(cpu: Cpu, effects: Effects | Raised): boolean {
  if ("fault" in effects) {
    fault(effects.fault.vector, effects.fault.error ?? 0);
    return false;
  }
  try {
    if (effects.push !== undefined) poke32(cpu, -4, effects.push | 0);
    if (effects.cr0 !== undefined) writeCr0(cpu, effects.cr0 | 0, 0);
    if (effects.cr3 !== undefined) writeCr3(cpu, effects.cr3 | 0, 0);
  } catch (raised) {
    if (raised !== FAULT) throw raised;
    return false;
  }
  if (effects.push !== undefined) moveSp(cpu, -4);
  for (const [n, name] of GENERAL.entries()) {
    const value = effects.registers?.[name];
    if (value !== undefined) cpu.r32[2 * n] = value;
  }
  if (effects.cr2 !== undefined) cpu.cr2 = (effects.cr2 | 0) as Cpu["cr2"];
  if (effects.eflags !== undefined) writeFlags(cpu, effects.eflags | 0, ALL_FLAGS & ~VM);
  cpu.ip = effects.eip | 0;
  cpu.shadow = effects.shadow === true;
  if (effects.halt === true) {
    cpu.halted = true;
    cpu.clock.attend();
  }
  return true;
}

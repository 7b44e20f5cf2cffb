/** INT n, INT3, INTO and INT1 of a program that P executes directly: through V's gate. */
import type { Gva } from "../../../machine/address.ts";
import { deliverFault, softwareInterrupt } from "../../../machine/cpu/deliver/deliver.ts";
import { PRIVILEGED_SOFTWARE, SOFTWARE, SOFTWARE_EXCEPTION } from "../../../machine/cpu/deliver/event.ts";
import { BP, DB, FAULT, OF } from "../../../machine/cpu/fault.ts";
import { instructionAddress, peek } from "../../../machine/debug/look.ts";
import type { Machine } from "../../../machine/machine.ts";

/** V stands behind the instruction. A gate that forbids it is a fault of the instruction. */
export function programInterrupt(machine: Machine, vector: number): void {
  const { cpu } = machine;
  const last = peek(machine, (instructionAddress(machine) - 1) as Gva, 1)[0];
  const [length, kind] = form(last, vector);
  try {
    softwareInterrupt(cpu, kind, vector);
  } catch (error) {
    if (error !== FAULT) throw error;
    cpu.ip = (cpu.ip - length) | 0;
    deliverFault(cpu);
  }
  cpu.skipsStep = false;
}

/** Bytes and kind of the instruction, by its last byte; prefixes, which do nothing, are not seen. */
function form(last: number | undefined, vector: number): [length: number, kind: number] {
  if (last === 0xcc && vector === BP) return [1, SOFTWARE_EXCEPTION];
  if (last === 0xce && vector === OF) return [1, SOFTWARE_EXCEPTION];
  if (last === 0xf1 && vector === DB) return [1, PRIVILEGED_SOFTWARE];
  return [2, SOFTWARE];
}

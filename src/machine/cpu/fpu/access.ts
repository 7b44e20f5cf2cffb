/** What x87 instructions do before and after: pending exceptions, the last-instruction pointers, memory operands. */
import type { Gva } from "../../address.ts";
import { CS } from "../../isa/instruction.ts";
import { ensure } from "../access.ts";
import { type Cpu, CR0 } from "../cpu.ts";
import { MF, raise } from "../fault.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { offset32, offset64, readAddress, writeAddress } from "../operand.ts";

/**
 * An unmasked exception of an earlier instruction is reported now: by #MF, or with CR0.NE = 0 through the FERR# pin to the
 * interrupt controller (SDM Vol. 1, 8.7).
 */
export function reportPending(cpu: Cpu): void {
  if (!cpu.fpu.pending) return;
  if ((cpu.cr0 & CR0.NE) !== 0) raise(MF);
  cpu.fpu.ferr();
}

/** x87 semantics; op.imm2 becomes the low three bits of the opcode, which FNSTENV wants. */
export function escapes(semantics: Semantics): Semantics {
  return Object.fromEntries(
    Object.entries(semantics).map(([mnemonic, binder]): [string, Binder] => [
      mnemonic,
      (op, cpu) => {
        op.imm2 = Number.parseInt(op.row.opcode, 16) & 7;
        return binder(op, cpu);
      },
    ]),
  );
}

/** At the start of every instruction that is not a control instruction. FNSTENV and FNSAVE will show where it was. */
export function begin(cpu: Cpu, op: Op): void {
  reportPending(cpu);
  const { fpu } = cpu;
  // Within a run ip stands at the run's end (run.ts).
  fpu.ip = (cpu.ip - op.runBytes) | 0;
  fpu.ipHigh = cpu.ipHigh;
  fpu.cs = cpu.segments.selector[CS] as number;
  fpu.opcode = (op.imm2 << 8) | op.modrm;
}

function point(cpu: Cpu, op: Op): void {
  const { fpu } = cpu;
  fpu.dp = cpu.wide ? offset64(cpu, op) : offset32(cpu, op);
  fpu.dpHigh = cpu.wide ? cpu.high : 0;
  fpu.ds = cpu.segments.selector[op.seg] as number;
}

/** begin, for an instruction that reads memory: its operand's linear address. */
export function beginRead(cpu: Cpu, op: Op, size: number): Gva {
  reportPending(cpu);
  const at = readAddress(cpu, op, size);
  ensure(cpu, at, size, false);
  begin(cpu, op);
  point(cpu, op);
  return at;
}

/** begin, for one that writes it: that it can be written is made sure of, so that nothing can fault any more. */
export function beginWrite(cpu: Cpu, op: Op, size: number): Gva {
  reportPending(cpu);
  const at = writeAddress(cpu, op, size);
  ensure(cpu, at, size, true);
  begin(cpu, op);
  point(cpu, op);
  return at;
}

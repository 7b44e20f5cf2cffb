/** x87 control: FNINIT, control and status words, FNSTENV, FNSAVE and back, FWAIT. */
import type { Gva } from "../../address.ts";
import type { Cpu } from "../cpu.ts";
import { begin, escapes, reportPending } from "../fpu/access.ts";
import {
  controlWord,
  environmentSize,
  readEnvironment,
  readRegisters,
  writeEnvironment,
  writeRegisters,
} from "../fpu/image.ts";
import type { Op, Semantics } from "../op.ts";
import { readAddress, writeAddress } from "../operand.ts";

const ALL_MASKED = 0x3f;
const REGISTERS = 80;

function fninit(cpu: Cpu): void {
  cpu.fpu.init();
}

function fnclex(cpu: Cpu): void {
  cpu.fpu.clearExceptions();
}

function fldcw(cpu: Cpu, op: Op): void {
  reportPending(cpu);
  cpu.fpu.control = controlWord(cpu.memory.read16(readAddress(cpu, op, 2)));
  cpu.fpu.summarize();
}

function fnstcw(cpu: Cpu, op: Op): void {
  cpu.memory.write16(writeAddress(cpu, op, 2), cpu.fpu.control);
}

function fnstsw(cpu: Cpu, op: Op): void {
  cpu.memory.write16(writeAddress(cpu, op, 2), cpu.fpu.status);
}

function fnstswAX(cpu: Cpu): void {
  cpu.r16[0] = cpu.fpu.status;
}

function fnstenv(cpu: Cpu, op: Op): void {
  const size = environmentSize(op.size);
  const at = writeAddress(cpu, op, size);
  cpu.memory.probe(at, size, true);
  writeEnvironment(cpu, at, op.size);
  cpu.fpu.control |= ALL_MASKED;
  cpu.fpu.summarize();
}

function fldenv(cpu: Cpu, op: Op): void {
  reportPending(cpu);
  const size = environmentSize(op.size);
  const at = readAddress(cpu, op, size);
  cpu.memory.probe(at, size, false);
  readEnvironment(cpu, at, op.size);
}

function fnsave(cpu: Cpu, op: Op): void {
  const size = environmentSize(op.size);
  const at = writeAddress(cpu, op, size + REGISTERS);
  cpu.memory.probe(at, size + REGISTERS, true);
  writeEnvironment(cpu, at, op.size);
  writeRegisters(cpu, (at + size) as Gva, 10);
  cpu.fpu.init();
}

function frstor(cpu: Cpu, op: Op): void {
  reportPending(cpu);
  const size = environmentSize(op.size);
  const at = readAddress(cpu, op, size + REGISTERS);
  cpu.memory.probe(at, size + REGISTERS, false);
  readEnvironment(cpu, at, op.size);
  readRegisters(cpu, (at + size) as Gva, 10);
}

function fnop(cpu: Cpu, op: Op): void {
  begin(cpu, op);
}

/** FNENI, FNDISI, FNSETPM: of the 8087 and the 80287. */
function nothing(): void {}

export const X87_CONTROL: Semantics = escapes({
  fninit: () => fninit,
  fnclex: () => fnclex,
  fldcw: () => fldcw,
  fnstcw: () => fnstcw,
  fnstsw: (op) => (op.row.operands[0] === "AX" ? fnstswAX : fnstsw),
  fnstenv: () => fnstenv,
  fldenv: () => fldenv,
  fnsave: () => fnsave,
  frstor: () => frstor,
  fwait: () => reportPending,
  fnop: () => fnop,
  fneni: () => nothing,
  fndisi: () => nothing,
  fnsetpm: () => nothing,
});

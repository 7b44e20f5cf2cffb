/** Operands of x87 arithmetic, and what becomes of NaNs. Of a NaN the 80 bits are left in PARTS (extended.ts). */
import type { Cpu } from "../cpu.ts";
import type { Op } from "../op.ts";
import { beginRead } from "./access.ts";
import { doubleOf, doubleToExtended, PARTS, singleOf, singleToExtended } from "./extended.ts";
import { C1, type Fpu, IE } from "./fpu.ts";

/** The double of ST(i) as an operand; of a NaN also its 80 bits, into PARTS. */
export function operand(fpu: Fpu, i: number): number {
  const value = fpu.value(i);
  if (Number.isNaN(value)) fpu.parts(i);
  return value;
}

export function single(cpu: Cpu, op: Op): number {
  const word = cpu.memory.read32(beginRead(cpu, op, 4));
  const value = singleOf(word);
  if (Number.isNaN(value)) {
    if ((word & 0x400000) === 0) cpu.fpu.except(IE);
    singleToExtended(word);
  }
  return value;
}

export function double(cpu: Cpu, op: Op): number {
  const low = cpu.memory.read64(beginRead(cpu, op, 8));
  const { high } = cpu.memory;
  const value = doubleOf(low, high);
  if (Number.isNaN(value)) {
    if ((high & 0x80000) === 0) cpu.fpu.except(IE);
    doubleToExtended(low, high);
  }
  return value;
}

export function integerOperand(cpu: Cpu, op: Op): number {
  const at = beginRead(cpu, op, op.size);
  return op.size === 2 ? (cpu.memory.read16(at) << 16) >> 16 : cpu.memory.read32(at);
}

/** A NaN operand is the result; of two, the one with the larger significand (SDM Vol. 1, table 4-7). */
export function propagate(fpu: Fpu, i: number, first: boolean, second: boolean): void {
  const { low, high, exponent } = PARTS;
  fpu.setConditions(C1, 0);
  if (first) {
    fpu.parts(i);
    const larger = PARTS.high >>> 0 > high >>> 0 || (PARTS.high === high && PARTS.low >>> 0 >= low >>> 0);
    if (!second || larger) {
      fpu.putExact(i, PARTS.low, PARTS.high, PARTS.exponent);
      return;
    }
  }
  fpu.putExact(i, low, high, exponent);
}

/** x87 integers and packed decimals: FILD FIST FISTP FISTTP FBLD FBSTP. Integers of 64 bits are exact. */
import type { Gva } from "../../address.ts";
import type { Cpu } from "../cpu.ts";
import { beginRead, beginWrite, escapes } from "../fpu/access.ts";
import { extendedToInteger, PARTS, roundInteger, TRUNCATE } from "../fpu/extended.ts";
import { C1, IE, PE } from "../fpu/fpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";

function fild(cpu: Cpu, op: Op): void {
  const at = beginRead(cpu, op, op.size);
  const { memory } = cpu;
  if (op.size === 8) {
    const low = memory.read64(at);
    cpu.fpu.pushInteger(low, memory.high);
    return;
  }
  const value = op.size === 2 ? (memory.read16(at) << 16) >> 16 : memory.read32(at);
  cpu.fpu.pushInteger(value, value >> 31);
}

/** What an integer that does not fit is stored as: the sign bit alone, with the invalid exception. */
function storeInteger(cpu: Cpu, op: Op, mode: number): void {
  const at = beginWrite(cpu, op, op.size);
  const { fpu, memory } = cpu;
  if (!fpu.holds(0)) return;
  const value = fpu.value(0);
  const limit = 2 ** (8 * op.size - 1);
  const rounded = roundInteger(value, mode);
  fpu.setConditions(C1, 0);
  // An exact integer of 64 bits may round up to 2^63 as a double.
  const exact = op.size === 8 && Math.abs(rounded) >= 2 ** 53 && Math.abs(rounded) <= limit;
  let low = rounded | 0;
  let high = Math.floor(rounded / 4294967296) | 0;
  let fits = rounded < limit && rounded >= -limit;
  if (exact) {
    fpu.parts(0);
    const whole = extendedToInteger(PARTS.low, PARTS.high, PARTS.exponent, mode);
    fits = BigInt.asIntN(64, whole) === whole;
    low = Number(BigInt.asIntN(32, whole));
    high = Number(BigInt.asIntN(32, whole >> 32n));
  }
  if (!fits) {
    if (!fpu.except(IE)) return;
    low = op.size === 8 ? 0 : op.size === 4 ? 0x80000000 | 0 : 0x8000;
    high = 0x80000000 | 0;
  } else if (rounded !== value && !exact) fpu.except(PE);
  if (op.size === 8) memory.write64(at, low, high);
  else if (op.size === 4) memory.write32(at, low);
  else memory.write16(at, low);
  if (op.kind > 0) fpu.pop();
}

function fist(cpu: Cpu, op: Op): void {
  storeInteger(cpu, op, cpu.fpu.rounding);
}

function fisttp(cpu: Cpu, op: Op): void {
  storeInteger(cpu, op, TRUNCATE);
}

/** Eighteen decimal digits, two a byte, lowest first, and the sign in the tenth byte. */
function fbld(cpu: Cpu, op: Op): void {
  const at = beginRead(cpu, op, 10);
  let digits = 0n;
  for (let byte = 8; byte >= 0; byte--) {
    const pair = cpu.memory.read8((at + byte) as Gva);
    digits = digits * 100n + BigInt((pair >> 4) * 10 + (pair & 15));
  }
  const negative = (cpu.memory.read8((at + 9) as Gva) & 0x80) !== 0;
  const { fpu } = cpu;
  fpu.pushInteger(Number(BigInt.asIntN(32, digits)), Number(BigInt.asIntN(32, digits >> 32n)));
  if (negative) fpu.setSign(0, true);
}

const MOST_DIGITS = 10n ** 18n;

function fbstp(cpu: Cpu, op: Op): void {
  const at = beginWrite(cpu, op, 10);
  const { fpu, memory } = cpu;
  if (!fpu.holds(0)) return;
  const negative = fpu.signOf(0);
  const value = fpu.value(0);
  let magnitude = MOST_DIGITS;
  if (Number.isFinite(value)) {
    fpu.parts(0);
    const whole = extendedToInteger(PARTS.low, PARTS.high, PARTS.exponent, fpu.rounding);
    magnitude = whole < 0n ? -whole : whole;
  }
  if (magnitude >= MOST_DIGITS) {
    if (!fpu.except(IE)) return;
    // The packed BCD indefinite.
    memory.write64(at, 0, 0xc0000000 | 0);
    memory.write16((at + 8) as Gva, 0xffff);
  } else {
    for (let byte = 0; byte < 9; byte++) {
      const pair = Number(magnitude % 100n);
      magnitude /= 100n;
      memory.write8((at + byte) as Gva, (Math.floor(pair / 10) << 4) | (pair % 10));
    }
    memory.write8((at + 9) as Gva, negative ? 0x80 : 0);
  }
  fpu.pop();
}

const storingInteger =
  (pops: number): Binder =>
  (op) => {
    op.kind = pops;
    return fist;
  };

export const X87_INTEGER: Semantics = escapes({
  fild: () => fild,
  fist: storingInteger(0),
  fistp: storingInteger(1),
  fisttp: (op) => {
    op.kind = 1;
    return fisttp;
  },
  fbld: () => fbld,
  fbstp: () => fbstp,
});

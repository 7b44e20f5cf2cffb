/** x87 loads, stores, exchanges, constants and signs: no arithmetic, so all 80 bits go where they go. */
import type { Gva } from "../../address.ts";
import type { Cpu } from "../cpu.ts";
import { begin, beginRead, beginWrite, escapes } from "../fpu/access.ts";
import { bitsOfSingle, extendedToInteger, PARTS, roundInteger, TRUNCATE } from "../fpu/extended.ts";
import { C1, type Fpu, IE, OE, PE } from "../fpu/fpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";

function loadSingle(cpu: Cpu, op: Op): void {
  const at = beginRead(cpu, op, 4);
  cpu.fpu.pushSingle(cpu.memory.read32(at));
}

function loadDouble(cpu: Cpu, op: Op): void {
  const at = beginRead(cpu, op, 8);
  const low = cpu.memory.read64(at);
  cpu.fpu.pushDouble(low, cpu.memory.high);
}

function loadExtended(cpu: Cpu, op: Op): void {
  const at = beginRead(cpu, op, 10);
  readExtended(cpu, at);
  cpu.fpu.pushParts();
}

/** The ten bytes at an address into PARTS. */
export function readExtended(cpu: Cpu, at: Gva): void {
  const { memory } = cpu;
  PARTS.low = memory.read64(at);
  PARTS.high = memory.high;
  PARTS.exponent = memory.read16((at + 8) as Gva);
}

export function writeExtended(cpu: Cpu, at: Gva): void {
  cpu.memory.write64(at, PARTS.low, PARTS.high);
  cpu.memory.write16((at + 8) as Gva, PARTS.exponent);
}

function loadRegister(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(op.rm & 7)) return;
  fpu.parts(op.rm & 7);
  fpu.pushParts();
}

const fld: Binder = (op) => {
  const first = op.row.operands[0];
  if (first === "Md") return loadSingle;
  return first === "Mq" ? loadDouble : first === "Mt" ? loadExtended : loadRegister;
};

/** op.kind: how many pops follow. */
function storeSingle(cpu: Cpu, op: Op): void {
  const at = beginWrite(cpu, op, 4);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  const value = fpu.value(0);
  const single = Math.fround(value);
  fpu.setConditions(C1, 0);
  if (!Number.isNaN(value) && single !== value) {
    if (Number.isFinite(value) && !Number.isFinite(single) && !fpu.except(OE)) return;
    fpu.except(PE);
  }
  cpu.memory.write32(at, !Number.isNaN(value) ? bitsOfSingle(value) : fpu.singleNan(0));
  if (op.kind > 0) fpu.pop();
}

function storeDouble(cpu: Cpu, op: Op): void {
  const at = beginWrite(cpu, op, 8);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  fpu.setConditions(C1, 0);
  fpu.doubleBits(0);
  cpu.memory.write64(at, PARTS.low, PARTS.high);
  if (op.kind > 0) fpu.pop();
}

function storeExtended(cpu: Cpu, op: Op): void {
  const at = beginWrite(cpu, op, 10);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  fpu.setConditions(C1, 0);
  fpu.parts(0);
  writeExtended(cpu, at);
  fpu.pop();
}

function storeRegister(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (!fpu.holds(0)) return;
  fpu.copy(op.rm & 7, 0);
  if (op.kind > 0) fpu.pop();
}

const storing =
  (pops: number): Binder =>
  (op) => {
    op.kind = pops;
    const first = op.row.operands[0];
    if (first === "Md") return storeSingle;
    return first === "Mq" ? storeDouble : first === "Mt" ? storeExtended : storeRegister;
  };

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

function fxch(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  const i = op.rm & 7;
  if (!fpu.holds(0) || !fpu.holds(i)) return;
  fpu.parts(0);
  const { low, high, exponent } = PARTS;
  fpu.copy(0, i);
  fpu.putExact(i, low, high, exponent);
  fpu.setConditions(C1, 0);
}

/** The sign alone: NaNs have one too. */
function fchs(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu } = cpu;
  if (fpu.holds(0)) fpu.setSign(0, !fpu.signOf(0));
}

function fabs(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  if (cpu.fpu.holds(0)) cpu.fpu.setSign(0, false);
}

/** Significand and exponent of FLD1 … FLDZ (SDM Vol. 2), by the low three bits of ModR/M. */
const CONSTANTS: readonly (readonly [high: number, low: number, exponent: number])[] = [
  [0x80000000, 0, 0x3fff],
  [0xd49a784b, 0xcd1b8afe, 0x4000],
  [0xb8aa3b29, 0x5c17f0bc, 0x3fff],
  [0xc90fdaa2, 0x2168c235, 0x4000],
  [0x9a209a84, 0xfbcff799, 0x3ffd],
  [0xb17217f7, 0xd1cf79ac, 0x3ffe],
  [0, 0, 0],
];

function constant(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const [high, low, exponent] = CONSTANTS[op.modrm & 7] as (typeof CONSTANTS)[number];
  PARTS.low = low | 0;
  PARTS.high = high | 0;
  PARTS.exponent = exponent;
  cpu.fpu.pushParts();
}

/** FCMOVcc: B, E, BE, U and their opposites, which DB encodes. */
function fcmov(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  const { fpu, flags } = cpu;
  const i = op.rm & 7;
  if (!fpu.holds(0) || !fpu.holds(i)) return;
  const { cf, zf, pf } = flags;
  const holds = [cf, zf, cf || zf, pf][op.kind & 3];
  if (holds !== op.kind >= 4) fpu.copy(0, i);
}

const moving =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    return fcmov;
  };

function free(fpu: Fpu, i: number): void {
  fpu.empty |= 1 << fpu.physical(i);
}

function ffree(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  free(cpu.fpu, op.rm & 7);
}

function ffreep(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  free(cpu.fpu, op.rm & 7);
  cpu.fpu.pop();
}

function turn(cpu: Cpu, op: Op): void {
  begin(cpu, op);
  cpu.fpu.top = (cpu.fpu.top + op.kind) & 7;
  cpu.fpu.setConditions(C1, 0);
}

const storingInteger =
  (pops: number): Binder =>
  (op) => {
    op.kind = pops;
    return fist;
  };

const turning =
  (by: number): Binder =>
  (op) => {
    op.kind = by;
    return turn;
  };

export const X87_MOVE: Semantics = escapes({
  fld,
  fst: storing(0),
  fstp: storing(1),
  fstpnce: storing(1),
  fild: () => fild,
  fist: storingInteger(0),
  fistp: storingInteger(1),
  fisttp: (op) => {
    op.kind = 1;
    return fisttp;
  },
  fbld: () => fbld,
  fbstp: () => fbstp,
  fxch: () => fxch,
  fchs: () => fchs,
  fabs: () => fabs,
  ...Object.fromEntries(
    ["fld1", "fldl2t", "fldl2e", "fldpi", "fldlg2", "fldln2", "fldz"].map((name) => [name, () => constant]),
  ),
  ...Object.fromEntries(
    ["b", "e", "be", "u", "nb", "ne", "nbe", "nu"].map((condition, kind) => [
      `fcmov${condition}`,
      moving(kind),
    ]),
  ),
  ffree: () => ffree,
  ffreep: () => ffreep,
  fincstp: turning(1),
  fdecstp: turning(-1),
});

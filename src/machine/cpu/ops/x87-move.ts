/** x87 loads and stores of numbers (integers: x87-integer.ts), exchanges, constants and signs: no arithmetic, so all 80 bits go where they go. */
import type { Gva } from "../../address.ts";
import type { Cpu } from "../cpu.ts";
import { begin, beginRead, beginWrite, escapes } from "../fpu/access.ts";
import { bitsOfSingle, PARTS } from "../fpu/extended.ts";
import { C1, type Fpu, OE, PE } from "../fpu/fpu.ts";
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

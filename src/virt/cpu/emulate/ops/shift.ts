/** Shifts and rotates, and multiplication: the host's instruction does the work, and leaves the flags as the guest's would. */
import type { Instruction } from "../../../../machine/isa/instruction.ts";
import { EAX, EBX, ECX, EDX } from "../emitter.ts";
import type { Writer } from "../writer.ts";
import { fetchForUpdate, updateWithFlags } from "./alu.ts";
import { IMMEDIATE, MEMORY, operand, type Translate } from "./operands.ts";

const DIGITS = { rol: 0, ror: 1, rcl: 2, rcr: 3, shl: 4, shr: 5, sar: 7 };
const SHL = 4;
const COUNT = 31;

/** The count, or undefined when it is in CL. */
export const countOf = (op: Instruction): number | undefined =>
  op.row.operands[1] === "1" ? 1 : op.row.operands[1] === "CL" ? undefined : op.imm & COUNT;

export const isShift = (op: Instruction): boolean => op.row.mnemonic in DIGITS;

/** A shift that writes all flags, whatever is in the registers. */
export const shiftsForSure = (op: Instruction): boolean =>
  /^(shl|shr|sar)$/.test(op.row.mnemonic) && (countOf(op) ?? 0) > 0;

const shift =
  (digit: number): Translate =>
  (out, op, live) => {
    const target = operand(op, 0);
    const count = countOf(op);
    if (count === 0 || (target === MEMORY && !out.writable(op))) return false;
    if (target === MEMORY) fetchForUpdate(out, op);
    else out.loadRegister(EBX, target, op.size);
    if (count === undefined) out.loadRegister(ECX, 1, 1);
    const throughCarry = digit === DIGITS.rcl || digit === DIGITS.rcr;
    if (throughCarry || (live && (count === undefined || digit < SHL))) out.restoreFlags();
    if (count === undefined) {
      out.opcode(0xd2, op.size);
      out.registers(digit, EBX);
    } else out.shift(digit, EBX, count, op.size);
    if (target === MEMORY) updateWithFlags(out, op, live);
    else {
      out.storeRegister(EBX, target, op.size);
      if (live) out.saveFlags();
    }
    return true;
  };

/** ECX ← the operand E; false when it cannot be read here. */
function loadE(out: Writer, op: Instruction): boolean {
  if (op.rm >= 0) {
    out.loadRegister(ECX, op.rm, op.size);
    return true;
  }
  if (!out.readable(op)) return false;
  out.address(op);
  out.read(ECX, op.size);
  return true;
}

/** AX, DX:AX or EDX:EAX ← the accumulator · E: group 3's /4 and /5. */
function accumulator(out: Writer, op: Instruction, digit: number): boolean {
  if (!loadE(out, op)) return false;
  out.loadRegister(EAX, 0, op.size);
  out.opcode(0xf6, op.size);
  out.registers(digit, ECX);
  if (op.size === 1) out.storeRegister(EAX, 0, 2);
  else {
    out.storeRegister(EAX, 0, op.size);
    out.storeRegister(EDX, 2, op.size);
  }
  return true;
}

const multiply =
  (digit: number): Translate =>
  (out, op, live) => {
    if (!accumulator(out, op, digit)) return false;
    if (live) out.saveFlags();
    return true;
  };

const imul: Translate = (out, op, live) => {
  if (op.row.operands.length === 1) return multiply(5)(out, op, live);
  if (!loadE(out, op)) return false;
  if (operand(op, 2) === IMMEDIATE) {
    out.opcode(0x69, op.size);
    out.registers(EBX, ECX);
    out.immediate(op.imm, op.size);
  } else {
    out.loadRegister(EBX, op.reg, op.size);
    out.opcode(0x0faf, op.size);
    out.registers(EBX, ECX);
  }
  out.storeRegister(EBX, op.reg, op.size);
  if (live) out.saveFlags();
  return true;
};

export const SHIFTS: Readonly<Record<string, Translate>> = {
  ...Object.fromEntries(Object.entries(DIGITS).map(([name, digit]) => [name, shift(digit)])),
  mul: multiply(4),
  imul,
};

/**
 * One decoded instruction: flat and always of one shape, since the interpreter's handlers read it millions of times a second.
 * Base and index are indices into the register file's int32 view (cpu/registers.ts), so that an address is three additions.
 */
import type { Row } from "./row.ts";

/** Segment registers in the encoding's order; LDTR and TR follow in the CPU's tables. */
export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;

/** "No base", "no index": the r32 index of a slot that always holds zero. */
export const NONE = 32;
/** Base of a RIP-relative operand. */
export const RIP = 34;

export class Instruction {
  /** Undefined opcodes have the row UNDEFINED (#UD), more than 15 bytes TOO_LONG (#GP(0)): decoding itself never fails. */
  row!: Row;
  /** Bytes, 1 … 15. */
  length = 0;
  /** Code size: 16, 32 or 64. */
  bits = 32;
  /** Operand size in bytes: 1, 2, 4 or 8 (10 and 16 for the memory operands of x87 and SSE). Far branches and stack instructions: their operand size. */
  size = 4;
  /** Address size in bytes: 2, 4 or 8. */
  addressSize = 4;
  /** The REX prefix (0x40 … 0x4F), 0 without one: present, it means SPL … DIL and not AH … BH. */
  rex = 0;
  lock = false;
  /** 0, 0xF3 (REP, REPE) or 0xF2 (REPNE). */
  rep = 0;
  /** Raw ModR/M byte, −1 without one. */
  modrm = -1;
  /** ModR/M.reg with REX.R: the register's number, 0 … 15. Also the /digit, and the number of a control or segment register. */
  reg = 0;
  /** ModR/M.rm with REX.B when mod = 3, the register of "+r" opcodes; −1 when the operand is in memory. */
  rm = -1;
  /** Segment of the memory operand after overrides and defaults. */
  seg = DS;
  /** Base and index registers as r32 indices (twice their number), NONE or RIP. */
  base = NONE;
  index = NONE;
  /** 0 … 3: the index is shifted left by it. */
  scale = 0;
  /** Displacement as int32, sign-extended from its size; moffs low half. For RIP-relative operands: from the end of the instruction. */
  disp = 0;
  /** Its high half: that of a 64-bit moffs, the sign otherwise. */
  dispHigh = 0;
  /** Immediate or branch displacement as int32, sign-extended (Ib of byte operations: as encoded, sign-extended). Far pointer: offset. */
  imm = 0;
  /** High half of a 64-bit immediate (sign extension otherwise). */
  immHigh = 0;
  /** Second immediate: ENTER's level, a far pointer's selector. */
  imm2 = 0;
}

/** The index of a general register in the view of its size: what handlers use. Byte registers 4 … 7 without REX are AH, CH, DH, BH. */
export function registerIndex(register: number, size: number, rex: number): number {
  switch (size) {
    case 1:
      return rex === 0 && register >= 4 && register < 8 ? 8 * (register - 4) + 1 : 8 * register;
    case 2:
      return 4 * register;
    default:
      return 2 * register;
  }
}

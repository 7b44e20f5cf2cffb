/** Which operand of an instruction is what, from the ISA table's notation (isa/row.ts). */
import type { Instruction } from "../../../../machine/isa/instruction.ts";
import type { Writer } from "../writer.ts";

/** Translates an instruction in line; false, with nothing written, where V is to carry it out. `live`: somebody may see its flags. */
export type Translate = (out: Writer, op: Instruction, live: boolean) => boolean;

/** In place of a register's number. */
export const MEMORY = -1;
export const IMMEDIATE = -2;
export const OTHER = -3;

const FIXED: Readonly<Record<string, number>> = { AL: 0, eAX: 0, rAX: 0, CL: 1 };

/** A general register 0 … 7, MEMORY, IMMEDIATE, or OTHER. */
export function operand(op: Instruction, index: number): number {
  const notation = op.row.operands[index];
  if (notation === undefined) return OTHER;
  const fixed = FIXED[notation];
  if (fixed !== undefined) return fixed;
  // A segment register: ES is no E, and GS no G.
  if (/^[A-Z]S$/.test(notation)) return OTHER;
  switch (notation[0]) {
    case "E":
      return op.rm;
    case "G":
      return op.reg;
    case "Z":
      return op.rm;
    case "I":
    case "1":
      return IMMEDIATE;
    case "M":
    case "O":
      return MEMORY;
    default:
      return OTHER;
  }
}

/** The condition of Jcc, SETcc, CMOVcc: the opcode's last digit. */
export const conditionOf = (op: Instruction): number => Number.parseInt(op.row.opcode.slice(-1), 16);

/** An instruction bound to what it does: decoded once, run many times. */
import { Instruction } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";

export type Handler = (cpu: Cpu, op: Op) => void;

/** Chooses the handler of an instruction by its operands and the mode, once. Semantics are maps from mnemonic to binder. */
export type Binder = (op: Op, cpu: Cpu) => Handler;
export type Semantics = Readonly<Record<string, Binder>>;

export class Op extends Instruction {
  run: Handler = unbound;
  /** Cycles, without what it meets on its way. */
  cost = 1;
  /**
   * Register operands as indices into the view of their size (registerIndex). bind() sets dst to ModR/M.rm ("E", or the
   * opcode's register) and src to ModR/M.reg ("G"), both of the operand size; a binder changes them where its operands differ.
   */
  dst = 0;
  src = 0;
  /** Which of several operations a shared handler does: ADD … CMP, a condition, a rotation. */
  kind = 0;
}

function unbound(): never {
  throw new Error("invariant: an instruction ran before it was bound to its semantics");
}

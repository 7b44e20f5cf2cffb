/** An instruction bound to what it does: decoded once, run many times. */
import { Instruction } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";

export type Handler = (cpu: Cpu, op: Op) => void;

/** Chooses the handler of an instruction by its operands and the mode, once. Semantics are maps from mnemonic to binder. */
export type Binder = (op: Op, cpu: Cpu) => Handler;
export type Semantics = Readonly<Record<string, Binder>>;

/** runWorst of what may not run in a run: beyond what any clock has left, but a small integer. */
export const NEVER = 0x7fffffff;

export class Op extends Instruction {
  run: Handler = unbound;
  /** The handler behind a privilege check (guard.ts). */
  guarded: Handler = unbound;
  /** Which interceptable instruction it is (intercept.ts), and the handler that asks no guest mode. */
  cause = 0;
  unintercepted: Handler = unbound;
  /** Cycles, without what it meets on its way. */
  cost = 1;
  /**
   * The next instruction of its run, in straight line; null where the run ends: at a branch, at whatever may change mode, time
   * or interrupts, and before what is not decoded. The interpreter charges a run at once and then only follows this.
   */
  next: Op | null = null;
  /** The same, while `next` is cut off because this instruction faulted (breakRun). */
  rest: Op | null = null;
  /** Cycles, instructions and bytes from this one to its run's end, itself included. */
  runCost = 1;
  runCount = 1;
  runBytes = 0;
  /** Cycles that the run takes at most, with what it meets on its way. */
  runWorst = 0;
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

/**
 * Ends the run at `op`, which raised a page fault: the cheap way to raise what programs raise all day, as throwing costs as much as a
 * hundred instructions. FAULT (fault.ts) is filled in, and nothing was changed. To be the last that a handler does.
 */
export function breakRun(cpu: Cpu, op: Op): void {
  op.next = null;
  cpu.broken = true;
}

/** Links the instruction that faulted to its run again. */
export function mend(cpu: Cpu, op: Op): void {
  op.next = op.rest;
  cpu.broken = false;
}

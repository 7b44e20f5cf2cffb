/** PUSH, POP, PUSHAD, POPAD, LEAVE. */
import { type Instruction, SS } from "../../../../machine/isa/instruction.ts";
import { ADD, EAX, EBP, EBX, ESI, SUB } from "../emitter.ts";
import { readsFlat, writesFlat } from "../mode.ts";
import type { Writer } from "../writer.ts";
import { IMMEDIATE, MEMORY, OTHER, operand, type Translate } from "./operands.ts";

/** Register numbers, and places in the environment. */
const STACK = 4;
const FRAME = 5;
const SP = 4 * STACK;
const REGISTERS = 8;

export const pushes = (out: Writer, op: Instruction): boolean => op.size === 4 && writesFlat(out.key, SS);
export const pops = (out: Writer, op: Instruction): boolean => op.size === 4 && readsFlat(out.key, SS);

/** EAX ← ESP + distance. */
function top(out: Writer, distance: number): void {
  out.load(EAX, EBP, SP);
  if (distance !== 0) out.aluImmediate(ADD, EAX, distance);
}

/** EBX goes on the stack. */
export function push(out: Writer): void {
  top(out, -4);
  out.write(EBX, 4);
  out.aluMemory(SUB, EBP, SP, 4);
}

/** EBX ← the stack's top, which goes, with `more` bytes. */
export function pop(out: Writer, more = 0): void {
  top(out, 0);
  out.read(EBX, 4);
  out.aluMemory(ADD, EBP, SP, 4 + more);
}

const pushOperand: Translate = (out, op) => {
  const source = operand(op, 0);
  if (source === OTHER || !pushes(out, op) || (source === MEMORY && !out.readable(op))) return false;
  if (source === IMMEDIATE) out.moveImmediate(EBX, op.imm);
  else if (source === MEMORY) {
    out.address(op);
    out.read(EBX, 4);
  } else out.loadRegister(EBX, source, 4);
  push(out);
  return true;
};

const popRegister: Translate = (out, op) => {
  const target = operand(op, 0);
  if (target < 0 || !pops(out, op)) return false;
  pop(out);
  out.storeRegister(EBX, target, 4);
  return true;
};

const pusha: Translate = (out, op) => {
  if (!pushes(out, op)) return false;
  for (let register = 0; register < REGISTERS; register++) {
    out.loadRegister(EBX, register, 4);
    top(out, -4 * (register + 1));
    out.write(EBX, 4);
  }
  out.aluMemory(SUB, EBP, SP, 4 * REGISTERS);
  return true;
};

/** The first and the last are read before anything changes: they lie in all the pages that there are. */
const popa: Translate = (out, op) => {
  if (!pops(out, op)) return false;
  top(out, 4 * (REGISTERS - 1));
  out.read(ESI, 4);
  for (let register = REGISTERS - 1; register > 0; register--) {
    if (register === STACK) continue;
    top(out, 4 * (REGISTERS - 1 - register));
    out.read(EBX, 4);
    out.storeRegister(EBX, register, 4);
  }
  out.storeRegister(ESI, 0, 4);
  out.aluMemory(ADD, EBP, SP, 4 * REGISTERS);
  return true;
};

const leave: Translate = (out, op) => {
  if (!pops(out, op)) return false;
  out.load(EAX, EBP, 4 * FRAME);
  out.read(EBX, 4);
  out.load(EAX, EBP, 4 * FRAME);
  out.aluImmediate(ADD, EAX, 4);
  out.storeRegister(EAX, STACK, 4);
  out.storeRegister(EBX, FRAME, 4);
  return true;
};

export const STACK_OPS: Readonly<Record<string, Translate>> = {
  push: pushOperand,
  pop: popRegister,
  pusha,
  popa,
  leave,
};

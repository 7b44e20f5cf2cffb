/** ADD … CMP, TEST, INC, DEC, NOT, NEG. */
import type { Instruction } from "../../../../machine/isa/instruction.ts";
import { ADC, ADD, AND, CMP, EAX, EBP, EBX, ECX, ESI, SBB, SUB, XOR } from "../emitter.ts";
import { FLAGS_RESULT, SCRATCH } from "../env.ts";
import { ADDED, emitSave, kindOf, LOGIC, SAVED, SUBTRACTED } from "../flags.ts";
import { place, type Writer } from "../writer.ts";
import { IMMEDIATE, MEMORY, operand, type Translate } from "./operands.ts";

const OPERATIONS = ["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"];

/** EBX ← memory that will be written, its address kept in ESI. */
export function fetchForUpdate(out: Writer, op: Instruction, into = EBX): void {
  out.address(op);
  out.move(ESI, EAX);
  out.readForWrite(into, op.size);
}

/** Memory at ESI ← EBX. */
export function update(out: Writer, op: Instruction): void {
  out.move(EAX, ESI);
  out.write(EBX, op.size);
}

/** The same, with the host's flags becoming the guest's after it: a write may fault, and must find them as they were. */
export function updateWithFlags(out: Writer, op: Instruction, live: boolean): void {
  if (live) {
    emitSave(out);
    out.store(EAX, EBP, SCRATCH);
  }
  update(out, op);
  if (!live) return;
  out.load(EAX, EBP, SCRATCH);
  out.flagsFrom(SAVED, EAX);
}

/** EBX ← EBX op ECX, or the immediate. */
function combine(out: Writer, operation: number, op: Instruction, source: number, into = EBX): void {
  if (source === IMMEDIATE) out.aluImmediate(operation, into, op.imm, op.size);
  else out.alu(operation, into, ECX, op.size);
}

function setFlags(out: Writer, operation: number, op: Instruction, source: number, result: number): void {
  const right = source === IMMEDIATE ? undefined : ECX;
  if (operation === ADD) out.setFlags(kindOf(ADDED, op.size), result, right, op.imm);
  else if (operation === SUB || operation === CMP)
    out.setFlags(kindOf(SUBTRACTED, op.size), result, right, op.imm);
  else out.setLogic(kindOf(LOGIC, op.size), result);
}

const withCarry = (operation: number): boolean => operation === ADC || operation === SBB;

function binary(operation: number): Translate {
  return (out, op, live) => {
    const target = operand(op, 0);
    const source = operand(op, 1);
    if (target === MEMORY) {
      if (!(operation === CMP ? out.readable(op) : out.writable(op))) return false;
      if (source !== IMMEDIATE) out.loadRegister(ECX, source, op.size);
      if (operation === CMP) {
        out.address(op);
        out.read(EBX, op.size);
        compare(out, op, source, live);
      } else toMemory(out, operation, op, source, live);
      return true;
    }
    if (source === MEMORY && !out.readable(op)) return false;
    if (source === target && operation === XOR) {
      out.storeImmediate(0, EBP, place(target, op.size), op.size);
      if (live) {
        out.storeImmediate(0, EBP, FLAGS_RESULT);
        out.kind = kindOf(LOGIC, op.size);
      }
      return true;
    }
    if (source === MEMORY) {
      out.address(op);
      out.read(ECX, op.size);
    } else if (source !== IMMEDIATE) out.loadRegister(ECX, source, op.size);
    out.loadRegister(EBX, target, op.size);
    if (operation === CMP || operation === SUB) {
      compare(out, op, source, live, operation === SUB ? target : undefined);
      return true;
    }
    if (withCarry(operation)) {
      out.restoreFlags();
      combine(out, operation, op, source);
      out.storeRegister(EBX, target, op.size);
      if (live) out.saveFlags();
      return true;
    }
    combine(out, operation, op, source);
    out.storeRegister(EBX, target, op.size);
    if (live) setFlags(out, operation, op, source, EBX);
    return true;
  };
}

/** CMP and SUB keep their operands where a condition that comes next finds them. */
function compare(out: Writer, op: Instruction, source: number, live: boolean, target?: number): void {
  if (target === undefined && !live) return;
  out.move(EAX, EBX);
  combine(out, SUB, op, source, EAX);
  if (target !== undefined) out.storeRegister(EAX, target, op.size);
  if (!live) return;
  setFlags(out, SUB, op, source, EAX);
  out.compared = { size: op.size, immediate: source === IMMEDIATE ? op.imm : undefined };
}

function toMemory(out: Writer, operation: number, op: Instruction, source: number, live: boolean): void {
  fetchForUpdate(out, op);
  if (withCarry(operation)) out.restoreFlags();
  combine(out, operation, op, source);
  if (withCarry(operation)) updateWithFlags(out, op, live);
  else {
    update(out, op);
    if (live) setFlags(out, operation, op, source, EBX);
  }
}

const test: Translate = (out, op, live) => {
  const first = operand(op, 0);
  const second = operand(op, 1);
  if (first === MEMORY) {
    if (!out.readable(op)) return false;
    out.address(op);
    out.read(EBX, op.size);
  } else out.loadRegister(EBX, first, op.size);
  if (!live) return true;
  if (second !== IMMEDIATE && second !== first) out.loadRegister(ECX, second, op.size);
  if (second !== first) combine(out, AND, op, second);
  out.setLogic(kindOf(LOGIC, op.size), EBX);
  return true;
};

/** INC and DEC leave CF. */
const step = (digit: number): Translate =>
  unary(false, (out, op, live) => {
    if (live) out.restoreFlags();
    out.opcode(0xfe, op.size);
    out.registers(digit, EBX);
    return live ? "host" : "none";
  });

/** `flags`: "host" the host's are the guest's now, "done" … they are none of its business. */
function unary(
  fromEcx: boolean,
  work: (out: Writer, op: Instruction, live: boolean) => "host" | "none" | "negated",
): Translate {
  return (out, op, live) => {
    const target = operand(op, 0);
    const from = fromEcx ? ECX : EBX;
    if (target === MEMORY) {
      if (!out.writable(op)) return false;
      fetchForUpdate(out, op, from);
      const flags = work(out, op, live);
      updateWithFlags(out, op, flags === "host");
      if (flags === "negated") out.setFlags(kindOf(SUBTRACTED, op.size), EBX, ECX);
      return true;
    }
    out.loadRegister(from, target, op.size);
    const flags = work(out, op, live);
    out.storeRegister(EBX, target, op.size);
    if (flags === "host") out.saveFlags();
    else if (flags === "negated") out.setFlags(kindOf(SUBTRACTED, op.size), EBX, ECX);
    return true;
  };
}

const not = unary(false, (out, op) => {
  out.opcode(0xf6, op.size);
  out.registers(2, EBX);
  return "none";
});

/** 0 − ECX, with the flags of that. */
const neg = unary(true, (out, _op, live) => {
  out.alu(XOR, EBX, EBX);
  out.alu(SUB, EBX, ECX);
  return live ? "negated" : "none";
});

export const ALU: Readonly<Record<string, Translate>> = {
  ...Object.fromEntries(OPERATIONS.map((name, operation) => [name, binary(operation)])),
  test,
  inc: step(0),
  dec: step(1),
  not,
  neg,
};

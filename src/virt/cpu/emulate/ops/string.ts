/**
 * MOVS, STOS, LODS. With REP each turn is one element and a look at whether somebody wants to be heard, so that an interrupt or a fault
 * finds the registers between two elements; QEMU leaves the block at each turn.
 */
import { ES, type Instruction } from "../../../../machine/isa/instruction.ts";
import { ADD, CMP, EAX, EBP, EBX, EQUAL, Label, SUB } from "../emitter.ts";
import { ATTEND, DIRECTION } from "../env.ts";
import { writesFlat } from "../mode.ts";
import type { Writer } from "../writer.ts";
import type { Translate } from "./operands.ts";

const COUNT = 1;
const SOURCE = 6;
const TARGET = 7;
const SHL = 4;
const REP = 0xf3;

function advance(out: Writer, register: number): void {
  out.opcode(ADD << 3);
  out.memory(EAX, EBP, 4 * register);
}

function element(out: Writer, op: Instruction, reads: boolean, writes: boolean): void {
  const { size } = op;
  if (reads) {
    out.load(EAX, EBP, 4 * SOURCE);
    out.read(EBX, size);
  } else out.loadRegister(EBX, 0, size);
  if (writes) {
    out.load(EAX, EBP, 4 * TARGET);
    out.write(EBX, size);
  } else out.storeRegister(EBX, 0, size);
  out.load(EAX, EBP, DIRECTION);
  if (size > 1) out.shift(SHL, EAX, size >> 1);
  if (reads) advance(out, SOURCE);
  if (writes) advance(out, TARGET);
}

function string(reads: boolean, writes: boolean): Translate {
  return (out, op) => {
    if (op.addressSize !== 4 || (reads && !out.readable(op)) || (writes && !writesFlat(out.key, ES)))
      return false;
    if (op.rep === 0) {
      element(out, op, reads, writes);
      return true;
    }
    if (op.rep !== REP || !writes) return false;
    const again = new Label();
    const done = new Label();
    out.place(again);
    out.aluMemory(CMP, EBP, 4 * COUNT, 0);
    out.jumpIf(EQUAL, done);
    element(out, op, reads, writes);
    out.aluMemory(SUB, EBP, 4 * COUNT, 1);
    out.aluMemory(CMP, EBP, ATTEND, 0);
    out.jumpIf(EQUAL, again);
    out.call("attend");
    out.place(done);
    return true;
  };
}

export const STRINGS: Readonly<Record<string, Translate>> = {
  movs: string(true, true),
  stos: string(false, true),
  lods: string(true, false),
};

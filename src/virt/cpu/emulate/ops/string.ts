/**
 * MOVS, STOS, LODS, CMPS, SCAS. With REP each turn is one element and a look at whether somebody wants to be heard, so that an interrupt or a fault
 * finds the registers between two elements; QEMU leaves the block at each turn.
 */
import { ES, type Instruction } from "../../../../machine/isa/instruction.ts";
import { ADD, CMP, EAX, EBP, EBX, ECX, EQUAL, Label, NOT_EQUAL, SUB } from "../emitter.ts";
import { ATTEND, DIRECTION } from "../env.ts";
import { kindOf, SUBTRACTED } from "../flags.ts";
import { readsFlat, writesFlat } from "../mode.ts";
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

/** The pointers go on to the next element. */
function step(out: Writer, size: number, source: boolean, target: boolean): void {
  out.load(EAX, EBP, DIRECTION);
  if (size > 1) out.shift(SHL, EAX, size >> 1);
  if (source) advance(out, SOURCE);
  if (target) advance(out, TARGET);
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
  step(out, size, reads, writes);
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
    const loop = new Loop(out);
    element(out, op, reads, writes);
    loop.end();
    return true;
  };
}

/** CMPS, or SCAS which has the accumulator for its left operand. */
function compare(reads: boolean): Translate {
  return (out, op) => {
    const { size, rep } = op;
    if (op.addressSize !== 4 || (reads && !out.readable(op)) || !readsFlat(out.key, ES)) return false;
    // Whether there is an element to compare is known only then, and so are the flags after it.
    if (rep !== 0) out.forgetFlags();
    const loop = rep === 0 ? undefined : new Loop(out);
    if (reads) {
      out.load(EAX, EBP, 4 * SOURCE);
      out.read(EBX, size);
    }
    out.load(EAX, EBP, 4 * TARGET);
    out.read(ECX, size);
    if (!reads) out.loadRegister(EBX, 0, size);
    out.move(EAX, EBX);
    out.alu(SUB, EAX, ECX, size);
    out.setFlags(kindOf(SUBTRACTED, size), EAX, ECX);
    if (rep !== 0) out.forgetFlags();
    step(out, size, reads, true);
    if (loop === undefined) return true;
    loop.count();
    out.alu(CMP, EBX, ECX, size);
    loop.endUnless(rep === REP ? NOT_EQUAL : EQUAL);
    return true;
  };
}

/** The turns of a repeated instruction: from here on, while ECX is not 0. */
class Loop {
  readonly #out: Writer;
  readonly #again = new Label();
  readonly #done = new Label();

  constructor(out: Writer) {
    this.#out = out;
    out.place(this.#again);
    out.aluMemory(CMP, EBP, 4 * COUNT, 0);
    out.jumpIf(EQUAL, this.#done);
  }

  count(): void {
    this.#out.aluMemory(SUB, EBP, 4 * COUNT, 1);
  }

  end(): void {
    this.count();
    this.#turn();
  }

  /** `condition` of the host's flags ends it as well. */
  endUnless(condition: number): void {
    this.#out.jumpIf(condition, this.#done);
    this.#turn();
  }

  #turn(): void {
    const out = this.#out;
    out.aluMemory(CMP, EBP, ATTEND, 0);
    out.jumpIf(EQUAL, this.#again);
    out.call("attend");
    out.place(this.#done);
  }
}

export const STRINGS: Readonly<Record<string, Translate>> = {
  movs: string(true, true),
  stos: string(false, true),
  lods: string(true, false),
  cmps: compare(true),
  scas: compare(false),
};

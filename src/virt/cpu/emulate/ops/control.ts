/** Near transfers: they end a block, by jumps to others that are patched in, or by a look-up. */
import type { Instruction } from "../../../../machine/isa/instruction.ts";
import { EAX, EBX, ECX, EQUAL, ESI, Label, NOT_EQUAL, SUB } from "../emitter.ts";
import type { Writer } from "../writer.ts";
import { conditionOf, type Translate } from "./operands.ts";
import { pop, pops, push, pushes } from "./stack.ts";

const PAGE_SHIFT = 12;
const COUNT = 1;
const CONDITIONS = "o no b ae e ne be a s ns p np l ge le g".split(" ");

/** Leaves the block for an address. Only within a page does it stay true where the address leads (QEMU: use_goto_tb). */
export function goTo(out: Writer, target: number): void {
  if (target >>> PAGE_SHIFT === out.ip >>> PAGE_SHIFT) out.chain(target);
  else {
    out.moveImmediate(EAX, target);
    out.lookUp();
  }
}

const targetOf = (out: Writer, op: Instruction): number => (out.next + op.imm) | 0;

/** Both ways of a branch: taken on a condition of the host's flags. */
function fork(out: Writer, op: Instruction, condition: number): void {
  const taken = new Label();
  out.jumpIf(condition, taken);
  goTo(out, out.next);
  out.place(taken);
  goTo(out, targetOf(out, op));
}

const conditional: Translate = (out, op) => {
  if (op.size !== 4) return false;
  if (out.compared === null) out.settleFlags();
  out.tellFlags();
  out.restoreFlags();
  fork(out, op, conditionOf(op));
  return true;
};

const loop: Translate = (out, op) => {
  if (op.size !== 4 || op.addressSize !== 4) return false;
  out.tellFlags();
  out.loadRegister(EBX, COUNT, 4);
  out.aluImmediate(SUB, EBX, 1);
  out.storeRegister(EBX, COUNT, 4);
  fork(out, op, NOT_EQUAL);
  return true;
};

const jcxz: Translate = (out, op) => {
  if (op.size !== 4 || op.addressSize !== 4) return false;
  out.tellFlags();
  out.loadRegister(ECX, COUNT, 4);
  out.test(ECX, ECX);
  fork(out, op, EQUAL);
  return true;
};

/** ESI ← the address that E holds. */
function loadTarget(out: Writer, op: Instruction): void {
  if (op.rm >= 0) out.loadRegister(ESI, op.rm, 4);
  else {
    out.address(op);
    out.read(ESI, 4);
  }
}

const isIndirect = (op: Instruction): boolean => op.row.operands[0] === "Ev";

const jmp: Translate = (out, op) => {
  if (op.size !== 4) return false;
  if (!isIndirect(op)) {
    out.tellFlags();
    goTo(out, targetOf(out, op));
    return true;
  }
  if (op.rm < 0 && !out.readable(op)) return false;
  loadTarget(out, op);
  out.tellFlags();
  out.move(EAX, ESI);
  out.lookUp();
  return true;
};

const call: Translate = (out, op) => {
  if (!pushes(out, op)) return false;
  const indirect = isIndirect(op);
  if (indirect && op.rm < 0 && !out.readable(op)) return false;
  if (indirect) loadTarget(out, op);
  out.moveImmediate(EBX, out.next);
  push(out);
  out.tellFlags();
  if (indirect) {
    out.move(EAX, ESI);
    out.lookUp();
  } else goTo(out, targetOf(out, op));
  return true;
};

const ret: Translate = (out, op) => {
  if (!pops(out, op)) return false;
  pop(out, op.imm);
  out.tellFlags();
  out.move(EAX, EBX);
  out.lookUp();
  return true;
};

export const CONTROL: Readonly<Record<string, Translate>> = {
  ...Object.fromEntries(CONDITIONS.map((name) => [`j${name}`, conditional])),
  loop,
  jcxz,
  jmp,
  call,
  ret,
};

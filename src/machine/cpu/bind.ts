/** Joins a decoded instruction to its semantics, its register indices and its price. */
import { registerIndex } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";
import type { Op } from "./op.ts";
import { SEMANTICS } from "./ops/index.ts";

export function bind(op: Op, cpu: Cpu): void {
  const first = op.row.operands[0];
  if (first === "AL" || first === "rAX" || first === "eAX") op.rm = 0;
  op.dst = op.rm >= 0 ? registerIndex(op.rm, op.size, op.rex) : 0;
  op.src = registerIndex(op.reg, op.size, op.rex);
  const binder = SEMANTICS[op.row.mnemonic];
  if (binder === undefined)
    throw new Error(`invariant: the ISA table's "${op.row.mnemonic}" has no semantics`);
  op.run = binder(op, cpu);
}

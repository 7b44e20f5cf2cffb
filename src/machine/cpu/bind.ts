/** Joins a decoded instruction to its semantics, its register indices and its price. */
import { registerIndex } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";
import { exists, guarded, undefinedOpcode } from "./guard.ts";
import { causeOf, exitsBeforePrivilege, interceptable } from "./intercept.ts";
import type { Op } from "./op.ts";
import { SEMANTICS } from "./ops/index.ts";
import { priceOf } from "./price.ts";

/**
 * Instructions after which the next one may follow unasked: they touch registers, flags and memory only. All others end a run,
 * since they may branch, change mode or interrupts, or read the time.
 */
const PLAIN = new Set(
  (
    "add or adc sbb and sub xor cmp test inc dec neg not mov movzx movsx movsxd lea xchg bswap push pop shl shr sar rol ror rcl " +
    "rcr shld shrd mul imul bt bts btr btc bsf bsr cmpxchg xadd cbw cwd nop div idiv leave xlatb movbe popcnt tzcnt lzcnt cmpxchg8b " +
    "daa das aaa aas aam aad clc stc cmc cld std cli lahf sahf pushf pusha popa enter movups movaps movdqa movdqu movd movq pxor xorps"
  ).split(" "),
);

/** Plain without REP, which counts iterations in the clock. */
const STRING = new Set("movs stos lods cmps scas".split(" "));

/** MOV and POP to segment registers, and MOV from and to control and debug registers are not plain. */
const SEGMENT = /^Sw$|^[CDEFGS]S$/;
const CONTROL = /^[CD]y$/;

export function endsRun(op: Op): boolean {
  const { mnemonic, operands } = op.row;
  if (STRING.has(mnemonic)) return op.rep !== 0;
  if (!PLAIN.has(mnemonic) && !/^(set|cmov)/.test(mnemonic)) return true;
  return (
    (mnemonic !== "push" && SEGMENT.test(operands[0] ?? "")) ||
    operands.some((operand) => CONTROL.test(operand))
  );
}

/** A processor without BMI1 or ABM ignores their F3 prefix (SDM Vol. 2, TZCNT and LZCNT). */
const WITHOUT: Readonly<Record<string, string>> = { tzcnt: "bsf", lzcnt: "bsr" };

export function bind(op: Op, cpu: Cpu): void {
  const first = op.row.operands[0];
  if (first === "AL" || first === "rAX" || first === "eAX") op.rm = 0;
  op.dst = op.rm >= 0 ? registerIndex(op.rm, op.size, op.rex) : 0;
  op.src = registerIndex(op.reg, op.size, op.rex);
  op.cost = priceOf(op, cpu.prices);
  const older = exists(op, cpu) ? op.row.mnemonic : WITHOUT[op.row.mnemonic];
  if (older === undefined) {
    op.run = undefinedOpcode;
    return;
  }
  const binder = SEMANTICS[older];
  if (binder === undefined)
    throw new Error(`invariant: the ISA table's "${op.row.mnemonic}" has no semantics`);
  const handler = binder(op, cpu);
  const cause = causeOf(op.row, cpu.model);
  if (cause === 0) op.run = guarded(op, cpu, handler);
  else if (exitsBeforePrivilege(cause)) op.run = interceptable(op, cause, guarded(op, cpu, handler));
  else op.run = guarded(op, cpu, interceptable(op, cause, handler));
}

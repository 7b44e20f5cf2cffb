/** Short ways of writing an instruction, in full: IMUL with two operands, AAM without one, x87 with the stack top implied. */
import { findRegister } from "./register.ts";
import type { AsmInstruction, AsmOperand } from "./statement.ts";

const ARITHMETIC = /^f(add|mul|subr?|divr?)$/;
const POPPING = /^f(add|mul|subr?|divr?)p$/;
const WITH_ST1 = /^f(u?comp?|xch)$/;
const TO_ST0 = /^(f(add|mul|subr?|divr?|comp?)|fu?comip?|fcmov.*)$/;

export function normalize(instruction: AsmInstruction): AsmInstruction {
  const { mnemonic, operands, column, prefixes } = instruction;
  const [first, second] = operands;
  const st = (n: number): AsmOperand => ({
    kind: "register",
    column,
    size: 0,
    register: findRegister(`st${n}`)!,
  });
  const change = (changed: Partial<AsmInstruction>) => ({ ...instruction, ...changed });

  if (
    mnemonic === "imul" &&
    first?.kind === "register" &&
    second?.kind === "immediate" &&
    operands.length === 2
  )
    return change({ operands: [first, first, second] });
  if (/^aa[md]$/.test(mnemonic) && !first) {
    const ten: AsmOperand = {
      kind: "immediate",
      column,
      size: 0,
      strict: false,
      distance: undefined,
      value: { kind: "number", value: 10n, column },
    };
    return change({ operands: [ten] });
  }
  // LOOP label, ecx: the counter is the address size.
  if (mnemonic.startsWith("loop") && second?.kind === "register" && second.register.number === 1)
    return change({ operands: [first!], prefixes: [...prefixes, `a${second.register.size * 8}`] });

  const isStack = operands.every((operand) => operand.kind === "register" && operand.register.kind === "x87");
  if (!mnemonic.startsWith("f") || !isStack) return instruction;
  if (operands.length === 0) {
    if (ARITHMETIC.test(mnemonic)) return change({ mnemonic: `${mnemonic}p`, operands: [st(1), st(0)] });
    if (POPPING.test(mnemonic)) return change({ operands: [st(1), st(0)] });
    if (WITH_ST1.test(mnemonic))
      return change({ operands: /^fcomp?$/.test(mnemonic) ? [st(0), st(1)] : [st(1)] });
  }
  if (operands.length === 1) {
    if (POPPING.test(mnemonic)) return change({ operands: [first!, st(0)] });
    if (TO_ST0.test(mnemonic)) return change({ operands: [st(0), first!] });
  }
  if (operands.length === 2 && WITH_ST1.test(mnemonic) && !/^fcomp?$/.test(mnemonic))
    return change({ operands: [second!] });
  return instruction;
}

/**
 * The ISA table: IA-32 from the 8086 to the P6, its system instructions, x86-64, x87, MMX, SSE and SSE2.
 * Source of all of it: Intel SDM Vol. 2 and Appendix A; AMD APM Vol. 3 for SVM.
 *
 * For whoever writes semantics (keyed by `row.mnemonic`):
 * - Near and far: "call", "jmp", "ret" are near; "call far", "jmp far" (operands Ap or Mp) and "retf" are far.
 * - One row for what varies only in size; `Instruction.size` tells: "movs" "cmps" "stos" "lods" "scas" "ins" "outs" (a row with Xb/Yb, one
 *   with Xv/Yv), "cbw" (CBW, CWDE, CDQE), "cwd" (CWD, CDQ, CQO), "pusha" "popa" "pushf" "popf" "iret" "sysret", "fxsave". "jcxz" goes by `addressSize`.
 * - Conditions have a row each: "jo" "jno" "jb" "jae" "je" "jne" "jbe" "ja" "js" "jns" "jp" "jnp" "jl" "jge" "jle" "jg", "setCC", "cmovCC".
 * - "mov" is also MOV from and to segment (Sw), control (Cy) and debug registers (Dy); "push" and "pop" have rows for segment
 *   registers (operand "ES" …); "xchg" with accumulator has operands "Zv", "rAX"; a shift count is operand 1: "1", "CL" or "Ib".
 * - An alias (`row.alias`) has the mnemonic and operands of what it repeats.
 * - The row UNDEFINED raises #UD, TOO_LONG #GP(0).
 */
import type { Row } from "../row.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { BITS } from "./bits.ts";
import { CONTROL } from "./control.ts";
import { DATA } from "./data.ts";
import { FLAGS } from "./flags.ts";
import { SIMD } from "./simd.ts";
import { SSE_ARITHMETIC } from "./sse.ts";
import { STRING } from "./string.ts";
import { SYSTEM } from "./system.ts";
import { X87 } from "./x87.ts";

export const ROWS: readonly Row[] = [
  ...DATA,
  ...ARITHMETIC,
  ...BITS,
  ...STRING,
  ...CONTROL,
  ...FLAGS,
  ...SYSTEM,
  ...X87,
  ...SIMD,
  ...SSE_ARITHMETIC,
];

/** What an undefined opcode decodes to. */
export const UNDEFINED: Row = { mnemonic: "(undefined)", opcode: "", operands: [], faults: ["#UD"] };
/** What more than 15 bytes decode to (SDM Vol. 2, 2.3.11). */
export const TOO_LONG: Row = { mnemonic: "(too long)", opcode: "", operands: [], faults: ["#GP(0)"] };

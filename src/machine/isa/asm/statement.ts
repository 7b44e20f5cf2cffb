/** What a line of source means. */
import type { SourceLine } from "./error.ts";
import type { Expression } from "./expression.ts";
import type { NamedRegister } from "./register.ts";

export type Bits = 16 | 32 | 64;

interface Written {
  column: number;
  /** Size keyword in bytes: byte 1, word 2, dword 4, qword 8, tword 10, oword 16; 0 without one. */
  size: number;
}
export interface RegisterOperand extends Written {
  kind: "register";
  register: NamedRegister;
}
export interface ImmediateOperand extends Written {
  kind: "immediate";
  value: Expression;
  /** The size keyword is an order, not a hint. */
  strict: boolean;
  distance: "short" | "near" | "far" | undefined;
}
/** selector:offset */
export interface FarOperand extends Written {
  kind: "far";
  selector: Expression;
  offset: Expression;
}
export interface MemoryOperand extends Written {
  kind: "memory";
  distance: "near" | "far" | undefined;
  segment: NamedRegister | undefined;
  /** Size keyword inside the brackets: of the displacement, or of an address without registers. 0 without one. */
  inner: number;
  /** "rel" or "abs"; undefined: as `default` says. */
  relative: boolean | undefined;
  nosplit: boolean;
  address: Expression;
}
export type AsmOperand = RegisterOperand | ImmediateOperand | FarOperand | MemoryOperand;

export interface AsmInstruction {
  /** In lower case, as written. */
  prefixes: string[];
  mnemonic: string;
  operands: AsmOperand[];
  column: number;
  bits: Bits;
  /** `default rel` is in force. */
  relative: boolean;
}

/** Bytes of a string, an expression, or a number with a fraction. */
export type DataItem = { bytes: readonly number[] } | { value: Expression } | { float: number };

export type Body =
  | { kind: "instruction"; instruction: AsmInstruction }
  | { kind: "data"; size: number; items: DataItem[]; column: number }
  | { kind: "reserve"; size: number; count: Expression; column: number }
  | { kind: "align"; boundary: Expression; fill: Body; column: number }
  | { kind: "equ"; name: string; value: Expression; column: number };

export interface Statement {
  source: SourceLine;
  label?: { name: string; column: number };
  times?: Expression;
  body?: Body;
}

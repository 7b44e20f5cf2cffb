/** The semantics of every mnemonic of the ISA table. */
import type { Semantics } from "../op.ts";
import { ALU } from "./alu.ts";
import { BCD } from "./bcd.ts";
import { BITS } from "./bits.ts";
import { CONTROL } from "./control.ts";
import { EXCHANGE } from "./exchange.ts";
import { MOVE } from "./move.ts";
import { MULTIPLY_DIVIDE } from "./muldiv.ts";
import { SHIFT } from "./shift.ts";
import { STACK } from "./stack-ops.ts";
import { STRING } from "./string.ts";

export const SEMANTICS: Semantics = {
  ...ALU,
  ...BCD,
  ...BITS,
  ...CONTROL,
  ...EXCHANGE,
  ...MOVE,
  ...MULTIPLY_DIVIDE,
  ...SHIFT,
  ...STACK,
  ...STRING,
};

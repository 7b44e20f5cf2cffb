/** The semantics of every mnemonic of the ISA table. */
import type { Semantics } from "../op.ts";
import { ALU } from "./alu.ts";

export const SEMANTICS: Semantics = { ...ALU };

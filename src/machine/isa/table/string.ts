/**
 * String instructions: one row for bytes, one for words, doublewords and quadwords. The source is DS:[rSI] (or an override's segment: Instruction.seg), the
 * destination always ES:[rDI]; the counter and the pointers have the address size.
 */
import type { Row } from "../row.ts";
import { type Facts, hex, rows } from "./rows.ts";

const COMPARE = "o s z a p c dt";

function string(mnemonic: string, opcode: number, operands: string, facts: Facts): Row[] {
  const wide: Facts["spelling"] = { 2: `${mnemonic}w`, 4: `${mnemonic}d` };
  const sizes = facts.iopl ? wide : { ...wide, 8: `${mnemonic}q` };
  return rows(
    facts,
    [
      mnemonic,
      hex(opcode),
      operands.replace(/[vz]/g, "b").replace("rAX", "AL"),
      { spelling: { 1: `${mnemonic}b` } },
    ],
    [mnemonic, hex(opcode + 1), operands, { spelling: sizes }],
  );
}

export const STRING = [
  ...string("movs", 0xa4, "Yv Xv", { rep: "rep", flags: "dt" }),
  ...string("cmps", 0xa6, "Xv Yv", { rep: "repz", flags: COMPARE }),
  ...string("stos", 0xaa, "Yv rAX", { rep: "rep", flags: "dt" }),
  ...string("lods", 0xac, "rAX Xv", { rep: "rep", flags: "dt" }),
  ...string("scas", 0xae, "rAX Yv", { rep: "repz", flags: COMPARE }),
  ...string("ins", 0x6c, "Yz DX", { rep: "rep", flags: "dt", iopl: "io", sensitive: "I/O" }),
  ...string("outs", 0x6e, "DX Xz", { rep: "rep", flags: "dt", iopl: "io", sensitive: "I/O" }),
];

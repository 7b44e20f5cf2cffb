/** Shifts, rotates, bit tests and scans. */
import type { Row } from "../row.ts";
import { type Facts, hex, rows } from "./rows.ts";

const ROTATE = "o? c";
const SHIFT = "o? s z a? p c";

/**
 * One operation of group 2: by 1, by CL, by an immediate. OF is defined for a count of 1 only; a count of 0 (after masking) leaves
 * all flags as they are.
 */
const shift = (mnemonic: string, digit: number, facts: Facts & { flags: string }): Row[] =>
  rows(
    facts,
    [mnemonic, `D0 /${digit}`, "Eb 1", { flags: facts.flags.replace("o?", "o") }],
    [mnemonic, `D1 /${digit}`, "Ev 1", { flags: facts.flags.replace("o?", "o") }],
    [mnemonic, `D2 /${digit}`, "Eb CL"],
    [mnemonic, `D3 /${digit}`, "Ev CL"],
    [mnemonic, `C0 /${digit}`, "Eb Ib"],
    [mnemonic, `C1 /${digit}`, "Ev Ib"],
  );

/** One operation of the BT family. With a register as bit offset, memory is a bit string: any distance from the address. */
const bitTest = (mnemonic: string, opcode: number, digit: number, facts: Facts): Row[] =>
  rows(
    { flags: "o? s? a? p? c", ...facts },
    [mnemonic, `0F ${hex(opcode)}`, "Ev Gv"],
    [mnemonic, `0F BA /${digit}`, "Ev Ib"],
  );

export const BITS = [
  ...shift("rol", 0, { flags: ROTATE }),
  ...shift("ror", 1, { flags: ROTATE }),
  ...shift("rcl", 2, { flags: `${ROTATE} ct` }),
  ...shift("rcr", 3, { flags: `${ROTATE} ct` }),
  ...shift("shl", 4, { flags: SHIFT }),
  ...shift("shr", 5, { flags: SHIFT }),
  ...shift("shl", 6, { flags: SHIFT, alias: true }),
  ...shift("sar", 7, { flags: SHIFT }),
  ...rows(
    { flags: SHIFT },
    ["shld", "0F A4", "Ev Gv Ib"],
    ["shld", "0F A5", "Ev Gv CL"],
    ["shrd", "0F AC", "Ev Gv Ib"],
    ["shrd", "0F AD", "Ev Gv CL"],
  ),
  ...bitTest("bt", 0xa3, 4, {}),
  ...bitTest("bts", 0xab, 5, { lock: true }),
  ...bitTest("btr", 0xb3, 6, { lock: true }),
  ...bitTest("btc", 0xbb, 7, { lock: true }),
  // A CPU without the feature ignores F3 here: TZCNT is then BSF, LZCNT is BSR.
  ...rows(
    {},
    ["bsf", "0F BC", "Gv Ev", { flags: "o? s? z a? p? c?" }],
    ["bsr", "0F BD", "Gv Ev", { flags: "o? s? z a? p? c?" }],
    ["tzcnt", "F3 0F BC", "Gv Ev", { flags: "o? s? z a? p? c", feature: "bmi1" }],
    ["lzcnt", "F3 0F BD", "Gv Ev", { flags: "o? s? z a? p? c", feature: "abm" }],
    ["popcnt", "F3 0F B8", "Gv Ev", { flags: "o0 s0 z a0 p0 c0", feature: "popcnt" }],
  ),
];

/** Integer arithmetic and logic. */
import type { Row } from "../row.ts";
import { type Facts, hex, LEGACY, rows } from "./rows.ts";

const ALL = "o s z a p c";
const LOGIC = "o0 s z a? p c0";

/** The eight operations of 00 … 3F and of group 1: six encodings and the short forms each. */
function binary(mnemonic: string, n: number, facts: Facts): Row[] {
  const base = n * 8;
  // CMP writes nothing, so it cannot be locked.
  const lock: Facts = mnemonic === "cmp" ? {} : { lock: true };
  return rows(
    facts,
    [mnemonic, hex(base), "Eb Gb", lock],
    [mnemonic, hex(base + 1), "Ev Gv", lock],
    [mnemonic, hex(base + 2), "Gb Eb"],
    [mnemonic, hex(base + 3), "Gv Ev"],
    [mnemonic, hex(base + 4), "AL Ib"],
    [mnemonic, `83 /${n}`, "Ev Ibs", lock],
    [mnemonic, hex(base + 5), "rAX Iz"],
    [mnemonic, `80 /${n}`, "Eb Ib", lock],
    [mnemonic, `81 /${n}`, "Ev Iz", lock],
    [mnemonic, `82 /${n}`, "Eb Ib", { ...lock, modes: LEGACY, alias: true }],
  );
}

export const ARITHMETIC = [
  ...binary("add", 0, { flags: ALL }),
  ...binary("or", 1, { flags: LOGIC }),
  ...binary("adc", 2, { flags: `${ALL} ct` }),
  ...binary("sbb", 3, { flags: `${ALL} ct` }),
  ...binary("and", 4, { flags: LOGIC }),
  ...binary("sub", 5, { flags: ALL }),
  ...binary("xor", 6, { flags: LOGIC }),
  ...binary("cmp", 7, { flags: ALL }),
  ...rows(
    { flags: LOGIC },
    ["test", "84", "Eb Gb"],
    ["test", "85", "Ev Gv"],
    ["test", "A8", "AL Ib"],
    ["test", "A9", "rAX Iz"],
    ["test", "F6 /0", "Eb Ib"],
    ["test", "F7 /0", "Ev Iz"],
    ["test", "F6 /1", "Eb Ib", { alias: true }],
    ["test", "F7 /1", "Ev Iz", { alias: true }],
  ),
  ...rows(
    { flags: "o s z a p" },
    ["inc", "40+r", "Zv", { modes: LEGACY }],
    ["dec", "48+r", "Zv", { modes: LEGACY }],
    ["inc", "FE /0", "Eb", { lock: true }],
    ["inc", "FF /0", "Ev", { lock: true }],
    ["dec", "FE /1", "Eb", { lock: true }],
    ["dec", "FF /1", "Ev", { lock: true }],
  ),
  ...rows({ lock: true }, ["not", "F6 /2", "Eb"], ["not", "F7 /2", "Ev"]),
  ...rows({ lock: true, flags: ALL }, ["neg", "F6 /3", "Eb"], ["neg", "F7 /3", "Ev"]),
  ...rows(
    { flags: "o s? z? a? p? c" },
    ["mul", "F6 /4", "Eb"],
    ["mul", "F7 /4", "Ev"],
    ["imul", "F6 /5", "Eb"],
    ["imul", "F7 /5", "Ev"],
    ["imul", "0F AF", "Gv Ev"],
    ["imul", "6B", "Gv Ev Ibs"],
    ["imul", "69", "Gv Ev Iz"],
  ),
  ...rows(
    { flags: "o? s? z? a? p? c?", faults: ["#DE"] },
    ["div", "F6 /6", "Eb"],
    ["div", "F7 /6", "Ev"],
    ["idiv", "F6 /7", "Eb"],
    ["idiv", "F7 /7", "Ev"],
  ),
  ...rows(
    { modes: LEGACY },
    ["daa", "27", "", { flags: "o? s z a p c at ct" }],
    ["das", "2F", "", { flags: "o? s z a p c at ct" }],
    ["aaa", "37", "", { flags: "o? s? z? a p? c at" }],
    ["aas", "3F", "", { flags: "o? s? z? a p? c at" }],
    ["aam", "D4", "Ib", { flags: "o? s z a? p c?", faults: ["#DE"] }],
    ["aad", "D5", "Ib", { flags: "o? s z a? p c?" }],
    ["salc", "D6", "", { flags: "ct" }],
  ),
];

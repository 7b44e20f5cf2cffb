/**
 * Control transfer. "call" and "jmp" are the near forms (Jb, Jz, Ev), "call far" and "jmp far" the far ones (Ap, Mp);
 * "ret" is near, "retf" far.
 */
import { conditional, LEGACY, rows } from "./rows.ts";

const FAR = ["#GP(selector)", "#NP(selector)", "#SS(selector)", "#TS(selector)"];
const FAR_TRANSFER = { faults: FAR, sensitive: "CPL, CS" } as const;

export const CONTROL = [
  ...conditional("j", "70", "Jb", { size64: "f64" }),
  ...conditional("j", "0F 80", "Jz", { size64: "f64" }),
  ...conditional("set", "0F 90", "Eb", {}),
  ...rows(
    { size64: "f64" },
    ["jmp", "EB", "Jb"],
    ["jmp", "E9", "Jz"],
    ["jmp", "FF /4", "Ev"],
    ["call", "E8", "Jz"],
    ["call", "FF /2", "Ev"],
    ["ret", "C3"],
    ["ret", "C2", "Iw"],
    ["loopne", "E0", "Jb", { flags: "zt" }],
    ["loope", "E1", "Jb", { flags: "zt" }],
    ["loop", "E2", "Jb"],
    ["jcxz", "E3", "Jb", { spelling: { 2: "jcxz", 4: "jecxz", 8: "jrcxz" } }],
  ),
  ...rows(
    FAR_TRANSFER,
    ["jmp far", "EA", "Ap", { modes: LEGACY }],
    ["jmp far", "FF /5", "Mp"],
    ["call far", "9A", "Ap", { modes: LEGACY }],
    ["call far", "FF /3", "Mp"],
    ["retf", "CB"],
    ["retf", "CA", "Iw"],
  ),
  ...rows(
    { faults: FAR, sensitive: "IDT, CPL, IF" },
    ["int3", "CC"],
    ["int", "CD", "Ib", { iopl: "vm" }],
    ["into", "CE", "", { modes: LEGACY, flags: "ot", faults: ["#OF", ...FAR] }],
    ["int1", "F1"],
    ["iret", "CF", "", { iopl: "vm", flags: "*", spelling: { 2: "iretw", 4: "iretd", 8: "iretq" } }],
  ),
  ...rows({ faults: ["#UD"] }, ["ud2", "0F 0B"], ["ud1", "0F B9", "Gv Ev"], ["ud0", "0F FF", "Gv Ev"]),
  ...rows({}, ["bound", "62", "Gv Ma", { modes: LEGACY, faults: ["#BR"] }]),
];

/** What to tell whoever wrote operands that no row takes. */
import { parseOperand } from "../operand.ts";
import type { Row } from "../row.ts";
import { rowsOf } from "./names.ts";
import type { AsmInstruction, AsmOperand } from "./statement.ts";

const SIZES: Record<string, string> = {
  b: "8",
  w: "16",
  d: "32",
  q: "64",
  v: "16/32/64",
  z: "16/32",
  y: "32/64",
  x: "128",
  t: "80",
  "": "",
};

/** "mov takes r/m8, r8 · r8, r/m8 … ; got eax, bl". */
export function explain(instruction: AsmInstruction): string {
  const { mnemonic, operands, bits } = instruction;
  const rows = rowsOf(mnemonic).map(({ row }) => row);
  const usable = rows.filter(({ modes }) => !modes || modes.includes(bits === 64 ? "long" : "protected"));
  if (usable.length === 0)
    return `${mnemonic} exists ${bits === 64 ? "only outside" : "only in"} 64-bit code; these are bits ${bits}`;
  // What moves only the accumulator to a fixed address, the general forms do too.
  const general = usable.filter(({ operands: all }) => !all.some((text) => text.startsWith("O")));
  const alike = general.filter((row) => isAlike(row, operands));
  const forms = [...new Set((alike.length > 0 ? alike : general).map((row) => signature(row, bits)))];
  const got = operands.length === 0 ? "nothing" : operands.map(spell).join(", ");
  return `${mnemonic} takes ${forms.map((form) => form || "nothing").join(" · ")}; got ${got}`;
}

/** Operands of the right kinds, if not of the right sizes. */
function isAlike(row: Row, operands: readonly AsmOperand[]): boolean {
  const specs = row.operands.map(parseOperand);
  return (
    specs.length === operands.length &&
    specs.every(({ place, size }, i) => kindsOf(place, size).includes(kindOf(operands[i]!)))
  );
}

const kindOf = (operand: AsmOperand) => (operand.kind === "register" ? operand.register.kind : operand.kind);

const KINDS: Record<string, string> = {
  S: "segment",
  C: "control",
  D: "debug",
  V: "xmm",
  U: "xmm",
  W: "xmm memory",
  P: "mmx",
  N: "mmx",
  Q: "mmx memory",
};

function kindsOf(place: string, name: string): string {
  if (place === "fixed")
    return name === "1" ? "immediate" : /^ST/.test(name) ? "x87" : /^.S$/.test(name) ? "segment" : "general";
  if (place === "E") return "general memory";
  if (place === "M" || place === "O") return "memory";
  return KINDS[place] ?? ("IJ".includes(place) ? "immediate" : place === "A" ? "far" : "general");
}

function signature(row: Row, bits: number): string {
  if (row.operands.some((text) => /^[XY]/.test(text))) return "";
  return row.operands.map((text) => describe(text, bits, row)).join(", ");
}

function describe(text: string, bits: number, row: Row): string {
  if (text === "Rv/Mw") return "r/m16";
  const { place, size: letter } = parseOperand(text);
  if (place === "fixed")
    return letter === "rAX" && bits === 64 ? "ax/eax/rax" : letter.replace(/^[er]AX/, "ax/eax").toLowerCase();
  const size = (SIZES[letter] ?? "").replace(/\/64$/, bits === 64 ? "/64" : "");
  switch (place) {
    case "E":
      return `r/m${size}`;
    case "G":
    case "R":
    case "Z":
      return `r${size}`;
    case "M":
    case "O":
      return row.mnemonic.endsWith(" far") ? "far [m]" : `m${size}`;
    case "I":
      return `imm${size}`;
    case "J":
      return letter === "b" ? "short label" : "label";
    case "A":
      return "selector:offset";
    case "S":
      return "segment register";
    case "C":
      return "control register";
    case "D":
      return "debug register";
    case "V":
    case "U":
      return "xmm";
    case "W":
      return "xmm/m";
    default:
      return place === "Q" ? "mm/m" : "mm";
  }
}

function spell(operand: AsmOperand): string {
  const words = ["", "byte ", "word ", "", "dword ", "", "", "", "qword "];
  const size = words[operand.size] ?? "";
  switch (operand.kind) {
    case "register":
      return operand.register.name;
    case "far":
      return "selector:offset";
    case "memory":
      return `${operand.distance === "far" ? "far " : ""}${size}[memory]`;
    default:
      return `${operand.distance ? `${operand.distance} ` : ""}${size}number`;
  }
}

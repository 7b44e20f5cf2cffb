import type { SensitivityRow } from "../../src/plots/index.ts";

/** "MNEMONIC:flags" with p privileged, C L M the kinds of sensitivity, s in supervisor mode only. */
function isa(name: string, instructions: string[]): SensitivityRow[] {
  return instructions.map((instruction) => {
    const [mnemonic, flags = ""] = instruction.split(":") as [string, string?];
    return {
      isa: name,
      mnemonic,
      privileged: flags.includes("p"),
      controlSensitive: flags.includes("C"),
      locationSensitive: flags.includes("L"),
      modeSensitive: flags.includes("M"),
      userSensitive: /[CLM]/.test(flags) && !flags.includes("s"),
    };
  });
}

export const instructions = [
  ...isa("S/360-like", ["LPSW:pC", "LRA:pL", "LD", "ST"]),
  ...isa("PDP-10-like", ["JRST 1:Cs", "HALT:pC", "MOVE"]),
  ...isa("x86-like", ["SMSW:M", "POPF:CM", "SIDT:L", "PUSHF:M", "LGDT:pC", "MOV"]),
];

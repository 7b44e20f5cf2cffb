/** Which flags an instruction reads, defines and leaves undefined: from its row, and for shifts from their count. */
import type { Encoded, Parsed } from "./encode.ts";

export const ALL = 0x8d5;
const BITS: Record<string, number> = { o: 0x800, s: 0x80, z: 0x40, a: 0x10, p: 4, c: 1, i: 0, d: 0 };
const O = 0x800;
const A = 0x10;
const C = 1;

export interface Effects {
  readonly tests: number;
  readonly defines: number;
  readonly undefines: number;
}

/** Instructions that save the flags where they are compared. */
const SAVES = new Set(["pushf", "int", "int3", "into", "int1", "syscall"]);

export function effects(parsed: Parsed, encoded: Encoded): Effects {
  const { row, operands } = parsed;
  let tests = SAVES.has(row.mnemonic) ? ALL : 0;
  let defines = 0;
  let undefines = 0;
  for (const token of (row.flags ?? "").split(" ").filter(Boolean)) {
    if (token === "*") {
      defines |= ALL;
      continue;
    }
    const bit = BITS[token[0]!]!;
    const suffix = token.slice(1);
    if (suffix === "t") tests |= bit;
    else if (suffix === "?") undefines |= bit;
    else defines |= bit;
    if (suffix === "~") tests |= bit;
  }
  if (/^(rol|ror|rcl|rcr|shl|shr|sar|shld|shrd)$/.test(row.mnemonic)) {
    const last = operands.at(-1)!;
    if (last.size === "1" && last.place === "fixed") return { tests, defines, undefines };
    const shifts = /^sh|^sar/.test(row.mnemonic);
    const tooFar = /^(shl|shr|shld|shrd)$/.test(row.mnemonic) ? C : 0;
    if (last.place !== "I") return { tests, defines: 0, undefines: O | (shifts ? A : 0) | tooFar };
    const count = Number(encoded.immediate! & (encoded.size === 8 ? 63n : 31n));
    if (count === 0) return { tests, defines: 0, undefines: 0 };
    const width = operands[0]!.size === "b" ? 8 : 8 * encoded.size;
    if (count === 1) {
      defines |= O;
      undefines &= ~O;
    } else {
      defines &= ~O;
      undefines |= O;
      if (count >= width) {
        defines &= ~tooFar;
        undefines |= tooFar;
      }
    }
  }
  if (row.rep === "repz") defines = 0;
  return { tests, defines, undefines };
}

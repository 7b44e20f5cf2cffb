/** Row.operands taken apart; the notation is explained in row.ts. */
export interface Operand {
  /** The letter of the place, or "fixed" for a register or constant that the opcode implies. */
  readonly place: string;
  /** The letter of the size, "" for none. Of a fixed register its name. */
  readonly size: string;
  /** Size when in memory, where it differs ("Rv/Mw"). */
  readonly memory: string;
  /** "Ibs": sign-extended. */
  readonly signed: boolean;
}

const NOTATION = /^([EGMRIJOAXYSCDZVWUPQN])([bwdqxtvzypas]?)(s?)$/;
const FIXED = new Set("AL AX CL DX eAX rAX 1 ES CS SS DS FS GS ST0 STi".split(" "));

export function parseOperand(text: string): Operand {
  if (FIXED.has(text)) return { place: "fixed", size: text, memory: text, signed: false };
  if (text === "Rv/Mw") return { place: "E", size: "v", memory: "w", signed: false };
  const found = NOTATION.exec(text);
  if (!found) throw new Error(`ISA table: "${text}" is not an operand`);
  const [, place, size, signed] = found as unknown as [string, string, string, string];
  return { place, size, memory: size, signed: signed !== "" };
}

/** In ModR/M.rm: a register, memory, or either. */
export function rmKind(place: string): "register" | "memory" | "either" | undefined {
  if (place === "R" || place === "U" || place === "N") return "register";
  if (place === "M") return "memory";
  return place === "E" || place === "W" || place === "Q" ? "either" : undefined;
}

/** In ModR/M.reg. */
export const isReg = (place: string) => "GSCDVP".includes(place);

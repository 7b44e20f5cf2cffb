/**
 * The grammar of Row.opcode:
 *
 *     [NP|66|F3|F2] [REX.W] [0F [38|3A]] byte[+r] [/digit | byte[+i]]
 *
 * NP: only without 66, F3, F2; no mention: they mean what they always mean (operand size, REP) or nothing. A second byte is a whole
 * ModR/M byte ("0F 01 C1" is VMCALL); with +i its low three bits are an operand or don't care. "/r" needs no mention: operands tell.
 */
export interface Opcode {
  /** Mandatory prefix: "NP", 0x66, 0xF3, 0xF2. */
  readonly prefix?: "NP" | 0x66 | 0xf3 | 0xf2;
  readonly rexW: boolean;
  /** 0 the one-byte map, 1 0F, 2 0F 38, 3 0F 3A. */
  readonly map: number;
  readonly byte: number;
  /** Low three bits of the opcode are a register. */
  readonly plusR: boolean;
  /** /digit. */
  readonly digit?: number;
  /** A whole ModR/M byte, ≥ 0xC0. */
  readonly modrm?: number;
  /** Its low three bits are free. */
  readonly plusI: boolean;
}

const GRAMMAR =
  /^(?:(NP|66|F3|F2) )?(?:(REX\.W) )?(?:(0F(?: 38| 3A)?) )?([0-9A-F]{2})(\+r)?(?: \/([0-7])| ([C-F][0-9A-F])(\+i)?)?$/;
const MAPS = [undefined, "0F", "0F 38", "0F 3A"];

export function parseOpcode(text: string): Opcode {
  const found = GRAMMAR.exec(text);
  if (!found) throw new Error(`ISA table: "${text}" is not an opcode`);
  const [, prefix, rexW, map, byte, plusR, digit, modrm, plusI] = found;
  return {
    prefix: prefix === undefined || prefix === "NP" ? prefix : (Number.parseInt(prefix, 16) as 0x66),
    rexW: rexW !== undefined,
    map: MAPS.indexOf(map),
    byte: Number.parseInt(byte!, 16),
    plusR: plusR !== undefined,
    digit: digit === undefined ? undefined : Number(digit),
    modrm: modrm === undefined ? undefined : Number.parseInt(modrm, 16),
    plusI: plusI !== undefined,
  };
}

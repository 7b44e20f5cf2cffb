/**
 * Opcode maps, made from the table once at import: map → opcode byte → slot → form. A slot whose opcode has a ModR/M byte chooses
 * its form by it: 8 cells for memory (by reg), 64 for registers (by reg and rm); and those four times when mandatory prefixes matter.
 */
import { type Form, makeForm } from "./form.ts";
import { type Opcode, parseOpcode } from "./opcode.ts";
import { isReg, type Operand, parseOperand, rmKind } from "./operand.ts";
import { ROWS } from "./table/index.ts";

export interface Slot {
  modrm: boolean;
  prefixed: boolean;
  readonly forms: (Form | undefined)[];
}

const CELLS = 72;
const MANDATORY = [undefined, 0x66, 0xf3, 0xf2] as const;

/** The index into Slot.forms. */
export function cell(slot: Slot, prefix: number, modrm: number): number {
  if (!slot.modrm) return slot.prefixed ? prefix * CELLS : 0;
  const index = modrm >= 0xc0 ? 8 + (modrm & 63) : (modrm >> 3) & 7;
  return slot.prefixed ? prefix * CELLS + index : index;
}

function build(mode: "protected" | "long"): (Slot | undefined)[][] {
  const maps: (Slot | undefined)[][] = [0, 1, 2, 3].map(() => new Array(256).fill(undefined));
  const entries = ROWS.filter((row) => !row.modes || row.modes.includes(mode)).map((row) => ({
    row,
    opcode: parseOpcode(row.opcode),
    operands: row.operands.map(parseOperand),
  }));
  for (const { opcode, operands } of entries) {
    for (let byte = opcode.byte; byte < opcode.byte + (opcode.plusR ? 8 : 1); byte++) {
      const slot = maps[opcode.map]![byte] ?? { modrm: false, prefixed: false, forms: [] };
      maps[opcode.map]![byte] = slot;
      if (opcode.prefix !== undefined) slot.prefixed = true;
      if (usesModrm(opcode, operands)) slot.modrm = true;
    }
  }
  // The particular overwrites the general: a mandatory prefix no mention of one, NOP at 90 the XCHGs of 90 … 97.
  const rank = (opcode: Opcode) =>
    (opcode.rexW ? 4 : 0) + (opcode.prefix === undefined ? 0 : 2) + (opcode.plusR ? 0 : 1);
  entries.sort((a, b) => rank(a.opcode) - rank(b.opcode));
  for (const { row, opcode, operands } of entries) {
    const form = makeForm(row, opcode, operands);
    for (let byte = opcode.byte; byte < opcode.byte + (opcode.plusR ? 8 : 1); byte++)
      place(maps[opcode.map]![byte]!, form, opcode, operands);
  }
  return maps;
}

const usesModrm = (opcode: Opcode, operands: readonly Operand[]) =>
  opcode.digit !== undefined ||
  opcode.modrm !== undefined ||
  operands.some(({ place }) => rmKind(place) !== undefined || isReg(place));

function place(slot: Slot, form: Form, opcode: Opcode, operands: readonly Operand[]): void {
  for (const [prefix, byte] of MANDATORY.entries()) {
    if (prefix > 0 && !slot.prefixed) break;
    if (opcode.prefix === "NP" ? byte !== undefined : opcode.prefix !== undefined && opcode.prefix !== byte)
      continue;
    for (const index of cells(opcode, operands, slot.modrm)) {
      const at = prefix * CELLS + index;
      const general = slot.forms[at];
      if (!opcode.rexW) slot.forms[at] = form;
      else if (general) general.wide = form;
      else throw new Error(`ISA table: ${form.row.opcode} has no form without REX.W beside it`);
    }
  }
}

function cells(opcode: Opcode, operands: readonly Operand[], modrm: boolean): number[] {
  if (!modrm) return [0];
  if (opcode.modrm !== undefined)
    return Array.from({ length: opcode.plusI ? 8 : 1 }, (_, i) => 8 + (opcode.modrm! & 63) + i);
  const kind = operands.map(({ place }) => rmKind(place)).find((found) => found !== undefined);
  const digits = opcode.digit === undefined ? [0, 1, 2, 3, 4, 5, 6, 7] : [opcode.digit];
  const memory = kind === "register" && !ignoresMod(operands) ? [] : digits;
  const registers =
    kind === "memory"
      ? []
      : digits.flatMap((digit) => [0, 1, 2, 3, 4, 5, 6, 7].map((rm) => 8 + 8 * digit + rm));
  return [...memory, ...registers];
}

/** MOV to and from control and debug registers takes a register whatever mod says (SDM Vol. 2, MOV—Move to/from Control Registers). */
const ignoresMod = (operands: readonly Operand[]) =>
  operands.some(({ place }) => place === "C" || place === "D");

/** maps[wide ? 1 : 0][map][opcode byte]. */
export const MAPS: readonly (readonly (readonly (Slot | undefined)[])[])[] = [
  build("protected"),
  build("long"),
];

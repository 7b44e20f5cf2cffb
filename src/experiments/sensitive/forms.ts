/**
 * Concrete instructions out of the ISA table: each row that means something to 32-bit protected code, with the operands that its
 * notation asks for. Nothing here knows which of them matter.
 *
 *     register operand   CL CX ECX        memory operand   [EBX]
 *     the other one      DL DX EDX        immediates       a few, by size
 */
import { type DisassembledLine, disassemble, ROWS, type Row } from "../../machine/isa/index.ts";
import { parseOpcode } from "../../machine/isa/opcode.ts";
import { type Operand, parseOperand, rmKind } from "../../machine/isa/operand.ts";
import { CODE, DATA, FAR_ENTRY, PORT, SELECTORS } from "./memory-map.ts";

export interface Form {
  readonly row: Row;
  /** The instruction as the manual lists it: "MOV", "CALL" (near and far), "Jcc". */
  readonly mnemonic: string;
  /** nasm's spelling of this form. */
  readonly text: string;
  /** Where it stands in memory. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Bytes between two forms. */
const SLOT = 32;
const ECX = 1;
const EDX = 2;
const EBX = 3;
const REGISTER = 0xc0 | ECX;
const MEMORY = EBX;

const NAMES: Readonly<Record<string, string>> = {
  "call far": "CALL",
  "jmp far": "JMP",
  retf: "RET",
  int: "INT n",
};

/** Conditions share a page of the manual, near and far transfers as well. */
export function mnemonicOf({ mnemonic }: Row): string {
  const conditional = /^(j|set|cmov|fcmov)(?!mp|cxz)n?[a-z]{1,2}$/.exec(mnemonic)?.[1];
  if (conditional) return `${conditional.toUpperCase()}cc`;
  return NAMES[mnemonic] ?? mnemonic.toUpperCase();
}

/** CPUID features of a Pentium II (1997), the processor of its time for the list of 2000. An x87 goes without saying. */
export const PENTIUM_II: ReadonlySet<string> = new Set(["tsc", "msr", "cx8", "sep", "cmov", "mmx", "fxsr"]);

/** All forms of all instructions of a processor with these features, in the order of the table. */
export function allForms(features: ReadonlySet<string>): Form[] {
  const rows = ROWS.filter(
    ({ modes, feature, alias, opcode }) =>
      !alias &&
      !opcode.includes("REX") &&
      (modes === undefined || modes.includes("protected")) &&
      (feature === undefined || features.has(feature)),
  );
  const encoded = rows.flatMap((row) => encodings(row).map((bytes) => ({ row, bytes })));
  const forms = encoded.map(({ row, bytes }, index) => {
    const address = CODE + SLOT * index;
    const [line] = disassemble(bytes, { origin: address }) as [DisassembledLine];
    return { row, mnemonic: mnemonicOf(row), text: line.text, address, bytes, whole: line.bytes.length };
  });
  // MOV to CS is no instruction.
  return forms.filter(({ bytes, whole }) => whole === bytes.length);
}

function encodings(row: Row): Uint8Array[] {
  const opcode = parseOpcode(row.opcode);
  const operands = row.operands.map(parseOperand);
  const prefix = typeof opcode.prefix === "number" ? [opcode.prefix] : [];
  const map = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][opcode.map] as number[];
  const head = [...prefix, ...map, opcode.byte + (opcode.plusR ? ECX : 0)];
  const tails = immediates(operands);
  return modrms(operands, opcode).flatMap((modrm) =>
    tails.map((tail) => Uint8Array.from([...head, ...modrm, ...tail])),
  );
}

type Opcode = ReturnType<typeof parseOpcode>;

/** ModR/M bytes: every kind of place that the row allows, every register where registers are of different kinds. */
function modrms(operands: readonly Operand[], { modrm, plusI, digit }: Opcode): number[][] {
  if (modrm !== undefined) return [[modrm + (plusI ? ECX : 0)]];
  const kind = operands.map(({ place }) => rmKind(place)).find((found) => found !== undefined);
  const registers = operands.map(({ place }) => REGISTERS[place]).find((found) => found !== undefined);
  if (kind === undefined && registers === undefined && digit === undefined) return [[]];
  const places = kind === "memory" ? [MEMORY] : kind === "register" ? [REGISTER] : [REGISTER, MEMORY];
  const fields = digit === undefined ? (registers ?? [EDX]) : [digit];
  return places.flatMap((place) => fields.map((field) => [place | (field << 3)]));
}

/** Register numbers that ModR/M.reg takes, by the letter of the place: all segment, control and debug registers. */
const REGISTERS: Readonly<Record<string, readonly number[]>> = {
  G: [EDX],
  V: [EDX],
  P: [EDX],
  S: [0, 1, 2, 3, 4, 5],
  C: [0, 2, 3, 4],
  D: [0, 1, 2, 3, 6, 7],
};

const bytes32 = (value: number) => [value, value >> 8, value >> 16, value >> 24].map((byte) => byte & 0xff);
const bytes16 = (value: number) => bytes32(value).slice(0, 2);

/** What follows the ModR/M byte: one list of bytes for each combination of values. */
function immediates(operands: readonly Operand[]): number[][] {
  return operands
    .map(immediate)
    .reduce((heads, tails) => heads.flatMap((head) => tails.map((tail) => [...head, ...tail])), [[]]);
}

/** A port, a vector, a count; a vector below 32 is an exception's. */
const SMALL = [PORT, 0x80];

function immediate({ place, size }: Operand): number[][] {
  if (place === "A") return SELECTORS.map((selector) => [...bytes32(FAR_ENTRY), ...bytes16(selector)]);
  if (place === "O") return [bytes32(DATA)];
  if (place === "J") return [size === "b" ? [2] : bytes32(2)];
  if (place !== "I") return [[]];
  if (size === "b") return SMALL.map((value) => [value]);
  return size === "w" ? [bytes16(0), bytes16(8)] : [bytes32(0x1234)];
}

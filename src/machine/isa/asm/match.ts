/**
 * Which rows of the table an instruction may be, before any address is known: kinds and sizes of operands decide.
 */
import { type Form, makeForm, SIZE_V, SIZE_Y, SIZE_Z } from "../form.ts";
import { type Opcode, parseOpcode } from "../opcode.ts";
import { type Operand, parseOperand } from "../operand.ts";
import type { Row } from "../row.ts";
import { LineError } from "./error.ts";
import { explain } from "./explain.ts";
import { hasRegister } from "./expression.ts";
import { type Named, rowsOf } from "./names.ts";
import type { NamedRegister } from "./register.ts";
import type { AsmInstruction, AsmOperand, Bits } from "./statement.ts";

export interface Template {
  row: Row;
  opcode: Opcode;
  /** As the table has them, or exchanged where the order means nothing. */
  operands: readonly Operand[];
  form: Form;
}

/** A row with an operand size. */
export interface Choice {
  template: Template;
  size: number;
  /** Address size that the name means (JECXZ); 0 when it means none. */
  address: number;
}

const templates = new Map<Row, Template[]>();

function templatesOf(row: Row): Template[] {
  const known = templates.get(row);
  if (known) return known;
  const opcode = parseOpcode(row.opcode);
  const operands = row.operands.map(parseOperand);
  const made: Template[] = [{ row, opcode, operands, form: makeForm(row, opcode, operands) }];
  const [first, second] = operands;
  if (first && second && row.mnemonic === "xchg") {
    const exchanged = { ...made[0]!, operands: [second, first] };
    // nasm puts the first of two registers into ModR/M.reg.
    if (first.place === "E") made.unshift(exchanged);
    else made.push(exchanged);
  }
  if (row.mnemonic === "test" && first?.place === "E" && second?.place === "G")
    made.push({ ...made[0]!, operands: [second, first] });
  templates.set(row, made);
  return made;
}

/** In the table's order. Throws when there is none, or when the size of an operand in memory is not said. */
export function choices(instruction: AsmInstruction): Choice[] {
  const { mnemonic, bits, operands } = instruction;
  const mode = bits === 64 ? "long" : "protected";
  const found: Choice[] = [];
  for (const named of rowsOf(mnemonic)) {
    if (named.row.modes && !named.row.modes.includes(mode)) continue;
    if (isCounter(named) && (bits === 64 ? named.size === 2 : named.size === 8)) continue;
    for (const template of templatesOf(named.row))
      for (const size of sizes(template, named, instruction))
        found.push({ template, size, address: isCounter(named) ? named.size : 0 });
  }
  if (found.length === 0) {
    checkRegisters(operands, bits);
    throw new LineError(explain(instruction), instruction.column);
  }
  checkMemorySize(found, operands, bits);
  return found;
}

const isCounter = ({ row }: Named) => row.mnemonic === "jcxz";
const isImplied = ({ place }: Operand) => place === "X" || place === "Y";

/** The operand sizes with which the operands fit the row. */
function sizes(template: Template, named: Named, instruction: AsmInstruction): number[] {
  const { operands, bits } = instruction;
  const { form } = template;
  const implied = template.operands.some(isImplied) ? [] : template.operands;
  if (implied.length !== operands.length) return [];
  return possibleSizes(form, bits).filter((size) => {
    let bound = form.size > 0 || (named.size > 0 && !isCounter(named)) || explicitSize(instruction) > 0;
    if (!sizeIsMeant(size, named, instruction, form)) return false;
    for (const [i, spec] of implied.entries()) {
      const fit = fits(spec, operands[i]!, size, template);
      if (fit === "no") return false;
      if (fit === "binds") bound = true;
    }
    return bound || size === defaultSize(form, bits) || isOpen(template, operands);
  });
}

function sizeIsMeant(size: number, named: Named, instruction: AsmInstruction, form: Form): boolean {
  const explicit = explicitSize(instruction);
  if (explicit > 0 && form.size < 0 && (named.size === 0 || named.row.mnemonic === instruction.mnemonic))
    return size === explicit;
  return named.size === 0 || isCounter(named) || named.size === size;
}

/** A memory operand without a size leaves the size open, to be complained of; near branches have a default. */
const isOpen = ({ row, operands: specs }: Template, operands: readonly AsmOperand[]) =>
  row.size64 !== "f64" &&
  specs.some(
    ({ place, memory }, i) => operands[i]?.kind === "memory" && place !== "M" && "vyz".includes(memory),
  );

function explicitSize({ prefixes }: AsmInstruction): number {
  const prefix = prefixes.find((word) => /^o\d\d$/.test(word));
  return prefix ? Number(prefix.slice(1)) / 8 : 0;
}

function possibleSizes({ size, default64 }: Form, bits: Bits): number[] {
  if (size > 0) return [size];
  if (bits !== 64) return size === SIZE_Y ? [4] : [2, 4];
  if (default64 === 2) return [8];
  if (size === SIZE_Z) return [2, 4];
  if (size === SIZE_Y) return [4, 8];
  return default64 === 1 ? [2, 8] : [2, 4, 8];
}

export const defaultSize = ({ default64 }: Form, bits: Bits) =>
  bits === 16 ? 2 : bits === 64 && default64 > 0 ? 8 : 4;

const BYTES: Record<string, number> = { b: 1, w: 2, d: 4, q: 8, t: 10, x: 16 };

/** Bytes of an operand with this size letter, 0 for none. */
export function widthOf(letter: string, size: number): number {
  if (letter === "v" || letter === "y") return size;
  return letter === "z" ? Math.min(4, size) : (BYTES[letter] ?? 0);
}

const binds = (letter: string) => (letter !== "" && "vyzp".includes(letter) ? "binds" : "yes");

type Fit = "no" | "yes" | "binds";

/** Whether the operand fits, and whether that decides the operand size. */
function fits(spec: Operand, operand: AsmOperand, size: number, template: Template): Fit {
  switch (operand.kind) {
    case "register":
      return fitsRegister(spec, operand.register, size, template.row);
    case "far":
      if (spec.place !== "A") return "no";
      return operand.size === 0 ? "yes" : operand.size === size ? "binds" : "no";
    case "immediate":
      return fitsImmediate(spec, operand.size, operand.strict, operand.distance, size, template);
    case "memory": {
      if (!"EMWQO".includes(spec.place)) return "no";
      if (spec.place === "O" && (hasRegister(operand.address) || operand.relative === true)) return "no";
      const isFar = template.row.mnemonic.endsWith(" far");
      if (isFar !== (operand.distance === "far")) return "no";
      if (operand.size === 0) return "yes";
      const width = spec.memory === "p" ? size : widthOf(spec.memory, size);
      if (width > 0 && operand.size !== width) return "no";
      return binds(spec.memory);
    }
  }
}

const KINDS: Record<string, NamedRegister["kind"]> = {
  S: "segment",
  C: "control",
  D: "debug",
  V: "xmm",
  W: "xmm",
  U: "xmm",
  P: "mmx",
  Q: "mmx",
  N: "mmx",
};

function fitsRegister(
  { place, size: letter, memory }: Operand,
  register: NamedRegister,
  size: number,
  row: Row,
): Fit {
  if (place === "fixed") return fitsFixed(letter, register, size);
  const kind = KINDS[place];
  if (kind) return register.kind === kind ? "yes" : "no";
  if (!"EGRZ".includes(place) || register.kind !== "general") return "no";
  // MOV to a segment register, LAR and LSL read a word of a register of any size.
  if (letter === "w" && /^(mov|lar|lsl)$/.test(row.mnemonic)) return register.size >= 2 ? "yes" : "no";
  // nasm leaves REX.W away where a doubleword's upper half is zeroed anyway.
  if (memory !== letter && /^(mov|sldt)$/.test(row.mnemonic) && register.size === 8 && size === 4)
    return "binds";
  return register.size === widthOf(letter, size) ? binds(letter) : "no";
}

function fitsFixed(name: string, register: NamedRegister, size: number): Fit {
  if (name === "STi") return register.kind === "x87" ? "yes" : "no";
  if (name === "eAX" || name === "rAX") {
    const width = name === "eAX" ? Math.min(4, size) : size;
    return register.kind === "general" && register.number === 0 && register.size === width ? "binds" : "no";
  }
  return register.name === name.toLowerCase() ? "yes" : "no";
}

function fitsImmediate(
  spec: Operand,
  keyword: number,
  strict: boolean,
  distance: string | undefined,
  size: number,
  template: Template,
): Fit {
  const { place, size: letter, signed } = spec;
  if (place === "J") {
    if (
      distance === "far" ||
      (distance === "short" && letter !== "b") ||
      (distance === "near" && letter === "b")
    )
      return "no";
    if (keyword === 0) return "yes";
    return keyword === size ? "binds" : "no";
  }
  if (distance !== undefined) return "no";
  if (place === "fixed") return letter === "1" && keyword <= 1 ? "yes" : "no";
  if (place !== "I") return "no";
  if (keyword === 0) return "yes";
  if (signed) {
    if (keyword === 1) return "yes";
    return (keyword === size || keyword === Math.min(4, size)) && !strict ? binds("v") : "no";
  }
  const width = widthOf(letter, size);
  if (keyword !== width && !(keyword === size && letter === "z" && !strict)) return "no";
  return template.form.size === SIZE_V ? binds(letter) : "yes";
}

function checkRegisters(operands: readonly AsmOperand[], bits: Bits): void {
  for (const operand of operands)
    if (operand.kind === "register" && bits !== 64 && isOf64(operand.register))
      throw new LineError(
        `${operand.register.name} exists only in 64-bit code; this is ${bits}-bit code`,
        operand.column,
      );
}

const isOf64 = ({ kind, size, number, high }: NamedRegister) =>
  number > 7 || (kind === "general" && (size === 8 || (size === 1 && number > 3 && !high)));

/** inc [x] may mean a byte, a word or more: the program has to say. */
function checkMemorySize(found: readonly Choice[], operands: readonly AsmOperand[], bits: Bits): void {
  const at = operands.findIndex(({ kind, size }) => kind === "memory" && size === 0);
  if (at < 0) return;
  const widths = new Set<number>();
  for (const { template, size } of found) {
    const spec = template.operands[at];
    if (spec && "EWQM".includes(spec.place)) widths.add(spec.memory === "p" ? 0 : widthOf(spec.memory, size));
  }
  if (widths.size < 2) return;
  const words = { 1: "byte", 2: "word", 4: "dword", 8: "qword", 10: "tword", 16: "oword" } as Record<
    number,
    string
  >;
  const allowed = [...widths].filter(
    (width) =>
      width > 0 &&
      (width < 8 || bits === 64 || width > 8 || found.some(({ template }) => template.form.size === 8)),
  );
  throw new LineError(
    `the size of the memory operand is not clear: write ${allowed
      .sort((a, b) => a - b)
      .map((width) => words[width])
      .join(", ")
      .replace(/, ([^,]*)$/, " or $1")} before the bracket`,
    operands[at]!.column,
  );
}

/** An effective address to ModR/M, SIB and displacement (SDM Vol. 2, 2.1.5), choosing as nasm does. */
import { LineError } from "./error.ts";
import { evaluate, type Scope, type Term, type Value } from "./evaluate.ts";
import type { AsmInstruction, MemoryOperand } from "./statement.ts";

export interface EncodedAddress {
  /** 2, 4 or 8. */
  size: number;
  mod: number;
  rm: number;
  sib: number | undefined;
  /** REX.X and REX.B. */
  rex: number;
  displacement: bigint;
  /** Bytes of the displacement: 0, 1, 2, 4. */
  bytes: number;
  /** The displacement counts from the end of the instruction. */
  ripRelative: boolean;
}

export function addressSize(
  operand: MemoryOperand,
  value: Value,
  { prefixes, bits }: AsmInstruction,
): number {
  const [first] = value.terms;
  if (first) return first.register.size;
  const prefix = prefixes.find((word) => /^a\d\d$/.test(word));
  if (prefix) return Number(prefix.slice(1)) / 8;
  // In 64-bit code "dword" inside the brackets is the size of the displacement that is there anyway.
  if (operand.inner > 1 && bits < 64) return operand.inner;
  return bits / 8;
}

/** `long`: with the full displacement where there is a shorter one. */
export function encodeAddress(
  operand: MemoryOperand,
  instruction: AsmInstruction,
  scope: Scope,
  long: boolean,
): EncodedAddress {
  const found = evaluate(operand.address, scope);
  // A label has the full displacement.
  const value = long ? { ...found, labels: 1 } : found;
  const size = addressSize(operand, value, instruction);
  checkTerms(value.terms, size, instruction.bits, operand.column);
  const encoded = size === 2 ? address16(operand, value) : address32(operand, value, size, instruction);
  if (!encoded.ripRelative) checkDisplacement(encoded, value, operand.column);
  return encoded;
}

function checkTerms(terms: readonly Term[], size: number, bits: number, column: number): void {
  for (const { register } of terms) {
    if (register.kind !== "general" || register.size < 2)
      throw new LineError(`${register.name} cannot be in an address`, column);
    if (register.size !== size) throw new LineError("the registers of an address have one size", column);
    if (register.size === 8 && bits < 64)
      throw new LineError(`${register.name} exists only in 64-bit code`, column);
    if (register.number > 7 && bits < 64)
      throw new LineError(`${register.name} exists only in 64-bit code`, column);
  }
  if (size === 2 && bits === 64) throw new LineError("64-bit code has no 16-bit addresses", column);
}

/** The displacement as it wraps in the address. */
const wrapped = (n: bigint, size: number) => BigInt.asIntN(size === 2 ? 16 : 32, n);

function checkDisplacement({ size }: EncodedAddress, { n, unknown }: Value, column: number): void {
  if (unknown !== 0) return;
  const fits =
    size === 2
      ? n >= -0x8000n && n <= 0xffffn
      : n >= -0x80000000n && n <= (size === 8 ? 0x7fffffffn : 0xffffffffn);
  if (!fits)
    throw new LineError(
      `the displacement 0x${BigInt.asUintN(64, n).toString(16)} does not fit in an address of ${size * 8} bits`,
      column,
    );
}

/** Bytes of the displacement: none, one, or full. Labels and unknown values take the full size, as in nasm. */
function displacementBytes(
  operand: MemoryOperand,
  { n, labels, unknown }: Value,
  size: number,
  mayOmit: boolean,
): number {
  const full = size === 2 ? 2 : 4;
  const value = wrapped(n, size);
  if (operand.inner === 1) return 1;
  if (operand.inner > 1 || labels !== 0 || unknown !== 0) return full;
  if (value === 0n && mayOmit) return 0;
  return value >= -128n && value <= 127n ? 1 : full;
}

const MOD: Record<number, number> = { 0: 0, 1: 1, 2: 2, 4: 2 };

/** BX+SI, BX+DI, BP+SI, BP+DI, SI, DI, BP, BX. */
const FORMS16 = ["3+6", "3+7", "5+6", "5+7", "6", "7", "5", "3"];

function address16(operand: MemoryOperand, value: Value): EncodedAddress {
  const common = { size: 2, sib: undefined, rex: 0, displacement: wrapped(value.n, 2), ripRelative: false };
  if (value.terms.length === 0) return { ...common, mod: 0, rm: 6, bytes: 2 };
  const key = value.terms
    .map(({ register }) => register.number)
    .sort()
    .join("+");
  const rm = FORMS16.indexOf(key);
  if (rm < 0 || value.terms.some(({ scale }) => scale !== 1))
    throw new LineError("a 16-bit address is bx or bp, plus si or di, plus a number", operand.column);
  const bytes = displacementBytes(operand, value, 2, rm !== 6);
  return { ...common, mod: MOD[bytes]!, rm, bytes };
}

const ESP = 4;
const EBP = 5;

interface Parts {
  base: number | undefined;
  index: number | undefined;
  scale: number;
}

function address32(
  operand: MemoryOperand,
  value: Value,
  size: number,
  instruction: AsmInstruction,
): EncodedAddress {
  const common = { size, displacement: wrapped(value.n, size), ripRelative: false };
  if (value.terms.length === 0) {
    if (operand.inner === 8)
      throw new LineError("only al, ax, eax and rax move to and from a 64-bit address", operand.column);
    if (instruction.bits !== 64) return { ...common, mod: 0, rm: EBP, sib: undefined, rex: 0, bytes: 4 };
    const isFsGs = operand.segment !== undefined && operand.segment.number >= 4;
    // A symbol without a value counts as an absolute number, as in nasm: one byte more until it has one.
    if (value.unknown === 0 && (operand.relative ?? (instruction.relative && !isFsGs)))
      return {
        ...common,
        displacement: value.n,
        mod: 0,
        rm: EBP,
        sib: undefined,
        rex: 0,
        bytes: 4,
        ripRelative: true,
      };
    return { ...common, mod: 0, rm: ESP, sib: 0x25, rex: 0, bytes: 4 };
  }
  const { base, index, scale } = arrange(value.terms, operand);
  const rex = (base !== undefined ? base >> 3 : 0) | (index !== undefined ? (index >> 3) << 1 : 0);
  if (base === undefined) return { ...common, mod: 0, rm: ESP, sib: sib(scale, index!, EBP), rex, bytes: 4 };
  const bytes = displacementBytes(operand, value, size, (base & 7) !== EBP);
  const needsSib = index !== undefined || (base & 7) === ESP;
  return {
    ...common,
    mod: MOD[bytes]!,
    rm: needsSib ? ESP : base & 7,
    sib: needsSib ? sib(scale, index ?? ESP, base) : undefined,
    rex,
    bytes,
  };
}

const sib = (scale: number, index: number, base: number) =>
  (Math.log2(scale) << 6) | ((index & 7) << 3) | (base & 7);

/** Which register is the base and which the index: as written, except where the encoding has no such address or a shorter one. */
function arrange(terms: readonly Term[], { column, nosplit }: MemoryOperand): Parts {
  if (terms.length > 2) throw new LineError("an address has at most a base and an index register", column);
  const [first, second] = terms as [Term, Term | undefined];
  if (!second) return single(first, column, nosplit);
  let [base, index] =
    first.scale !== 1 || (first.scaled && !second.scaled) ? [second, first] : [first, second];
  if (index.register.number === ESP && index.scale === 1) [base, index] = [index, base];
  if (base.scale !== 1) throw new LineError("only one register of an address can be scaled", column);
  checkIndex(index, column, [1, 2, 4, 8]);
  return { base: base.register.number, index: index.register.number, scale: index.scale };
}

/** One register: [eax*2] is the shorter [eax+eax], [eax*3] is [eax+eax*2]. */
function single(term: Term, column: number, nosplit: boolean): Parts {
  const { scale, register } = term;
  const { number } = register;
  if (scale === 1 && !(nosplit && term.scaled)) return { base: number, index: undefined, scale: 1 };
  checkIndex(term, column, [1, 2, 3, 4, 5, 8, 9]);
  if (scale === 3 || scale === 5 || scale === 9 || (scale === 2 && !nosplit))
    return { base: number, index: number, scale: scale - 1 };
  return { base: undefined, index: number, scale };
}

function checkIndex({ register, scale }: Term, column: number, scales: number[]): void {
  if (!scales.includes(scale))
    throw new LineError(`a register is scaled by 1, 2, 4 or 8, not by ${scale}`, column);
  if (register.number === ESP) throw new LineError(`${register.name} cannot be an index`, column);
}

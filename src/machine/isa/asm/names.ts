/** Mnemonics that a program may use: the table's, their spellings by size, and the other names that nasm knows for them. */
import type { Row } from "../row.ts";
import { ROWS } from "../table/index.ts";

export interface Named {
  row: Row;
  /** The operand size that the name means (the address size of JCXZ), 0 when it means none. */
  size: number;
}

export const PREFIXES = new Set(
  "lock rep repe repz repne repnz a16 a32 a64 o16 o32 o64 es cs ss ds fs gs".split(" "),
);

const OTHER_NAMES: Record<string, string> = {
  c: "b",
  nae: "b",
  nb: "ae",
  nc: "ae",
  z: "e",
  nz: "ne",
  na: "be",
  nbe: "a",
  pe: "p",
  po: "np",
  nge: "l",
  nl: "ge",
  ng: "le",
  nle: "g",
};

const ALIASES: Record<string, string> = {
  sal: "shl",
  retn: "ret",
  loopz: "loope",
  loopnz: "loopne",
  xlat: "xlatb",
  int01: "int1",
  icebp: "int1",
  int03: "int3",
  ud2a: "ud2",
  wait: "fwait",
};

/** Waiting forms: FWAIT, then the instruction. */
export const WAITING: Record<string, string> = {
  finit: "fninit",
  fclex: "fnclex",
  fstcw: "fnstcw",
  fstsw: "fnstsw",
  fstenv: "fnstenv",
  fsave: "fnsave",
};

const NAMES = new Map<string, Named[]>();

function add(name: string, row: Row, size: number): void {
  NAMES.set(name, [...(NAMES.get(name) ?? []), { row, size }]);
}

for (const row of ROWS) {
  if (row.alias) continue;
  const spellings = Object.entries(row.spelling ?? {});
  for (const [size, name] of spellings) add(name, row, Number(size));
  // "pushf" is the default size. String instructions have no name without a size.
  const isOwnName = spellings.some(([, name]) => name === row.mnemonic);
  if (spellings.length === 0 || (!isOwnName && row.operands.length === 0))
    add(row.mnemonic.replace(/ far$/, ""), row, 0);
}
for (const [other, name] of Object.entries(OTHER_NAMES))
  for (const prefix of ["j", "set", "cmov"]) NAMES.set(prefix + other, NAMES.get(prefix + name)!);
for (const [alias, name] of Object.entries(ALIASES)) NAMES.set(alias, NAMES.get(name)!);
for (const [waiting, name] of Object.entries(WAITING)) NAMES.set(waiting, NAMES.get(name)!);

export const isMnemonic = (name: string) => NAMES.has(name);
export const rowsOf = (name: string): readonly Named[] => NAMES.get(name) ?? [];

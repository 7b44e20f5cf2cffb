/** How the files of the table write rows: mnemonic, opcode, operands; then what is particular. */
import type { Mode, Row } from "../row.ts";

export type Facts = Partial<Omit<Row, "mnemonic" | "opcode" | "operands">>;
export type Line = readonly [mnemonic: string, opcode: string, operands?: string, facts?: Facts];

/** Rows that share facts. */
export function rows(shared: Facts, ...lines: Line[]): Row[] {
  return lines.map(([mnemonic, opcode, operands = "", facts]) => ({
    mnemonic,
    opcode,
    operands: operands.split(" ").filter(Boolean),
    ...shared,
    ...facts,
  }));
}

/** Not in 64-bit mode. */
export const LEGACY: readonly Mode[] = ["real", "v86", "protected", "compatibility"];
/** Only in 64-bit mode. */
export const LONG: readonly Mode[] = ["long"];
/** #UD in real-address and virtual-8086 mode. */
export const PROTECTED: readonly Mode[] = ["protected", "compatibility", "long"];

/** The hex of an opcode byte. */
export const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0");

/** The sixteen conditions of Jcc, SETcc and CMOVcc in the order of their encoding, with the flags that they test. */
export const CONDITIONS: readonly (readonly [name: string, flags: string])[] = [
  ["o", "ot"],
  ["no", "ot"],
  ["b", "ct"],
  ["ae", "ct"],
  ["e", "zt"],
  ["ne", "zt"],
  ["be", "zt ct"],
  ["a", "zt ct"],
  ["s", "st"],
  ["ns", "st"],
  ["p", "pt"],
  ["np", "pt"],
  ["l", "ot st"],
  ["ge", "ot st"],
  ["le", "ot st zt"],
  ["g", "ot st zt"],
];

/** One row a condition: `conditional("j", "70", "Jb")` gives JO … JG at 70 … 7F. */
export function conditional(prefix: string, first: string, operands: string, shared: Facts): Row[] {
  const [page, base] = first.length > 2 ? [first.slice(0, -2), first.slice(-2)] : ["", first];
  return rows(
    shared,
    ...CONDITIONS.map(
      ([name, flags], i): Line => [
        prefix + name,
        page + hex(Number.parseInt(base, 16) + i),
        operands,
        { flags },
      ],
    ),
  );
}

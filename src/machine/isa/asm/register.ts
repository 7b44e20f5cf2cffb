/** Register names as operands of a program. */
import {
  BYTE_REGISTERS,
  DWORD_REGISTERS,
  HIGH_BYTES,
  QWORD_REGISTERS,
  SEGMENT_REGISTERS,
  WORD_REGISTERS,
} from "../registers.ts";

export interface NamedRegister {
  readonly name: string;
  readonly kind: "general" | "segment" | "control" | "debug" | "x87" | "mmx" | "xmm";
  /** Bytes of a general register, else 0. */
  readonly size: number;
  readonly number: number;
  /** AH, CH, DH, BH: not beside REX. */
  readonly high: boolean;
}

const REGISTERS = new Map<string, NamedRegister>();

function add(
  kind: NamedRegister["kind"],
  size: number,
  names: readonly string[],
  first = 0,
  high = false,
): void {
  for (const [i, name] of names.entries()) REGISTERS.set(name, { name, kind, size, number: first + i, high });
}

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

add("general", 1, BYTE_REGISTERS);
add("general", 1, HIGH_BYTES, 4, true);
add("general", 2, WORD_REGISTERS);
add("general", 4, DWORD_REGISTERS);
add("general", 8, QWORD_REGISTERS);
add("segment", 0, SEGMENT_REGISTERS);
add("control", 0, numbered("cr", 16));
add("debug", 0, numbered("dr", 16));
add("x87", 0, numbered("st", 8));
add("mmx", 0, numbered("mm", 8));
add("xmm", 0, numbered("xmm", 16));

export const findRegister = (name: string): NamedRegister | undefined => REGISTERS.get(name.toLowerCase());

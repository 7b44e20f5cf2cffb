/** A row as the decoder reads it: numbers instead of notation. */
import type { Opcode } from "./opcode.ts";
import type { Operand } from "./operand.ts";
import type { Row } from "./row.ts";

/** What follows opcode and ModR/M. */
export const NO_IMMEDIATE = 0;
export const BYTE = 1;
export const WORD = 2;
/** 16 or 32 bits by operand size. */
export const WORD_OR_DWORD = 3;
/** 16, 32 or 64 bits by operand size. */
export const FULL = 4;
export const WORD_AND_BYTE = 5;
export const FAR_POINTER = 6;
/** By address size. */
export const OFFSET = 7;

/** Operand size: the constants 1, 2, 4, 8, 10, 16, or by prefixes and mode: */
export const SIZE_V = -1;
/** 66 is ignored. */
export const SIZE_Y = -2;
/** REX.W is ignored. */
export const SIZE_Z = -3;

/** ModR/M.reg is not a general register but: */
export const SEGMENT = 1;
export const SEGMENT_TARGET = 2;
export const CONTROL = 3;
export const DEBUG = 4;

export interface Form {
  readonly row: Row;
  readonly size: number;
  readonly immediate: number;
  /** Operand size in 64-bit mode: 0 = 32 bits, 1 = 64 with 66 for 16 (d64), 2 = 64 (f64). */
  readonly default64: number;
  /** The opcode's low three bits are a register. */
  readonly plusR: boolean;
  /** 0 or one of SEGMENT … */
  readonly special: number;
  /** With REX.W this instead. */
  wide: Form | undefined;
}

export function makeForm(row: Row, opcode: Opcode, operands: readonly Operand[]): Form {
  return {
    row,
    size: sizeOf(operands),
    immediate: immediateOf(operands),
    default64: row.size64 === "f64" ? 2 : row.size64 === "d64" ? 1 : 0,
    plusR: opcode.plusR,
    special: specialOf(operands),
    wide: undefined,
  };
}

const SIZES: Record<string, number> = { b: 1, w: 2, d: 4, q: 8, t: 10, x: 16, y: SIZE_Y, z: SIZE_Z };
const FIXED_SIZES: Record<string, number> = { AL: 1, AX: 2, eAX: SIZE_Z, rAX: SIZE_V };

/** The size is that of the first operand that moves data of varying size; ports, immediates and special registers have none. */
function sizeOf(operands: readonly Operand[]): number {
  for (const { place, size, memory } of operands) {
    if (place === "fixed") {
      if (size in FIXED_SIZES) return FIXED_SIZES[size]!;
    } else if ("EGMRXYOZWQUN".includes(place)) return size === memory ? (SIZES[size] ?? SIZE_V) : SIZE_V;
  }
  return SIZE_V;
}

function immediateOf(operands: readonly Operand[]): number {
  const kinds = operands.flatMap(({ place, size }) => {
    if (place === "A") return [FAR_POINTER];
    if (place === "O") return [OFFSET];
    if (place !== "I" && place !== "J") return [];
    return [{ b: BYTE, w: WORD, z: WORD_OR_DWORD, v: FULL }[size]!];
  });
  return kinds.length === 2 ? WORD_AND_BYTE : (kinds[0] ?? NO_IMMEDIATE);
}

function specialOf(operands: readonly Operand[]): number {
  const at = operands.findIndex(({ place }) => "SCD".includes(place));
  if (at < 0) return 0;
  const { place } = operands[at]!;
  if (place === "S") return at === 0 ? SEGMENT_TARGET : SEGMENT;
  return place === "C" ? CONTROL : DEBUG;
}

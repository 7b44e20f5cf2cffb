/** A stretch of bytes as lines of assembly. */
import { decode } from "./decode.ts";
import { format } from "./format.ts";
import { Instruction } from "./instruction.ts";
import { TOO_LONG, UNDEFINED } from "./table/index.ts";

export interface DisassembledLine {
  /** Of the first byte. */
  address: number;
  bytes: Uint8Array;
  /** Assembly that our assembler accepts; "db 0x.." for a byte with which no instruction begins. */
  text: string;
}

export interface DisassembleOptions {
  /** Code size; 32 when absent. */
  bits?: 16 | 32 | 64;
  /** Address of the first byte. */
  origin?: number;
  symbol?: (address: number) => string | undefined;
}

const END = new Error("end of the bytes");

/** Every byte is in exactly one line; after a byte that begins no whole instruction, decoding goes on with the next. */
export function disassemble(bytes: Uint8Array, options: DisassembleOptions = {}): DisassembledLine[] {
  const { bits = 32, origin = 0, symbol } = options;
  const lines: DisassembledLine[] = [];
  const op = new Instruction();
  let at = 0;
  const next = () => {
    if (at === bytes.length) throw END;
    return bytes[at++]!;
  };
  for (let start = 0; start < bytes.length; start = at) {
    at = start;
    const address = origin + start;
    const whole = decodes(next, bits, op);
    if (!whole) at = start + 1;
    const slice = bytes.subarray(start, at);
    const text = whole
      ? format(op, { address, ...(symbol && { symbol }) })
      : `db 0x${slice[0]!.toString(16).padStart(2, "0")}`;
    lines.push({ address, bytes: slice, text });
  }
  return lines;
}

function decodes(next: () => number, bits: 16 | 32 | 64, op: Instruction): boolean {
  try {
    decode(next, bits, op);
  } catch (error) {
    if (error !== END) throw error;
    return false;
  }
  return op.row !== UNDEFINED && op.row !== TOO_LONG;
}

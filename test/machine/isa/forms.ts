/** Every row of the table as lines of assembly: its operand sizes, registers, kinds of address, and values at the edges. */
import { type Mode, ROWS, type Row } from "../../../src/machine/isa/index.ts";
import { parseOperand } from "../../../src/machine/isa/operand.ts";
import { registerName } from "../../../src/machine/isa/registers.ts";

export type Bits = 16 | 32 | 64;

/** Addresses that show each form of ModR/M and SIB; ":" where a segment override may stand. */
const ADDRESSES: Record<Bits, string[]> = {
  16: ["bx+si", "bp+0x12", "di-0x1234", "0x1234", "es:bx+di+5", "bp", "si+127", "eax+ebx*4+0x100"],
  32: ["eax", "ebp", "esp+4", "ebx+esi*4-0x80", "ecx*8+0x12345678", "0x1234", "fs:edx+0x7f", "bx+di+3"],
  64: [
    "rax",
    "r12",
    "r13",
    "rsp+8",
    "rbx+r9*4-0x80",
    "rel $+0x1234",
    "abs 0x1234",
    "gs:r15+0x7fffffff",
    "eax+r10d",
  ],
};
const KEYWORDS: Record<number, string> = { 1: "byte ", 2: "word ", 4: "dword ", 8: "qword ", 10: "tword " };
const BYTES: Record<string, number> = { b: 1, w: 2, d: 4, q: 8, t: 10 };

const modeOf = (bits: Bits): Mode => (bits === 64 ? "long" : "protected");

/** Lines for code of this size, without repetitions. */
export function forms(bits: Bits): string[] {
  const lines = ROWS.filter((row) => !row.alias && (!row.modes || row.modes.includes(modeOf(bits)))).flatMap(
    (row) => sizes(row, bits).flatMap((size) => linesOf(row, bits, size)),
  );
  return [...new Set(lines)];
}

function sizes(row: Row, bits: Bits): number[] {
  const varies = row.spelling !== undefined || row.operands.some((text) => /v|z|y|AX$|^A|p$/.test(text));
  if (row.mnemonic === "jcxz") return bits === 64 ? [4, 8] : [2, 4];
  if (!varies) return [4];
  const is32or64 = !row.spelling && !row.operands.some((text) => /[vz]|AX$|^A|p$/.test(text));
  if (is32or64) return bits !== 64 ? [4] : row.size64 === "f64" ? [8] : [4, 8];
  if (bits !== 64) return [2, 4];
  return row.size64 === "f64" ? [8] : row.size64 === "d64" ? [2, 8] : [2, 4, 8];
}

function linesOf(row: Row, bits: Bits, size: number): string[] {
  const name = row.spelling ? row.spelling[size] : row.mnemonic.replace(/ far$/, "");
  if (name === undefined) return [];
  const isString = row.operands.some((text) => /^[XY]/.test(text));
  const samples = isString ? [] : row.operands.map((text) => operand(text, row, bits, size));
  if (samples.some((list) => list.length === 0)) return [];
  const count = Math.max(1, ...samples.map((list) => list.length));
  const lines = Array.from({ length: count }, (_, i) =>
    `${name} ${samples.map((list) => list[i % list.length]).join(", ")}`.trim(),
  );
  if (row.rep) lines.push(`rep ${lines[0]}`, `a${bits === 16 ? 32 : bits === 32 ? 16 : 32} ${lines[0]}`);
  if (row.rep === "repz") lines.push(`repne ${lines[0]}`);
  const locked = row.lock ? lines.find((line) => /^[^,]*\[/.test(line)) : undefined;
  return locked ? [...lines, `lock ${locked}`] : lines;
}

function operand(text: string, row: Row, bits: Bits, size: number): string[] {
  const { place, size: letter, memory } = parseOperand(text);
  const width = BYTES[letter] ?? (letter === "z" ? Math.min(4, size) : size);
  switch (place) {
    case "fixed":
      if (text === "STi") return ["st1", "st7"];
      if (/^[er]AX$/.test(text)) return [registerName(0, text === "eAX" ? Math.min(size, 4) : size, 0)];
      return [text.toLowerCase()];
    case "G":
    case "R":
    case "Z":
      return registers(width, bits);
    case "S":
      return ["ds", "es", "ss", "fs", "gs"];
    case "C":
      return ["cr0", "cr3", "cr4", ...(bits === 64 ? ["cr8"] : [])];
    case "D":
      return ["dr0", "dr7"];
    case "V":
    case "U":
      return bits === 64 ? ["xmm1", "xmm9", "xmm15"] : ["xmm1", "xmm7"];
    case "P":
    case "N":
      return ["mm0", "mm7"];
    case "I":
      return immediates(row, letter, size);
    case "J":
      return branch(letter, size, bits);
    case "A":
      return [size === 2 ? "word 0x8:0x1234" : "dword 0x8:0x12345678"];
    case "O":
      return bits === 64
        ? ["[qword 0x1122334455667788]"]
        : ["[0x1234]", "[es:0x10]", bits === 16 ? "[dword 0x12345678]" : "[word 0x1234]"];
    default: {
      const list = addresses(place, memory, row, bits, size);
      if (place === "M") return list;
      const names =
        place === "W"
          ? ["xmm2", ...(bits === 64 ? ["xmm10"] : [])]
          : place === "Q"
            ? ["mm3"]
            : registers(width, bits);
      return [...names, ...list];
    }
  }
}

function registers(width: number, bits: Bits): string[] {
  const plain = [0, 3, 5, 7].map((n) => registerName(n, width, 0));
  if (bits !== 64) return plain;
  // AH and its like do not mix with registers that need REX.
  const numbers = width === 1 ? [0, 3, 6, 9, 15] : [0, 5, 8, 13];
  return numbers.map((n) => registerName(n, width, 0x40));
}

function addresses(place: string, letter: string, row: Row, bits: Bits, size: number): string[] {
  const far = row.mnemonic.endsWith(" far");
  const width =
    letter === "p" && far
      ? size
      : (BYTES[letter] ??
        (letter === "z" ? Math.min(4, size) : "vy".includes(letter) && letter !== "" ? size : 0));
  // nasm does not want to hear the size of everything.
  const bare = place === "W" || place === "Q" || row.operands.includes("Mb") || row.feature === "vmx";
  const keyword = bare ? "" : `${KEYWORDS[width] ?? ""}${far ? "far " : ""}`;
  return ADDRESSES[bits].map((address) => `${keyword}[${address}]`);
}

function immediates(row: Row, letter: string, size: number): string[] {
  const push = row.mnemonic === "push" ? (KEYWORDS[size] ?? "") : "";
  if (row.mnemonic === "int" || row.mnemonic === "in" || row.mnemonic === "out") return ["0x80"];
  if (letter === "b")
    return row.operands.includes("Ibs")
      ? ["5", "-1", "127", "-128"].map((n) => push + n)
      : ["5", "0x80", "255"];
  if (letter === "w") return ["8", "0xfff0"];
  if (letter === "v" && size === 8) return ["1", "0x80000000", "-1", "-0x80000000", "0x123456789a"];
  if (size === 2) return ["0x80", "0x1234", "-129", "0xffff"].map((n) => push + n);
  const wide = size === 8 ? "0x7fffffff" : "0xffffffff";
  return ["0x80", "0x12345678", "-129", wide].map((n) => (size === 8 ? n : push + n));
}

function branch(letter: string, size: number, bits: Bits): string[] {
  if (letter === "b") return ["$+2", "$-100", "$+100"];
  const other = bits !== 64 && size !== bits / 8 ? `${KEYWORDS[size]}` : "";
  return [`near ${other}$+10`, `${other}$+0x300`, `${other}$-0x300`];
}

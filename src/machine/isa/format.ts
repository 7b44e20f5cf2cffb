/**
 * Disassembly in nasm's spelling. What it prints, the assembler takes back to the same instruction, and to the same bytes unless they were an
 * encoding that no assembler would choose (a displacement or immediate longer than needed is kept, a redundant prefix is not).
 */
import { DS, FS, type Instruction, NONE, RIP, SS } from "./instruction.ts";
import { type Operand, parseOperand } from "./operand.ts";
import { registerName, SEGMENT_REGISTERS } from "./registers.ts";
import { TOO_LONG, UNDEFINED } from "./table/index.ts";

export interface FormatOptions {
  /** Address of the instruction's first byte: branch targets and RIP-relative operands are printed as addresses. */
  address?: number;
  /** A name to print in place of a branch target. */
  symbol?: (address: number) => string | undefined;
}

const KEYWORDS: Record<number, string> = { 1: "byte", 2: "word", 4: "dword", 8: "qword", 10: "tword" };
const SIZES: Record<string, number> = { b: 1, w: 2, d: 4, q: 8, t: 10 };

/** One line without address and bytes: "add dword [ebx+0x4], -0x1". */
export function format(op: Instruction, options: FormatOptions = {}): string {
  if (op.row === UNDEFINED || op.row === TOO_LONG) return op.row.mnemonic;
  const operands = op.row.operands.map(parseOperand);
  const name = op.row.spelling?.[op.row.mnemonic === "jcxz" ? op.addressSize : op.size] ?? op.row.mnemonic;
  const isFar = name.endsWith(" far");
  const hidden = operands.some(({ place }) => place === "X" || place === "Y");
  const texts = hidden ? [] : operands.map((operand) => text(op, operand, options));
  if (name === "xchg" && op.rm >= 0 && !isAccumulatorFirst(op)) texts.reverse();
  const words = [
    ...prefixes(op, operands, name),
    isFar && operands[0]!.place === "A" ? name.slice(0, -4) : name,
  ];
  return [words.join(" "), texts.join(", ")].filter(Boolean).join(" ");
}

/** A memory operand without registers, or RIP-relative. */
const isAddressBare = (op: Instruction, operands: readonly Operand[]) =>
  operands.some(({ place }) => place === "O") ||
  (op.modrm >= 0 && op.rm < 0 && op.index === NONE && (op.base === NONE || op.base === RIP));

/** XCHG of two registers: the accumulator first, else the one in ModR/M.reg, which is the order that assembles to the same bytes. */
const isAccumulatorFirst = (op: Instruction) => op.modrm >= 0 && op.rm === 0 && op.size > 1;

function prefixes(op: Instruction, operands: readonly Operand[], name: string): string[] {
  const words: string[] = [];
  if (op.lock) words.push("lock");
  if (op.rep !== 0 && op.row.rep !== undefined)
    words.push(op.rep === 0xf2 ? "repne" : op.row.rep === "repz" ? "repe" : "rep");
  const implied = operands.some(({ place }) => place === "X") || name === "xlatb";
  if (implied && op.seg !== DS) words.push(SEGMENT_REGISTERS[op.seg]!);
  const pointers = implied || operands.some(({ place }) => place === "Y") || name.startsWith("loop");
  // In 64-bit code nothing else tells the size of an address without registers.
  const bare = op.bits === 64 && isAddressBare(op, operands);
  if ((pointers || bare) && op.addressSize * 8 !== op.bits) words.push(`a${op.addressSize * 8}`);
  if (op.row.spelling === undefined && !showsSize(operands) && op.size !== defaultSize(op))
    words.push(`o${op.size * 8}`);
  return words;
}

/** Whether an operand's text tells the operand size, or there is none. */
const showsSize = (operands: readonly Operand[]) =>
  operands.some(({ place, size, signed }) => {
    if (place === "fixed") return /^(AL|AX|eAX|rAX|STi|ST0)$/.test(size);
    if (place === "I") return size === "z" || signed;
    return "EGRZOVWUPQN".includes(place) || (place === "M" && size !== "" && size !== "s");
  });

const defaultSize = (op: Instruction) => (op.bits === 16 ? 2 : op.bits === 64 && op.row.size64 ? 8 : 4);

function text(op: Instruction, operand: Operand, options: FormatOptions): string {
  const { place, size } = operand;
  switch (place) {
    case "fixed":
      return fixed(op, size);
    case "G":
      return registerName(op.reg, bytesOf(op, size), op.rex);
    case "Z":
      return registerName(op.rm, bytesOf(op, size), op.rex);
    case "S":
      return SEGMENT_REGISTERS[op.reg]!;
    case "C":
      return `cr${op.reg}`;
    case "D":
      return `dr${op.reg}`;
    case "V":
      return `xmm${op.reg}`;
    case "P":
      return `mm${op.reg & 7}`;
    case "I":
      return immediate(op, operand);
    case "J":
      return branch(op, size, options);
    case "A":
      return `${hex(op.imm2)}:${hex(op.imm >>> 0)}`;
    case "O":
      return `${keyword(op, operand)}[${overridden(op, DS)}${offset(op)}]`;
    default:
      return op.rm >= 0 ? register(op, place, size) : `${keyword(op, operand)}[${memory(op, options)}]`;
  }
}

function fixed(op: Instruction, name: string): string {
  if (name === "eAX" || name === "rAX") return registerName(0, op.size, 0);
  if (name === "STi") return `st${op.modrm & 7}`;
  return name.toLowerCase();
}

function register(op: Instruction, place: string, size: string): string {
  if (place === "W" || place === "U") return `xmm${op.rm}`;
  if (place === "Q" || place === "N") return `mm${op.rm & 7}`;
  return registerName(op.rm, bytesOf(op, size), op.rex);
}

/** Bytes of an operand with this size letter, 0 for none. */
function bytesOf(op: Instruction, letter: string): number {
  if (letter === "z") return Math.min(4, op.size);
  return letter === "v" || letter === "y" ? op.size : (SIZES[letter] ?? 0);
}

/** "dword " before a memory operand, where it has a size. */
function keyword(op: Instruction, { place, memory: size }: Operand): string {
  // Prefetches and VMX instructions take none in nasm.
  if (place === "M" && (size === "b" || op.row.feature === "vmx")) return "";
  if (size === "p") return op.row.mnemonic.endsWith(" far") ? `${KEYWORDS[op.size]} ` : "";
  const bytes = bytesOf(op, size);
  return bytes === 0 ? "" : `${KEYWORDS[bytes]} `;
}

const overridden = (op: Instruction, usual: number) =>
  op.seg === usual || (op.bits === 64 && op.seg < FS) ? "" : `${SEGMENT_REGISTERS[op.seg]}:`;

function offset(op: Instruction): string {
  const isShown = op.bits === 64 ? op.addressSize === 8 : op.addressSize * 8 !== op.bits;
  const size = isShown ? `${KEYWORDS[op.addressSize]} ` : "";
  return size + hex((BigInt(op.dispHigh >>> 0) << 32n) | BigInt(op.disp >>> 0));
}

function memory(op: Instruction, options: FormatOptions): string {
  if (op.base === RIP) {
    const target = (options.address ?? 0) + op.length + op.disp;
    return `rel ${overridden(op, DS)}${hex(BigInt.asUintN(op.addressSize * 8, BigInt(target)))}`;
  }
  const usual = op.base === 8 || op.base === 10 ? SS : DS;
  const parts: string[] = [];
  if (op.base !== NONE) parts.push(registerName(op.base >> 1, op.addressSize, 0));
  if (op.index !== NONE) {
    const name = registerName(op.index >> 1, op.addressSize, 0);
    parts.push(op.scale > 0 || op.base === NONE ? `${name}*${1 << op.scale}` : name);
  }
  if (parts.length === 0) {
    const size = op.addressSize * 8 === op.bits || op.bits === 64 ? "" : `${KEYWORDS[op.addressSize]} `;
    // A 64-bit address is the sign-extended displacement.
    const value = op.addressSize === 2 ? op.disp & 0xffff : op.addressSize === 8 ? op.disp : op.disp >>> 0;
    return `${overridden(op, usual)}${size}${hex(value)}`;
  }
  const nosplit = op.base === NONE && op.scale < 2 ? "nosplit " : "";
  return nosplit + displacementSize(op) + overridden(op, usual) + parts.join("+") + displacement(op);
}

/** "byte " or "dword " where the displacement is longer than it needs to be. */
function displacementSize(op: Instruction): string {
  const mod = op.modrm >> 6;
  const baseIsBp = op.addressSize === 2 ? op.base === 10 && op.index === NONE : (op.base & 15) === 10;
  if (mod === 1 && op.disp === 0 && !baseIsBp) return "byte ";
  if (mod === 2 && op.disp >= -128 && op.disp <= 127) return op.addressSize === 2 ? "word " : "dword ";
  return "";
}

function displacement(op: Instruction): string {
  if (op.disp === 0) return op.modrm >= 0x40 && displacementSize(op) !== "" ? "+0x0" : "";
  if (op.base === NONE && op.addressSize < 8) return `+${hex(op.disp >>> 0)}`;
  return op.disp < 0 ? `-${hex(-op.disp)}` : `+${hex(op.disp)}`;
}

function immediate(op: Instruction, { size, signed }: Operand): string {
  if (op.row.mnemonic === "enter") return hex(size === "w" ? op.imm : op.imm2);
  if (size === "w") return hex(op.imm);
  const push = op.row.mnemonic === "push" && op.size !== defaultSize(op) ? `${KEYWORDS[op.size]} ` : "";
  if (size === "b") return signed ? push + hex(op.imm) : shiftByOne(op) + hex(op.imm & 0xff);
  if (op.size === 8 && size === "v") {
    const isShort = op.immHigh === 0 || op.immHigh === op.imm >> 31;
    return (isShort ? "strict qword " : "") + hex((BigInt(op.immHigh >>> 0) << 32n) | BigInt(op.imm >>> 0));
  }
  if (op.size === 8) return (isLongMove(op) ? "strict dword " : "") + hex(op.imm);
  const value = op.size === 2 ? op.imm & 0xffff : op.imm >>> 0;
  // An assembler would have chosen the sign-extended byte where there is one.
  const kept = op.imm >= -128 && op.imm <= 127 && hasByteForm(op) ? "strict " : "";
  return (kept ? `${kept}${KEYWORDS[op.size]} ` : push) + hex(value);
}

/** MOV r64, imm32 of a positive number: MOV r32 is shorter. */
const isLongMove = (op: Instruction) => op.row.opcode === "C7 /0" && op.rm >= 0 && op.imm >= 0;

/** A shift by an immediate 1 has a shorter form. */
const shiftByOne = (op: Instruction) => (/^C[01] /.test(op.row.opcode) && op.imm === 1 ? "byte " : "");

const hasByteForm = (op: Instruction) =>
  (op.row.operands[0] === "rAX" && op.row.mnemonic !== "test") ||
  op.row.opcode.startsWith("81") ||
  op.row.opcode === "68" ||
  op.row.opcode === "69";

function branch(op: Instruction, size: string, { address = 0, symbol }: FormatOptions): string {
  const target = BigInt.asUintN(op.size * 8, BigInt(address + op.length) + BigInt(op.imm));
  const named = symbol?.(Number(op.size === 8 ? BigInt.asIntN(64, target) : target)) ?? hex(target);
  if (!/^(jmp|j(?!.?cxz).*)$/.test(op.row.mnemonic)) return named;
  if (size === "b") return `short ${named}`;
  return op.imm >= -126 && op.imm <= 127 ? `near ${named}` : named;
}

const hex = (value: number | bigint) =>
  value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;

/** iced-x86 as an oracle: one instruction in a canonical text, from its decoder and from ours. */
import * as iced from "iced-x86";
import { decode, TOO_LONG, UNDEFINED } from "../../../src/machine/isa/index.ts";
import { FS, Instruction, NONE, RIP } from "../../../src/machine/isa/instruction.ts";
import { type Operand, parseOperand } from "../../../src/machine/isa/operand.ts";
import {
  DWORD_REGISTERS,
  QWORD_REGISTERS,
  registerName,
  SEGMENT_REGISTERS,
  WORD_REGISTERS,
} from "../../../src/machine/isa/registers.ts";

export type Bits = 16 | 32 | 64;
export const INVALID = "invalid";

const hex = (value: bigint) => BigInt.asUintN(64, value).toString(16);

/** iced's names where they differ from the table's. VMGEXIT is VMMCALL on a processor without SEV-ES. */
const NAMES: Record<string, string> = {
  pushf: "pushfw",
  popf: "popfw",
  pusha: "pushaw",
  popa: "popaw",
  iret: "iretw",
  wait: "fwait",
  sal: "shl",
  sysexitq: "sysexit",
  sysretq: "sysret",
  vmgexit: "vmmcall",
};

export interface Oracle {
  text: string;
  length: number;
  code: string;
  features: string[];
  encoding: iced.EncodingKind;
}

export function byIced(bytes: Uint8Array, bits: Bits): Oracle {
  const decoder = new iced.Decoder(bits, bytes, iced.DecoderOptions.NoWbnoinvd);
  const op = decoder.decode();
  const result = {
    text: op.isInvalid ? INVALID : icedText(op, bits),
    length: op.length,
    code: iced.Code[op.code]!,
    features: [...op.cpuidFeatures()].map((feature) => iced.CpuidFeature[feature]!),
    encoding: op.encoding,
  };
  op.free();
  decoder.free();
  return result;
}

/** Memory operands to which iced gives a size, or none, and nasm and we the other. */
const UNSIZED =
  /^(lea|fldenv|fnstenv|fnsave|frstor|f?xsave|f?xrstor|f?xsave64|f?xrstor64|invlpg|[sl][gi]dt)$/;

/** Where an operand is 16 bits wide, iced names the register of the operand size: LLDT EAX. */
const rmOperand = (code: string) => code.split("_").findIndex((part) => /^r(32|64)m16$/.test(part)) - 1;
const asWord = (name: string) => {
  const number = [DWORD_REGISTERS, QWORD_REGISTERS].map((names) => names.indexOf(name)).find((n) => n >= 0);
  return number === undefined ? name : WORD_REGISTERS[number]!;
};

function icedText(op: iced.Instruction, bits: Bits): string {
  const name = iced.Mnemonic[op.mnemonic]!.toLowerCase();
  const far = /^(Call|Jmp)_(m16|ptr)/.test(iced.Code[op.code]!) ? " far" : "";
  const code = iced.Code[op.code]!;
  const operands = Array.from({ length: op.opCount }, (_, i) => icedOperand(op, i, bits))
    .map((text, i) =>
      /r(32|64)m16/.test(code) &&
      !/^(Str|Sldt|Smsw|Mov_r)/.test(code) &&
      (i === rmOperand(code) || name === "arpl")
        ? asWord(text)
        : text,
    )
    .map((text) => (UNSIZED.test(name) ? text.replace(/^\d+(?=\[)/, "") : text))
    .filter(Boolean);
  return `${op.hasLockPrefix ? "lock " : ""}${NAMES[name] ?? name}${far} ${operands.join(",")}`;
}

const icedRegister = (register: iced.Register) =>
  iced.Register[register]!.toLowerCase().replace(/^(r\d+)l$/, "$1b");

function icedOperand(op: iced.Instruction, i: number, bits: Bits): string {
  const { OpKind } = iced;
  switch (op.opKind(i)) {
    case OpKind.Register: {
      const name = icedRegister(op.opRegister(i));
      return name === "st0" ? "" : name;
    }
    case OpKind.NearBranch16:
    case OpKind.NearBranch32:
    case OpKind.NearBranch64:
      return hex(op.nearBranchTarget);
    case OpKind.FarBranch16:
      return `${op.farBranchSelector}:${op.farBranch16}`;
    case OpKind.FarBranch32:
      return `${op.farBranchSelector}:${op.farBranch32}`;
    case OpKind.Memory:
      return op.mnemonic === iced.Mnemonic.Xlatb ? pointer(op, bits) : icedMemory(op, bits);
    case OpKind.Immediate8:
    case OpKind.Immediate8_2nd:
    case OpKind.Immediate16:
    case OpKind.Immediate32:
    case OpKind.Immediate64:
      return hex(BigInt(op.immediate(i)));
    case OpKind.Immediate8to16:
      return hex(BigInt.asUintN(16, BigInt(op.immediate(i))));
    case OpKind.Immediate8to32:
      return hex(BigInt.asUintN(32, BigInt(op.immediate(i))));
    case OpKind.Immediate8to64:
    case OpKind.Immediate32to64:
      return hex(BigInt(op.immediate(i)));
    case OpKind.MemorySegSI:
      return pointer(op, bits, 2);
    case OpKind.MemorySegESI:
      return pointer(op, bits, 4);
    case OpKind.MemorySegRSI:
      return pointer(op, bits, 8);
    case OpKind.MemoryESDI:
      return "es:di2";
    case OpKind.MemoryESEDI:
      return "es:di4";
    case OpKind.MemoryESRDI:
      return "es:di8";
    default:
      return OpKind[op.opKind(i)]!;
  }
}

/** The implied source of string instructions and XLAT: segment and address size. */
function pointer(op: iced.Instruction, bits: Bits, size = registerSize(op.memoryBase)): string {
  return `${effective(icedRegister(op.memorySegment), bits)}:${size}`;
}

/** In 64-bit mode only FS and GS count. */
const effective = (segment: string, bits: Bits) => (bits === 64 && !/[fg]s/.test(segment) ? "" : segment);

const registerSize = (register: iced.Register) => iced.RegisterExt.size(register);

function icedMemory(op: iced.Instruction, bits: Bits): string {
  const base = op.memoryBase === iced.Register.None ? "" : icedRegister(op.memoryBase);
  const index = op.memoryIndex === iced.Register.None ? "" : icedRegister(op.memoryIndex);
  const size = iced.MemorySizeExt.size(op.memorySize);
  const rip = base === "rip" || base === "eip";
  const wide = rip ? 64 : index || base ? addressBits(index || base) : 0;
  let disp = op.memoryDisplacement;
  if (!rip && wide) disp = BigInt.asUintN(wide, disp);
  if (!wide) disp = BigInt.asUintN(op.memoryDisplSize === 2 ? 16 : op.memoryDisplSize === 4 ? 32 : 64, disp);
  const segment = effective(icedRegister(op.memorySegment), bits);
  return `${size}[${segment}:${base}+${index}${index ? `*${op.memoryIndexScale}` : ""}+${hex(disp)}]`;
}

const addressBits = (name: string) => (/^r(..|\d+)$/.test(name) ? 64 : /^(e..|r\d+d)$/.test(name) ? 32 : 16);

const SIZES: Record<string, number> = { b: 1, w: 2, d: 4, q: 8, t: 10, x: 16 };

export function byUs(bytes: Uint8Array, bits: Bits): { text: string; length: number; op: Instruction } {
  const op = new Instruction();
  let at = 0;
  decode(() => bytes[at++] ?? 0, bits, op);
  const invalid = op.row === UNDEFINED || op.row === TOO_LONG;
  return { text: invalid ? INVALID : ourText(op), length: op.length, op };
}

function ourText(op: Instruction): string {
  const { row } = op;
  const name = row.spelling?.[row.mnemonic === "jcxz" ? op.addressSize : op.size] ?? row.mnemonic;
  const operands = row.operands
    .map((operand) => ourOperand(op, operand, parseOperand(operand)))
    .filter(Boolean);
  if (name === "xlatb") operands.push(`${segment(op)}:${op.addressSize}`);
  return `${op.lock ? "lock " : ""}${name} ${operands.join(",")}`;
}

const segment = (op: Instruction) => (op.bits === 64 && op.seg < FS ? "" : SEGMENT_REGISTERS[op.seg]!);

function ourOperand(op: Instruction, text: string, { place, size, memory }: Operand): string {
  const bytes = SIZES[size] ?? (size === "z" ? Math.min(4, op.size) : op.size);
  switch (place) {
    case "fixed":
      if (text === "STi") return (op.modrm & 7) === 0 ? "" : `st${op.modrm & 7}`;
      if (text === "ST0") return "";
      if (text === "1") return "1";
      return /AX$/.test(text) && text !== "AX" ? registerName(0, op.size, 0) : text.toLowerCase();
    case "G":
      return registerName(op.reg, bytes, op.rex);
    case "Z":
      return registerName(op.rm, bytes, op.rex);
    case "S":
      return SEGMENT_REGISTERS[op.reg]!;
    case "C":
    case "D":
      return `${place.toLowerCase()}r${op.reg}`;
    case "V":
      return `xmm${op.reg}`;
    case "P":
      return `mm${op.reg & 7}`;
    case "I": {
      const value = (BigInt(op.immHigh) << 32n) | BigInt(op.imm >>> 0);
      if (size === "w") return hex(BigInt(op.imm));
      if (size === "b" && text !== "Ibs")
        return hex(BigInt.asUintN(8, BigInt(row(op) === "enter" ? op.imm2 : op.imm)));
      return hex(BigInt.asUintN(8 * op.size, value));
    }
    case "J":
      return hex(BigInt.asUintN(8 * op.size, BigInt(op.length + op.imm)));
    case "A":
      return `${op.imm2}:${op.imm >>> 0}`;
    case "X":
      return `${segment(op)}:${op.addressSize}`;
    case "Y":
      return `es:di${op.addressSize}`;
    case "O":
      return `${bytes}[${segment(op)}:++${hex((BigInt(op.dispHigh) << 32n) | BigInt(op.disp >>> 0))}]`;
  }
  if (op.rm >= 0) {
    if (place === "W" || place === "U") return `xmm${op.rm}`;
    if (place === "Q" || place === "N") return `mm${op.rm & 7}`;
    return registerName(op.rm, bytes, op.rex);
  }
  if (memory === "" || memory === "s") return ourMemory(op, "");
  if (memory === "p") return ourMemory(op, op.size + 2);
  if (memory === "a") return ourMemory(op, 2 * op.size);
  return ourMemory(op, SIZES[memory] ?? bytes);
}

const row = (op: Instruction) => op.row.mnemonic;

function ourMemory(op: Instruction, size: number | ""): string {
  const rip = op.base === RIP;
  const base = rip
    ? op.addressSize === 4
      ? "eip"
      : "rip"
    : op.base === NONE
      ? ""
      : registerName(op.base >> 1, op.addressSize, 0);
  const index = op.index === NONE ? "" : registerName(op.index >> 1, op.addressSize, 0);
  const disp = rip
    ? BigInt.asUintN(8 * op.addressSize, BigInt(op.length + op.disp))
    : BigInt.asUintN(8 * op.addressSize, BigInt(op.disp));
  const scale = index ? `*${1 << op.scale}` : "";
  return `${size}[${segment(op)}:${base}+${index}${scale}+${hex(disp)}]`;
}

/** Encodings that QEMU reads otherwise, or not at all. */
import { RIP } from "../../../src/machine/isa/index.ts";
import { codeOf } from "../case.ts";
import {
  ACCESSED,
  GROUPS,
  isOneByte,
  NEAR,
  named,
  PF,
  type Rule,
  ran,
  SIDT,
  tables,
  UD,
  undefinedThere,
  xor,
} from "./rule.ts";

export const ENCODINGS: readonly Rule[] = [
  {
    name: "LOCK where it is not allowed",
    reason:
      "LOCK before anything but the instructions of its list with a memory destination is #UD (SDM Vol. 2, LOCK). QEMU ignores most of them.",
    mine: ({ ours, at }) =>
      ours.vector === UD && at !== undefined && at.lock && !(at.row.lock === true && at.rm < 0),
  },
  {
    name: "hint NOPs",
    reason:
      "0F 0D, 0F 18 … 0F 1F with a register are NOPs (SDM Vol. 2, table A-3). QEMU knows some of them as #UD.",
    whole: ({ theirs, theirAt }) => undefinedThere(theirs) && named(theirAt, "nop"),
  },
  {
    name: "TEST with /1",
    reason: "F6 /1 and F7 /1 do what /0 does (AMD APM Vol. 3, A.2.1). QEMU knows them as #UD.",
    whole: ({ theirs, theirAt }) => undefinedThere(theirs) && named(theirAt, "test"),
  },
  {
    name: "INT1",
    reason: "F1 raises #DB without a check of the gate's DPL (SDM Vol. 2, INT1). QEMU 7.2 does not know it.",
    whole: ({ theirs, theirAt }) => undefinedThere(theirs) && named(theirAt, "int1"),
  },
  {
    name: "groups with another digit",
    reason:
      "8F, C6 and C7 are defined with /0 only, 0F BA with /4 … /7; else they are #UD. QEMU does not look, or reads memory first.",
    mine: ({ ours, bytes }) => ours.vector === UD && GROUPS.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "BSWAP with 16-bit operands",
    reason: "The result is undefined (SDM Vol. 2, BSWAP).",
    whole: ({ of }) => ran(of).some(({ row, size }) => row.mnemonic === "bswap" && size === 2),
    // … also when a branch leads behind the 66 that would have made it 32 bits.
    part: ({ field }, { of }) =>
      of.bits === 16 && /^r[a-d]x|r[sbd][pi]$/.test(field) && /(^|,)15,20[0-7](,|$)/.test(codeOf(of).join()),
  },
  {
    name: "66 before a near branch",
    reason:
      "In 64-bit mode near branches ignore 66 (SDM Vol. 2, Jcc, JMP, CALL: Intel 64). QEMU takes 16-bit operands, as AMD does.",
    whole: ({ of }) =>
      of.bits === 64 &&
      ran(of).some(({ row, size }) => row.size64 === "f64" && NEAR.includes(row.mnemonic) && size === 8) &&
      /(^|,)102,/.test(codeOf(of).join()),
  },
  {
    name: "LFS, LGS, LSS with REX.W",
    reason: "With REX.W the operand is m16:64 (SDM Vol. 2, LSS). QEMU reads m16:32, as AMD does.",
    whole: ({ of }) => ran(of).some(({ row, size }) => /^l[sfg]s$/.test(row.mnemonic) && size === 8),
  },
  {
    name: "MOVBE with 66",
    reason:
      "66 is the operand size: REX.W goes before it, in 16-bit code it makes 32. QEMU always takes it for 16 bits.",
    whole: ({ of }) =>
      ran(of).some(({ row, size }) => row.mnemonic === "movbe" && (of.bits === 16 || size === 8)),
  },
  {
    name: "MOVSXD with 66",
    part: (difference, { of }) =>
      tables(difference) &&
      xor(difference) === ACCESSED &&
      ran(of).some(({ row, size }) => row.mnemonic === "movsxd" && size === 2),
    reason: "MOVSXD r16, r/m16 reads two bytes (SDM Vol. 2, MOVSXD). QEMU reads four.",
    whole: ({ of, theirs }) =>
      theirs.vector === PF && ran(of).some(({ row, size }) => row.mnemonic === "movsxd" && size === 2),
  },
  {
    name: "SHLD and SHRD relative to RIP",
    reason:
      "A RIP-relative operand counts from the end of the instruction. QEMU 7.2 forgets the immediate of SHLD and SHRD.",
    whole: ({ of }) =>
      ran(of).some(
        ({ row, base }) => /^sh[lr]d$/.test(row.mnemonic) && base === RIP && row.operands[2] === "Ib",
      ),
  },
  {
    name: "RET n with n over 7FFF",
    reason: "The number of bytes to release is unsigned. QEMU extends its sign.",
    whole: ({ of }) =>
      ran(of).some(({ row, imm }) => /^retf?$/.test(row.mnemonic) && ((imm & 0xffff) | 0) > 0x7fff),
  },
  {
    name: "REX that is not last",
    reason:
      "A REX prefix counts only right before the opcode (SDM Vol. 2, 2.2.1). QEMU 7.2 lets legacy prefixes follow it.",
    whole: ({ of }) =>
      of.bits === 64 &&
      /^(..)*4.(66|67|f0|f2|f3|26|2e|36|3e|64|65)/.test(Buffer.from(codeOf(of)).toString("hex")),
  },
  {
    name: "PAUSE with REX.B",
    reason:
      "F3 90 with REX.B: for us and iced-x86 still PAUSE, for QEMU XCHG R8, rAX. The manual does not say.",
    whole: ({ of }) =>
      of.bits === 64 && ran(of).some(({ row, rex }) => row.mnemonic === "pause" && (rex & 1) !== 0),
  },
  {
    name: "SIDT with 16-bit operands",
    reason:
      "SGDT and SIDT store 32 bits of the base whatever the operand size (SDM Vol. 2, SIDT, Operation). QEMU clears the highest byte.",
    part: (difference, { of }) =>
      difference.field.startsWith("[2") && SIDT.test(codeOf(of).join()) && isOneByte(xor(difference)),
  },
];

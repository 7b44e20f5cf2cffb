/** Segmentation: limits, types, canonical addresses, and far transfers. */
import type { Instruction } from "../../../src/machine/isa/index.ts";
import { type Case, codeOf, ENTRY, isPaged } from "../case.ts";
import { decodeAll, pushesError, stopOf } from "../frame.ts";
import { RAM } from "../layout.ts";
import type { Outcome } from "../outcome.ts";
import { physicalOf } from "../pages.ts";
import { baseOf, isCompatibility, isPastLimit, isReserved, isSmall, violates } from "../segmentation.ts";
import {
  DB,
  DF,
  GP,
  inSupervisor,
  isFarLoad,
  isNotCanonical,
  isStackSmall,
  loadsStack,
  type Mine,
  NEAR,
  NP,
  named,
  PF,
  type Rule,
  ran,
  SS,
  same,
  xor,
} from "./rule.ts";

/** A branch of 16-bit code that can leave 64 KiB: a relative or direct one by its target, an indirect one by its operand size. */
function reachesFar(ip: number, { row, size, length, imm }: Instruction): boolean {
  const [operand = ""] = row.operands;
  if (operand.startsWith("J")) return ((ip + length + imm) & (size === 4 ? -1 : 0xffff)) >>> 0 > 0xffff;
  return operand === "Ap" ? imm >>> 0 > 0xffff : size === 4;
}

const interruptedRspHigh = ({ vector, frame }: Outcome) => frame[pushesError(vector) ? 9 : 7]!;

/** An instruction has the prefix of ES, CS, SS or DS. */
const hasOldPrefix = (of: Case) =>
  decodeAll(of).some(({ at, instruction }) =>
    codeOf(of)
      .slice(at, at + Math.max(0, instruction.length - 1))
      .some((byte) => (byte & 0xe7) === 0x26),
  );

/** The selector that QEMU's far transfer loaded, or complains of. */
const intoSegment = (of: Case, theirs: Outcome) => {
  const { cs, error } = stopOf(of, theirs);
  return theirs.vector === GP && error !== 0 && error !== undefined ? error : cs;
};

/** Some segment that the case began with holds `ours` at its start, and `theirs` lies 64 KiB on; RPL and TI aside. */
function liesAcross({ of, before }: Mine, ours: number, theirs: number): boolean {
  const word = (linear: number) => {
    const at = isPaged(of) ? physicalOf(linear) : linear;
    return at === undefined || at >= RAM ? -1 : before(at) & 0xffff;
  };
  const is = (linear: number, selector: number) => ((word(linear) ^ selector) & ~3) === 0;
  const bases = [of.ds, of.es, of.ss, of.cs, of.fs, of.gs].map((selector) =>
    hasParagraphs(of) ? selector << 4 : baseOf(selector),
  );
  return bases.some((base) => FIRST.some((at) => is(base + at, ours) && is(base + 0x10000 + at, theirs)));
}

/** Where the selector of a pointer at FFFC … FFFF can begin. */
const FIRST = [0, 1, 2, 3];

const hasParagraphs = (of: Case) => of.entry === ENTRY.real || of.entry === ENTRY.v86;

export const SEGMENTS: readonly Rule[] = [
  {
    name: "segment limits and types",
    reason:
      "TCG checks neither limits nor types of segments when memory is accessed. That there is a violation is computed anew (segmentation.ts).",
    mine: ({ of, ours, at }) =>
      (ours.vector === GP || ours.vector === SS || ours.vector === DF) &&
      violates(of, ours, at) !== undefined,
  },
  {
    name: "segment limits in the handler",
    reason:
      "The handler itself reads the 16-bit stack at its end and meets the limit, which TCG does not check.",
    whole: ({ of, ours, theirs }) =>
      of.entry === ENTRY.real
        ? stopOf(of, ours).cs === 0x0100 && Number(theirs.registers[4]! & 0xffffn) > 0xfffa
        : ours.vector === SS && inSupervisor(of, ours) && isStackSmall(of, theirs),
  },
  {
    name: "stack limits on delivery",
    reason:
      "After SS was loaded with a small segment, pushing a frame violates its limit: #SS, then #DF. TCG checks no limit.",
    whole: ({ of, ours, theirs }) =>
      ours.vector === DF && theirs.vector !== DF && (loadsStack(of) || isStackSmall(of, theirs)),
  },
  {
    name: "code past the limit",
    reason:
      "An instruction that reaches past the limit of CS is #GP(0). TCG does not check it; in 16-bit code it wraps.",
    mine: ({ of, ours }) => {
      const { ip } = stopOf(of, ours);
      return (
        ours.vector === GP && of.bits === 16 && (ip > 0xffff - 15 || (of.entry !== ENTRY.real && ip > 0xffff))
      );
    },
  },
  {
    name: "near transfer past the limit",
    reason: "A branch to an offset past the limit of CS is #GP(0) (SDM Vol. 2, JMP, RET …). TCG goes there.",
    mine: ({ of, ours, at }) =>
      ours.vector === GP &&
      of.bits === 16 &&
      stopOf(of, ours).error !== 1 &&
      named(at, ...NEAR, "jmp far", "call far") &&
      reachesFar(stopOf(of, ours).ip, at!),
  },
  {
    name: "far transfer past the limit",
    reason:
      "A far transfer to an offset past the limit of its target is #GP(0) (SDM Vol. 2, CALL, RET …). QEMU goes there, or names the selector.",
    whole: ({ of, ours, theirs, at }) =>
      ours.vector === GP &&
      stopOf(of, ours).error === 0 &&
      named(at, "call far", "jmp far", "retf", "iret") &&
      (isPastLimit(of, stopOf(of, theirs)) || (at!.size >= 4 && isSmall(intoSegment(of, theirs)))),
  },
  {
    name: "CS with both L and D",
    reason:
      "In IA-32e mode a far transfer to it is #GP(selector) (SDM Vol. 2, CALL, JMP; Vol. 3, 5.2.1: reserved). QEMU does not look.",
    mine: ({ of, ours, at }) =>
      (of.efer & 0x400) !== 0 &&
      ours.vector === GP &&
      named(at, "iret", "retf", "jmp far", "call far") &&
      isReserved(stopOf(of, ours).error ?? 0),
  },
  {
    name: "bases of ES, CS, SS and DS in 64-bit mode",
    reason:
      "They count as zero, with or without their prefixes (SDM Vol. 1, 3.4.4). QEMU adds the base when there is a prefix.",
    whole: ({ of, ours, theirs }) =>
      of.bits === 64 &&
      hasOldPrefix(of) &&
      [of.ds, of.es, of.ss, ours.ds, ours.es, ours.ss, theirs.ds, theirs.es, theirs.ss].some(
        (selector) => baseOf(selector) !== 0,
      ),
  },
  {
    name: "null SS of compatibility mode",
    reason:
      "IRETQ to compatibility mode with a null SS is #GP(0) (SDM Vol. 2, IRET, Operation). QEMU looks at CPL only.",
    whole: ({ of, ours, theirs, at }) =>
      (of.efer & 0x400) !== 0 &&
      ours.vector === GP &&
      stopOf(of, ours).error === 0 &&
      named(at, "iret") &&
      isCompatibility(stopOf(of, theirs).cs),
  },
  {
    name: "far pointer across 64 KiB",
    reason:
      "With 16-bit addresses the selector of a far pointer at FFFE lies at 0 again. QEMU goes on at 10000.",
    whole: (both) =>
      both.ours.vector === GP &&
      both.theirs.vector === GP &&
      same(both) &&
      both.at !== undefined &&
      isFarLoad(both.at) &&
      liesAcross(both, stopOf(both.of, both.ours).error!, stopOf(both.of, both.theirs).error!),
    part: ({ field, ours, theirs }, both) =>
      /^(ds|es|fs|gs|frame [5-9])$/.test(field) &&
      ran(both.of).some(isFarLoad) &&
      liesAcross(both, Number(ours), Number(theirs)),
  },
  {
    name: "return to an address that is not canonical",
    reason:
      "The near branch itself is #GP(0) and nothing has changed (SDM Vol. 2, RET, JMP, CALL). QEMU goes there and faults on the fetch.",
    whole: ({ of, ours, theirs, at }) =>
      of.bits === 64 &&
      ours.vector === GP &&
      (((theirs.vector === GP || theirs.vector === DB) && isNotCanonical(theirs)) || theirs.vector === DF) &&
      named(at, ...NEAR),
  },
  {
    name: "non-canonical stack addresses",
    reason:
      "An address over RSP or RBP that is not canonical is #SS(0) (SDM Vol. 1, 3.3.7.1). For QEMU it is #GP(0) like any other.",
    part: (difference, { of, ours, theirs }) =>
      difference.field === "vector" && of.bits === 64 && ours.vector === SS && theirs.vector === GP,
  },
  {
    name: "absent stack segment of a return",
    reason:
      "IRET and RETF to a stack segment that is not present are #SS(selector) (SDM Vol. 2, IRET, RET). For QEMU it is #NP.",
    part: ({ field }, both) =>
      field === "vector" &&
      both.ours.vector === SS &&
      both.theirs.vector === NP &&
      same(both) &&
      stopOf(both.of, both.ours).error === stopOf(both.of, both.theirs).error &&
      named(both.at, "iret", "retf"),
  },
  {
    name: "null SS",
    reason:
      "In 64-bit mode a null SS is allowed below CPL 3 when its RPL is the CPL (SDM Vol. 2, MOV). QEMU does not compare.",
    whole: ({ of, ours, at }) =>
      of.bits === 64 &&
      ours.vector === GP &&
      stopOf(of, ours).error === 0 &&
      at !== undefined &&
      ((at.row.operands[0] === "Sw" && at.reg === 2) || named(at, "lss")),
  },
  {
    name: "far transfers and supervisor pages",
    reason:
      "Far transfers use the stack with the rights of their ring. QEMU uses it as supervisor: with SMAP on a user page faults, without it a supervisor page does not.",
    whole: ({ of, ours, theirs, theirAt, at }) =>
      (theirs.vector === PF &&
        (stopOf(of, theirs).error! & 4) === 0 &&
        ((stopOf(of, theirs).cs & 3) === 3 || (stopOf(of, theirs).flags & 0x20000) !== 0) &&
        named(theirAt, "retf", "iret", "call far", "int")) ||
      (ours.vector === PF && (stopOf(of, ours).error! & 5) === 5 && named(at, "retf", "iret", "call far")),
  },
  {
    name: "RSP after far transfers of 16 or 32 bits in 64-bit mode",
    reason: "RSP has 64 bits whatever the operand size. QEMU cuts it to 32.",
    whole: ({ of, ours }) =>
      of.bits === 64 &&
      (of.registers[4]! > 0xffffffffn || interruptedRspHigh(ours) !== 0) &&
      ran(of).some(({ row, size }) => size < 8 && /^(call far|retf|iret)$/.test(row.mnemonic)),
  },
  {
    name: "RPL of CS behind a gate to conforming code",
    reason: "CS gets CPL as its RPL (SDM Vol. 2, CALL and INT n). QEMU gives it the segment's DPL.",
    part: (difference) =>
      difference.field === "cs" && (xor(difference) & ~3) === 0 && (Number(difference.ours) & ~7) === 0x80,
  },
  {
    name: "accessed bit of descriptors",
    reason:
      "Loading CS or SS sets the accessed bit of its descriptor (SDM Vol. 3, 3.4.5.1). QEMU's IRET, RETF and gates do not.",
    part: (difference) =>
      (/^\[24[0-9a-f]{2}[4c]\]$/.test(difference.field) &&
        xor(difference) === 0x100 &&
        (Number(difference.ours) & 0x100) !== 0) ||
      // … and with it the dirty bit of that page.
      (/^\[25(090|120)\]$/.test(difference.field) && (xor(difference) & ~0x60) === 0),
  },
  {
    name: "a stack where there is no memory",
    reason: "Without paging a stack pointer can leave RAM: below 4 GiB lies QEMU's firmware, here nothing.",
    whole: ({ of, ours, theirs }) =>
      !isPaged(of) &&
      of.entry !== ENTRY.real &&
      (of.cs & 3) === 0 &&
      [ours, theirs].some(({ registers }) => registers[4]! >= BigInt(RAM)),
  },
];

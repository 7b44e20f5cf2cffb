/** Flags, and the traps that they bring. */
import { codeOf, ENTRY } from "../case.ts";
import { stopOf } from "../frame.ts";
import { KTSS } from "../layout.ts";
import { DB, isFault, isFaultVector, named, RF, type Rule, ran, same, xor } from "./rule.ts";

const ARITHMETIC = 0x8d5;

/** A third of all cases end with a fault: it is counted apart. */
export const RF_IMAGE: Rule = {
  name: "RF in the image of a fault",
  reason:
    "For faults the processor sets RF in the EFLAGS image that it pushes (SDM Vol. 3, 17.3.1.1). QEMU pushes RF as it is.",
  part: (difference, { ours }) =>
    /^(flags|frame|\[2)/.test(difference.field) &&
    xor(difference) === RF &&
    (BigInt(difference.ours ?? 0) & BigInt(RF)) !== 0n &&
    isFaultVector(ours),
};

export const FLAGS: readonly Rule[] = [
  RF_IMAGE,
  {
    name: "flags when a store faults",
    reason:
      "A fault leaves the flags as they were. QEMU computes them before the store in SETcc, RCL and RCR, and its record of what they depend on is then wrong: after RCL and RCR any bit can be set.",
    part: (difference, both) =>
      difference.field === "flags" &&
      isFault(both.ours) &&
      same(both) &&
      (named(both.at, "rcl", "rcr") ||
        ((xor(difference) & ~(RF | ARITHMETIC)) === 0 && both.at?.row.mnemonic.startsWith("set") === true)),
  },
  {
    name: "flags across a task switch",
    reason:
      "A task switch saves and loads EFLAGS (SDM Vol. 3, 7.3). QEMU saves and keeps arithmetic flags that it has not computed yet.",
    part: (difference, { theirs }) =>
      theirs.tr !== KTSS &&
      (/^\[24[ad]24\]$/.test(difference.field) ||
        (/flags$/.test(difference.field) && (xor(difference) & ~(RF | ARITHMETIC)) === 0)),
  },
  {
    name: "VIF and VIP",
    reason:
      "QEMU's IRET to v86 mode loads VIF and VIP, and its other IRETs never clear them: they stay for the next cases.",
    part: (difference) =>
      /flags$/.test(difference.field) &&
      (xor(difference) & ~(0x180000 | RF)) === 0 &&
      (Number(difference.ours) & 0x180000) === 0,
  },
  {
    name: "undefined flags in a frame that wraps",
    reason:
      "A real-mode frame over the end of the stack segment is compared like other memory, undefined flags too.",
    part: (difference, { of, ours }) => {
      const sp = Number(ours.registers[4]! & 0xffffn);
      const bits = xor(difference);
      return (
        of.entry === ENTRY.real &&
        (sp > 0xfff8 || sp < 6) &&
        difference.field.startsWith("[") &&
        [0, 8, 16, 24].some((shift) => (bits & ~((of.undefined << shift) | (of.undefined >>> 8))) === 0)
      );
    },
  },
  {
    name: "single step after STI",
    reason:
      "STI holds back interrupts for an instruction, not the single-step trap (SDM Vol. 3, 6.8.3). QEMU holds back both.",
    whole: ({ ours, of }) =>
      ours.vector === DB &&
      (ours.dr6 & 0x4000) !== 0 &&
      codeOf(of)[stopOf(of, ours).ip - Number(of.rip & 0xffffffffn) - 1] === 0xfb,
  },
  {
    name: "single step after PAUSE",
    reason:
      "PAUSE is an instruction like any other to TF. QEMU gives the processor away and forgets the trap.",
    whole: ({ of, ours }) =>
      ours.vector === DB && (of.flags & 0x100) !== 0 && ran(of).some(({ row }) => row.mnemonic === "pause"),
  },
  {
    name: "single step after LSS",
    reason:
      "Only MOV and POP to SS hold back a single-step trap (SDM Vol. 3, 6.8.3). QEMU's LSS does as well.",
    whole: ({ of, ours }) =>
      ours.vector === DB && (of.flags & 0x100) !== 0 && ran(of).some(({ row }) => row.mnemonic === "lss"),
  },
];

/** Page faults, and what an access leaves in page tables. */
import { codeOf } from "../case.ts";
import { violates } from "../segmentation.ts";
import {
  ACCESSED,
  DF,
  DIRTY,
  isFault,
  isNear,
  named,
  P,
  PF,
  RSVD,
  type Rule,
  ran,
  SS,
  same,
  tables,
  UD,
  W,
  xor,
} from "./rule.ts";

export const PAGING: readonly Rule[] = [
  {
    name: "read-modify-write",
    reason:
      "The destination of a read-modify-write instruction is checked for writing before it is read: its #PF has W set, and a page that may not be written is not accessed. QEMU reads first.",
    part: (difference, both) =>
      both.ours.vector === PF &&
      both.theirs.vector === PF &&
      same(both) &&
      // Across two pages the first one's write comes before the second one's read.
      ((difference.field === "cr2" && isNear(difference)) ||
        (difference.field === "error" &&
          both.theirs.cr2 > both.ours.cr2 &&
          both.theirs.cr2 - both.ours.cr2 < 16n) ||
        (difference.field === "error" &&
          (xor(difference) & ~(W | P)) === 0 &&
          (Number(difference.ours) & W) !== 0) ||
        (tables(difference) && (xor(difference) & ~(ACCESSED | DIRTY)) === 0)),
  },
  {
    name: "P with RSVD",
    reason:
      "A reserved bit is found in an entry that is present, so P is set as well (SDM Vol. 3, 4.7). QEMU 7.2 leaves it out.",
    part: (difference) =>
      difference.field === "error" &&
      (xor(difference) & ~W) === P &&
      (Number(difference.ours) & (RSVD | P)) === (RSVD | P),
  },
  {
    name: "order of CMPS",
    reason:
      "The manual does not say which operand CMPS reads first. We read DS:SI first, as Bochs does; QEMU reads ES:DI.",
    whole: (both) => isFault(both.ours) && isFault(both.theirs) && same(both) && named(both.at, "cmps"),
    part: (difference, both) =>
      both.ours.vector === both.theirs.vector &&
      named(both.at, "cmps") &&
      (difference.field === "cr2" ||
        difference.field === "error" ||
        (tables(difference) && xor(difference) === ACCESSED)),
  },
  {
    name: "order of PUSHA",
    reason: "PUSHA pushes AX first: when it faults, CR2 is at the top. QEMU begins at the bottom.",
    part: (difference, both) =>
      difference.field === "cr2" && named(both.at, "pusha") && named(both.theirAt, "pusha"),
  },
  {
    name: "CLFLUSH accesses",
    reason:
      "CLFLUSH is checked like a load of a byte and sets the accessed bit (SDM Vol. 2, CLFLUSH). For QEMU it is a NOP.",
    whole: ({ of, ours, at }) =>
      named(at, "clflush") &&
      (ours.vector === PF || violates(of, ours, at) !== undefined || (of.bits === 64 && isFault(ours))),
    part: (difference, { of }) =>
      tables(difference) && (xor(difference) & ~ACCESSED) === 0 && /\b15,174,/.test(codeOf(of).join()),
  },
  {
    name: "ENTER touches its stack",
    reason:
      "ENTER ends with a check that the new top of stack may be written (SDM Vol. 2, ENTER). QEMU has none.",
    whole: ({ ours, at }) => (ours.vector === PF || ours.vector === SS) && named(at, "enter"),
  },
  {
    name: "ENTER marks its stack",
    reason:
      "The check at the end of ENTER is a write access: the page becomes dirty. QEMU has no such check.",
    part: (difference, { of }) =>
      tables(difference) &&
      (xor(difference) & ~(ACCESSED | DIRTY)) === 0 &&
      ran(of).some(({ row }) => row.mnemonic === "enter"),
  },
  {
    name: "SGDT and SIDT that fault halfway",
    reason: "Whether the limit is stored when the base cannot be is not said. We store both or none.",
    part: (difference, both) =>
      both.ours.vector === PF && named(both.at, "sgdt", "sidt") && difference.field.startsWith("[2"),
  },
  {
    name: "undefined opcodes with an operand",
    reason:
      "QEMU reads the operand of an undefined opcode before it says #UD: its page is marked as accessed.",
    part: (difference, both) =>
      both.ours.vector === UD &&
      both.theirs.vector === UD &&
      tables(difference) &&
      xor(difference) === ACCESSED,
  },
  {
    name: "faults that lead to #DF",
    reason:
      "When pushing a frame faults over and over, each frame has the images explained above (RF, W), until a #DF ends it.",
    whole: ({ ours, theirs }) => ours.vector === DF && theirs.vector === DF,
  },
  {
    name: "more changes than are written down",
    reason:
      "Of more than 200 changed dwords only the number is compared, and accessed bits that are explained above count.",
    part: ({ field, ours, theirs }, both) =>
      field === "count" && both.ours.vector === PF && Math.abs(Number(ours) - Number(theirs)) < 4,
  },
];

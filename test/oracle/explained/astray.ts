/** Bytes of no meaning, and cases that went where nobody drew them. */
import { codeOf } from "../case.ts";
import {
  GP,
  inSupervisor,
  isAstray,
  isCode,
  isVector,
  NM,
  type Rule,
  ran,
  readsUndefined,
  same,
  UD,
  X87,
  xor,
} from "./rule.ts";

/** Each byte differs in all of its bits or in none: all ones against zero, among others. */
const isWholeBytes = (bits: number) =>
  [0, 8, 16, 24].every((shift) => [0, 0xff].includes((bits >>> shift) & 0xff));

export const ASTRAY: readonly Rule[] = [
  {
    name: "the supervisor's own fault",
    reason:
      "A case left its stack over a page that is not there, and the supervisor, which reads the frame, faults at the same instruction on both: the images explained elsewhere (RF, W) are in its registers.",
    whole: (both) => inSupervisor(both.of, both.ours) && inSupervisor(both.of, both.theirs) && same(both),
  },
  {
    name: "data run as code",
    reason:
      "A jump astray went on in data: what ran there (x87, MMX, LOCK …) and which flags it left undefined is not known.",
    whole: ({ of, ours, theirs }) => [ours, theirs].every((outcome) => isAstray(of, outcome)),
  },
  {
    name: "code that overwrites itself",
    reason:
      "A repeated string instruction goes on when it has overwritten itself; QEMU looks at the new bytes after each iteration. And when a store hits its own translation block, QEMU begins the instruction again, with flags as above.",
    whole: ({ of, ours, theirs }) =>
      [ours, theirs].every(
        ({ changes }) =>
          (changes.length >= 200 && /(^|,)24[23],/.test(codeOf(of).join())) ||
          changes.some(
            ([at, value]) =>
              at >= (of.where & ~3) && at < of.where + codeOf(of).length && !isCode(of, at, value),
          ),
      ),
  },
  {
    name: "x87 in bytes of no meaning",
    reason:
      "QEMU's x87 does not check for an empty or full stack, has more encodings than the hardware, and knows no FOP.",
    mine: ({ bytes }) => X87.test(Buffer.from(bytes).toString("hex")),
    whole: ({ of }) => ran(of).some(({ row }) => /^D[89A-F]/.test(row.opcode)),
  },
  {
    name: "MMX and SSE arithmetic",
    reason:
      "Our processor has a part of MMX and SSE (isa/table/simd.ts); the rest is #UD. Operands that are not aligned to 16 are #GP(0), which TCG does not check.",
    mine: ({ of, ours, bytes }) =>
      (ours.vector === UD || ours.vector === GP || ours.vector === NM) && isVector(of, bytes),
    whole: ({ of, theirs, bytes }) => theirs.vector === NM && isVector(of, bytes),
  },
  {
    name: "reserved bytes of FXSAVE",
    reason:
      "FXSAVE writes zeros to the reserved bytes behind each x87 register, or leaves them (SDM Vol. 2, table 3-44 does not say). QEMU leaves them.",
    part: ({ field, ours, theirs }, { of }) =>
      field.startsWith("[2") &&
      (Number(ours) & ~Number(theirs)) === 0 &&
      ran(of).some(({ row }) => row.mnemonic === "fxsave"),
  },
  {
    name: "ports without a device",
    reason:
      "What a port gives where no device is, is the board's affair; in bytes of no meaning it can be any port and size.",
    part: (difference, { of }) =>
      of.undefined === 0x8d5 &&
      (difference.field === "rax"
        ? [difference.ours, difference.theirs].every((value) =>
            [0n, 0xffn, 0xffffn].includes(BigInt(value!) & 0xffffn),
          ) && /(^|,)(22[89]|23[67]),/.test(codeOf(of).join())
        : difference.field.startsWith("[2") &&
          isWholeBytes(xor(difference)) &&
          /(^|,)(108|109),/.test(codeOf(of).join())),
  },
  {
    name: "undefined flags that are read",
    reason: "Bytes of no meaning can read flags that the instruction before left undefined.",
    whole: ({ of }) => readsUndefined(of),
  },
  {
    name: "the processor's identity",
    reason:
      "CPUID and the counters tell about the model and the time; they come out of bytes that mean nothing.",
    whole: ({ of }) => ran(of).some(({ row }) => /^(cpuid|rdtscp?|rdpmc|xgetbv)$/.test(row.mnemonic)),
  },
];

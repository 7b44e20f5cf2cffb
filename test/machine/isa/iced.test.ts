/**
 * Random bytes through our decoder and iced-x86's: same length, validity, name and operands.
 * RINGLAB_ISA_CASES=400000 RINGLAB_ISA_SEED=7 runs more of them, others.
 */
import * as icedX86 from "iced-x86";
import { expect, test } from "vitest";
import { byIced, byUs, INVALID, type Oracle } from "./iced.ts";
import { randomCode } from "./random-code.ts";

const CASES = Number(process.env.RINGLAB_ISA_CASES ?? 40_000);
const SEED = Number(process.env.RINGLAB_ISA_SEED ?? 1);

/**
 * Feature sets that the table has whole. What iced decodes and we do not must be of another: of SSE2 and before MASKMOVQ and
 * MASKMOVDQU are not there, of what came after nothing is, SYSCALL outside 64-bit mode is AMD's.
 */
const WHOLE =
  /^INTEL(8086|186|286|386|486)(_ONLY)?$|^(X64|FPU|FPU287|FPU387|CPUID|MSR|TSC|CMOV|FCOMI|FXSR|CX8|CX16|SEP|RDPMC|RDTSCP|PAUSE|POPCNT|LZCNT|BMI1|MOVBE|SMAP|INVPCID|VMX|SVM|FSGSBASE|MONITOR|CLFSH|XSAVE|PREFETCHW|MULTIBYTENOP|INVEPT|INVVPID|VMFUNC|MMX|SSE|SSE2)$/;

const isMissing = ({ features, encoding, text }: Oracle) =>
  encoding !== icedX86.EncodingKind.Legacy ||
  features.some((feature) => !WHOLE.test(feature)) ||
  text.startsWith("maskmov");

test.each([16, 32, 64] as const)("%i-bit code", (bits) => {
  const code = randomCode(bits, SEED * 100 + bits);
  const wrong: string[] = [];
  let valid = 0;
  for (let i = 0; i < CASES; i++) {
    const bytes = code.next().value;
    const ours = byUs(bytes, bits);
    const theirs = byIced(bytes, bits);
    if (ours.text !== INVALID) valid++;
    if (ours.text === theirs.text && (ours.text === INVALID || ours.length === theirs.length)) continue;
    // Hints have many names and one length.
    const isHint = ours.op.row.alias === true && /^(nop|prefetch)$/.test(ours.op.row.mnemonic);
    if (isHint && ours.length === theirs.length) continue;
    if (ours.text === INVALID && isMissing(theirs)) continue;
    wrong.push(
      `${Buffer.from(bytes).toString("hex")}: ${ours.length} ${ours.text}, iced ${theirs.length} ${theirs.text} (${theirs.code}, ${theirs.features})`,
    );
  }
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(valid).toBeGreaterThan(CASES / 2);
});

/** What differs between two outcomes of a case, undefined flags aside. */
import { ended, type Result } from "./batch.ts";
import type { Case } from "./case.ts";
import type { Outcome } from "./outcome.ts";

export interface Difference {
  /** A register, "vector", "frame 2", "[24014]" for memory, or "end" when not both came to an outcome. */
  readonly field: string;
  /** Undefined for memory that did not change there. */
  readonly ours: number | bigint | string | undefined;
  readonly theirs: number | bigint | string | undefined;
}

export const NAMES = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");

/** What the handler's own instructions make of the arithmetic flags says nothing. */
const SYSTEM_FLAGS = ~0x8d5;

const WORDS = ["cr0", "cr3", "cr4", "dr6", "dr7", "ds", "es", "fs", "gs", "ss", "ldtr", "tr"] as const;
const QWORDS = ["cr2", "fsBase", "gsBase", "kernelGs"] as const;

export function compare({ undefined: mask }: Case, ours: Result, theirs: Result): Difference[] {
  if (ended(ours) || ended(theirs)) {
    if ((ended(ours) && ours.end === "skipped") || (ended(theirs) && theirs.end === "skipped")) return [];
    const say = (of: Result) => (ended(of) ? of.end : `#${of.vector}`);
    return say(ours) === say(theirs) && ended(ours)
      ? []
      : [
          {
            field: "end",
            ours: ended(ours) ? `${ours.end}: ${ours.detail}` : say(ours),
            theirs: ended(theirs) ? `${theirs.end}: ${theirs.detail}` : say(theirs),
          },
        ];
  }
  const found: Difference[] = [];
  const check = (field: string, a: number | bigint, b: number | bigint) => {
    if (a !== b) found.push({ field, ours: a, theirs: b });
  };
  check("vector", ours.vector, theirs.vector);
  ours.registers.forEach((value, i) => {
    check(NAMES[i]!, value, theirs.registers[i]!);
  });
  for (const name of WORDS) check(name, ours[name], theirs[name]);
  for (const name of QWORDS) check(name, ours[name], theirs[name]);
  if (mask === 0) check("count", ours.count, theirs.count);
  check("handler flags", ours.flags & SYSTEM_FLAGS, theirs.flags & SYSTEM_FLAGS);
  ours.frame.forEach((value, i) => {
    const there = theirs.frame[i]!;
    if ((value ^ there) & ~mask) found.push({ field: `frame ${i}`, ours: value, theirs: there });
  });
  return [...found, ...memory(ours, theirs, mask)];
}

function memory(ours: Outcome, theirs: Outcome, mask: number): Difference[] {
  const found: Difference[] = [];
  const other = new Map(theirs.changes);
  for (const [address, value] of ours.changes) {
    const there = other.get(address);
    if (there === undefined || (value ^ there) & ~mask)
      found.push({ field: `[${address.toString(16)}]`, ours: value, theirs: there });
    other.delete(address);
  }
  for (const [address, value] of other)
    found.push({ field: `[${address.toString(16)}]`, ours: undefined, theirs: value });
  return found;
}

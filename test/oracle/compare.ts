/** What differs between two outcomes of a case, undefined flags aside. */
import { ended, type Result } from "./batch.ts";
import { type Case, ENTRY } from "./case.ts";
import { frameBytes, stopOf } from "./frame.ts";
import { OTHER_TSS, TSS } from "./layout.ts";
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

/** `before` tells a dword of memory as the case found it. */
export function compare(
  of: Case,
  ours: Result,
  theirs: Result,
  before: (address: number) => number,
): Difference[] {
  if (ended(ours) || ended(theirs)) {
    if ((ended(ours) && ours.end === "skipped") || (ended(theirs) && theirs.end === "skipped")) return [];
    if (ended(ours) && ended(theirs) && ours.end === theirs.end && ours.end !== "crash") return [];
    const say = (result: Result) => (ended(result) ? `${result.end}: ${result.detail}` : `#${result.vector}`);
    return [{ field: "end", ours: say(ours), theirs: say(theirs) }];
  }
  const found: Difference[] = [];
  const check = (field: string, a: number | bigint | undefined, b: number | bigint | undefined) => {
    if (a !== b) found.push({ field, ours: a, theirs: b });
  };
  check("vector", ours.vector, theirs.vector);
  ours.registers.forEach((value, i) => {
    check(NAMES[i]!, value, theirs.registers[i]!);
  });
  for (const name of WORDS) check(name, ours[name], theirs[name]);
  for (const name of QWORDS) check(name, ours[name], theirs[name]);
  check("handler flags", ours.flags & SYSTEM_FLAGS, theirs.flags & SYSTEM_FLAGS);
  const [here, there] = [stopOf(of, ours), stopOf(of, theirs)];
  check("ip", here.ip, there.ip);
  check("cs", here.cs, there.cs);
  check("error", here.error, there.error);
  check("flags", here.flags & ~of.undefined, there.flags & ~of.undefined);
  // The rest of the frame (the interrupted stack, v86 segments) lies behind what is named above.
  const first =
    of.entry === ENTRY.real ? 12 : (3 + (here.error === undefined ? 0 : 1)) * (of.efer & 0x400 ? 2 : 1);
  if ((here.error === undefined) === (there.error === undefined))
    for (let i = first; i < 12; i++) check(`frame ${i}`, ours.frame[i]!, theirs.frame[i]!);
  return [...found, ...memory(of, ours, theirs, before)];
}

function memory(of: Case, ours: Outcome, theirs: Outcome, before: (address: number) => number): Difference[] {
  const mine = new Map(ours.changes);
  const other = new Map(theirs.changes);
  const frame = frameBytes(of, ours);
  const same = ours.registers[4] === theirs.registers[4];
  const found: Difference[] = [];
  for (const address of new Set([...mine.keys(), ...other.keys()])) {
    const a = mine.get(address) ?? before(address);
    const b = other.get(address) ?? before(address);
    let bits = (a ^ b) >>> 0;
    if (address === TSS + 0x24 || address === OTHER_TSS + 0x24) bits &= ~of.undefined;
    if (same)
      for (let i = 0; i < 4; i++)
        if (address + i >= frame.from && address + i < frame.to) bits &= ~(0xff << (8 * i));
    if (bits !== 0) found.push({ field: `[${address.toString(16)}]`, ours: a, theirs: b });
  }
  // More changes than were written down: at least their number is the same.
  if (ours.count !== theirs.count && ours.count > ours.changes.length)
    found.push({ field: "count", ours: ours.count, theirs: theirs.count });
  return found;
}

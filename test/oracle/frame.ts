/** The handler's frame taken apart: where the case stopped, and where in memory the frame lies. */
import { Instruction as Decoded, decode, type Instruction } from "../../src/machine/isa/index.ts";
import { type Case, codeOf, ENTRY, isPaged } from "./case.ts";
import { DATA0, GDT, KDATA, OTHER_TSS, TSS } from "./layout.ts";
import type { Outcome } from "./outcome.ts";
import { physicalOf } from "./pages.ts";

/** Vectors that push an error code; INT n does not, which is taken for one here when it names such a vector. */
const ERRORS = 0x00227d00;
export const pushesError = (vector: number) => vector < 32 && ((ERRORS >>> vector) & 1) === 1;

export interface Stop {
  /** Low 32 bits. */
  readonly ip: number;
  readonly cs: number;
  readonly flags: number;
  /** Undefined without one. */
  readonly error: number | undefined;
}

const isLong = (of: Case) => (of.efer & 0x400) !== 0;
export function stopOf(of: Case, { vector, frame, changes }: Outcome): Stop {
  if (of.entry === ENTRY.real)
    return { ip: frame[0]! & 0xffff, cs: frame[0]! >>> 16, flags: frame[1]! & 0xffff, error: undefined };
  if (vector === 8 && !isLong(of)) return interruptedTask(changes);
  const skip = pushesError(vector) ? 1 : 0;
  const step = isLong(of) ? 2 : 1;
  const at = (i: number) => frame[step * (skip + i)]!;
  return { ip: at(0), cs: at(1) & 0xffff, flags: at(2), error: skip ? frame[0] : undefined };
}

/** The stack pointer of what was interrupted, its low 32 bits. */
export function interruptedSp(of: Case, outcome: Outcome): number {
  const { vector, frame, registers, ss } = outcome;
  const words = 3 + (pushesError(vector) ? 1 : 0);
  if (isLong(of)) return frame[2 * words]!;
  const esp = Number(registers[4]! & 0xffffffffn);
  if (of.entry === ENTRY.real) return ((esp & ~0xffff) | ((esp + 6) & 0xffff)) >>> 0;
  const switched = of.entry === ENTRY.outer || of.entry === ENTRY.v86;
  return switched && ss === KDATA ? frame[words]! : (esp + 4 * words) >>> 0;
}

/** The stack segment of what was interrupted. */
export function interruptedSs(of: Case, { vector, frame, ss }: Outcome): number {
  const place = 4 + (pushesError(vector) ? 1 : 0);
  if (isLong(of)) return frame[2 * place]! & 0xffff;
  const switched = of.entry === ENTRY.outer || of.entry === ENTRY.v86;
  return switched && ss === KDATA ? frame[place]! & 0xffff : ss;
}

/** #DF is a task of its own in 32-bit mode: what it interrupted is in the old task's segment. */
function interruptedTask(changes: Outcome["changes"]): Stop {
  const saved = new Map(changes);
  const word = (offset: number) => saved.get(TSS + offset) ?? saved.get(OTHER_TSS + offset) ?? 0;
  return { ip: word(0x20), cs: word(0x4c) & 0xffff, flags: word(0x24), error: 0 };
}

/** Physical bytes that repeat what the outcome's registers and frame say: those of a frame on the case's own stack. */
export function frameBytes(of: Case, outcome: Outcome): { from: number; to: number } {
  const rsp = Number(outcome.registers[4]! & 0xffffffffn);
  if (of.entry === ENTRY.real) {
    const at = ((outcome.ss << 4) + (rsp & 0xffff)) >>> 0;
    return { from: at, to: at + 6 };
  }
  const size = isLong(of) ? 40 : 12;
  const base = of.bits === 16 ? 0x20000 : 0;
  const linear = (base + rsp) >>> 0;
  const physical = !isPaged(of) ? linear : (physicalOf(linear) ?? 0);
  // In 32-bit mode the handler pushes three words of its own.
  return {
    from: physical - (isLong(of) ? 0 : 12),
    to: physical + size + (pushesError(outcome.vector) ? size / (isLong(of) ? 5 : 3) : 0),
  };
}

/** The bytes at which a case stopped, as they were at its end; empty outside of the window. */
export function bytesAt(of: Case, outcome: Outcome, before: (address: number) => number): number[] {
  const { ip, cs, flags } = stopOf(of, outcome);
  const small = of.entry === ENTRY.real || (flags & V86) !== 0;
  const base = small ? cs << 4 : of.bits === 16 ? DATA0 : 0;
  const linear = (base + ip) >>> 0;
  const physical = physicalOf(linear);
  if (physical === undefined || physical >= GDT) return [];
  const after = new Map(outcome.changes);
  return Array.from({ length: 15 }, (_, i) => {
    const at = (physical + i) & ~3;
    return ((after.get(at) ?? before(at)) >>> (8 * ((physical + i) & 3))) & 0xff;
  });
}

const V86 = 0x20000;

/** The instruction at which a case stopped, if that is inside of the window. */
export function instructionAt(
  of: Case,
  outcome: Outcome,
  before: (address: number) => number,
): Instruction | undefined {
  const bytes = bytesAt(of, outcome, before);
  if (bytes.length === 0) return undefined;
  const into = new Decoded();
  let at = 0;
  decode(() => bytes[at++] ?? 0xcc, of.bits, into);
  return into;
}

/** The case's instructions in straight line, with their offsets. */
export function decodeAll(of: Case): { at: number; instruction: Instruction }[] {
  const code = codeOf(of);
  const found: { at: number; instruction: Instruction }[] = [];
  for (let at = 0; at < code.length; ) {
    const start = at;
    const instruction = new Decoded();
    decode(() => code[at++] ?? 0xcc, of.bits, instruction);
    found.push({ at: start, instruction });
  }
  return found;
}

const LEAVES = /^(jmp|call|retf?|iret|jmp far|call far|int|int1|int3|syscall|sysenter|sysexit|sysret)$/;

/**
 * How many instructions of the case began at least, by the place where it stopped: a branch counts as taken when it can have
 * been, and after a transfer out of the case nothing counts. Iterations of REP are one instruction.
 */
export function instructionsRun(of: Case, outcome: Outcome): number {
  const stop = (stopOf(of, outcome).ip - Number(of.rip & 0xffffffffn)) | 0;
  const end = codeOf(of).length;
  const last = stop >= 0 && stop <= end + 1 ? stop : -1;
  const all = new Map(decodeAll(of).map(({ at, instruction }) => [at, instruction]));
  let count = 0;
  for (let at = 0; at < end && at !== last; ) {
    const instruction = all.get(at);
    if (!instruction) break;
    count++;
    const { row, length, imm } = instruction;
    const next = at + length;
    const branches = row.operands[0]?.startsWith("J") === true;
    const target = next + imm;
    if (branches && target >= next && target <= last) at = target;
    else if (branches ? last < next : LEAVES.test(row.mnemonic)) break;
    else at = next;
  }
  return all.has(last) ? count + 1 : count;
}

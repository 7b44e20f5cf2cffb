/**
 * A block of guest code, up to a transfer of control, a change of mode or the page's end, as host code.
 *
 *     decode ──▶ which flags may somebody see? (backwards) ──▶ write, one instruction after the other ──▶ what lies out of line
 *
 * What has no translation in line is a call-out, and V carries it out.
 */
import { decode } from "../../../machine/isa/decode.ts";
import { Instruction } from "../../../machine/isa/instruction.ts";
import { CMP, EBP, Label, NOT_EQUAL } from "./emitter.ts";
import { ATTEND, KEY } from "./env.ts";
import { isShadowed, unshadowed } from "./mode.ts";
import { ALU } from "./ops/alu.ts";
import { CONTROL, goTo } from "./ops/control.ts";
import { MOVES } from "./ops/move.ts";
import { MEMORY, OTHER, operand, type Translate } from "./ops/operands.ts";
import { countOf, isShift, SHIFTS, shiftsForSure } from "./ops/shift.ts";
import { STACK_OPS } from "./ops/stack.ts";
import { STRINGS } from "./ops/string.ts";
import type { Site, Start } from "./site.ts";
import { type Stubs, Writer } from "./writer.ts";

/** Instructions of a block at most. */
const LONGEST = 64;
const ARITHMETIC = ["o", "s", "z", "a", "p", "c"];

const IN_LINE: Readonly<Record<string, Translate>> = {
  ...ALU,
  ...MOVES,
  ...SHIFTS,
  ...STACK_OPS,
  ...STRINGS,
};

/** Carried out by V, and what follows is unlikely to be what comes next. */
const ENDS = new Set(
  "iret int int3 into int1 jmpfar callfar retf sysenter sysexit syscall sysret hlt sti popf lmsw wrmsr ud0 ud1 ud2 loope loopne rsm".split(
    " ",
  ),
);

export interface Translation {
  readonly code: Uint8Array;
  readonly sites: readonly Site[];
  readonly starts: readonly Start[];
  /** Bytes of guest code that it stands for, from its address on, and instructions. */
  readonly bytes: number;
  readonly instructions: number;
}

export interface BlockOptions {
  /** Guest address of the block: its EIP, which is its linear address too. */
  readonly ip: number;
  /** What is from there on up to the page's end … */
  readonly bytes: Uint8Array;
  /** … and at the start of the next page, for an instruction that goes on there; empty where that cannot be fetched. */
  readonly beyond: () => Uint8Array;
  /** Of mode.ts. */
  readonly key: number;
  /** Where the host code will be. */
  readonly origin: number;
  readonly stubs: Stubs;
  /** The processor has this instruction. */
  readonly exists: (op: Instruction) => boolean;
}

interface Flags {
  readonly reads: boolean;
  readonly writesAll: boolean;
}

const END_OF_PAGE = new Error("the instruction goes on in the next page");

export function translate(options: BlockOptions): Translation {
  const { ip, bytes, key, origin, stubs, exists } = options;
  const shadowed = isShadowed(key);
  let ops = decodeBlock(bytes, exists, shadowed ? 1 : LONGEST);
  if (ops.length === 0) ops = decodeBlock(joined(bytes, options.beyond()), exists, 1);
  const live = liveness(ops, exists);
  const out = new Writer(origin, key, stubs);
  out.ip = ip;
  const attend = new Label();
  if (shadowed) {
    out.begin();
    out.storeImmediate(unshadowed(key), EBP, KEY);
  } else {
    out.aluMemory(CMP, EBP, ATTEND, 0);
    out.jumpIf(NOT_EQUAL, attend);
  }
  let at = 0;
  let open = true;
  for (const [index, op] of ops.entries()) {
    out.ip = (ip + at) | 0;
    at += op.length;
    out.next = (ip + at) | 0;
    // Flags that nobody sees are not there.
    if (index === 0 ? !shadowed : live[index - 1]) out.begin();
    open = one(out, op, live[index] as boolean, exists(op));
  }
  // The next page cannot be fetched: V meets that.
  if (ops.length === 0) {
    out.call("step");
    at = bytes.length;
  } else if (open) {
    out.tellFlags();
    goTo(out, out.next);
  }
  out.finish();
  if (!shadowed) {
    out.place(attend);
    out.ip = ip;
    out.call("attend", { kind: -1 });
  }
  return {
    code: out.code,
    sites: out.sites,
    starts: out.starts,
    bytes: at,
    instructions: Math.max(1, ops.length),
  };
}

/** False when it ended the block. */
function one(out: Writer, op: Instruction, live: boolean, exists: boolean): boolean {
  const { mnemonic } = op.row;
  if (exists && !op.lock) {
    if (CONTROL[mnemonic]?.(out, op, live)) return false;
    const { compared } = out;
    if (!isConditional(mnemonic)) out.compared = null;
    const done = IN_LINE[mnemonic]?.(out, op, live) ?? false;
    if (done && out.compared === compared) out.compared = null;
    if (done) return true;
  }
  out.compared = null;
  out.emulate(op);
  if (endsBlock(op)) {
    out.tellFlags();
    // V went elsewhere, or comes back with everything changed.
    goTo(out, out.next);
    return false;
  }
  return true;
}

const isConditional = (mnemonic: string): boolean => /^(set|cmov)/.test(mnemonic);

function endsBlock({ row }: Instruction): boolean {
  const name = row.mnemonic.replace(" ", "");
  return (
    ENDS.has(name) ||
    CONTROL[row.mnemonic] !== undefined ||
    row.operands[0] === "Cd" ||
    row.operands[0] === "Dd"
  );
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function decodeBlock(bytes: Uint8Array, exists: (op: Instruction) => boolean, most: number): Instruction[] {
  const ops: Instruction[] = [];
  let at = 0;
  let taken = 0;
  const next = () => {
    if (at + taken >= bytes.length) throw END_OF_PAGE;
    return bytes[at + taken++] as number;
  };
  while (ops.length < most && at < bytes.length) {
    const op = new Instruction();
    taken = 0;
    try {
      decode(next, 32, op);
    } catch (error) {
      if (error !== END_OF_PAGE) throw error;
      break;
    }
    ops.push(op);
    at += op.length;
    if (endsBlock(op) || !exists(op)) break;
  }
  return ops;
}

/** For each instruction whether its flags may be seen: by another instruction, by a fault's handler, by whatever comes after the block. */
function liveness(ops: readonly Instruction[], exists: (op: Instruction) => boolean): boolean[] {
  const live: boolean[] = new Array(ops.length);
  let needed = true;
  for (let i = ops.length - 1; i >= 0; i--) {
    const op = ops[i] as Instruction;
    live[i] = needed;
    const { reads, writesAll } = flagsOf(op);
    if (reads || mayLeave(op, exists)) needed = true;
    else if (writesAll) needed = false;
  }
  return live;
}

function flagsOf(op: Instruction): Flags {
  const letters = (op.row.flags ?? "").split(" ").filter(Boolean);
  if (isShift(op)) {
    const sure = shiftsForSure(op);
    return { reads: !sure, writesAll: sure };
  }
  return {
    reads: letters.some((letter) => letter.endsWith("t") || letter.endsWith("~")),
    writesAll: ARITHMETIC.every((flag) =>
      letters.some((letter) => letter[0] === flag && !letter.endsWith("t")),
    ),
  };
}

/**
 * It may fault, or go to V, so that its flags before count: whatever is not known to stay in registers. What is called harmless here must
 * have a translation in line, for V could be interrupted after it.
 */
function mayLeave(op: Instruction, exists: (op: Instruction) => boolean): boolean {
  const { mnemonic, operands } = op.row;
  const known = ALU[mnemonic] ?? MOVES[mnemonic] ?? SHIFTS[mnemonic];
  if (known === undefined || op.lock || op.addressSize !== 4 || !exists(op)) return true;
  if (mnemonic === "lea") return op.rm >= 0;
  if (mnemonic === "nop") return false;
  if (mnemonic === "bswap" && op.size !== 4) return true;
  if (isShift(op) && countOf(op) === 0) return true;
  return operands.some((_, index) => operand(op, index) === MEMORY || operand(op, index) === OTHER);
}

/** What a rule is, and what rules ask. */
import type { Instruction } from "../../../src/machine/isa/index.ts";
import { type Case, codeOf, ENTRY, isPaged } from "../case.ts";
import type { Difference } from "../compare.ts";
import { decodeAll, stopOf } from "../frame.ts";
import { CASES, HARNESS, KCODE, LANDING } from "../layout.ts";
import type { Outcome } from "../outcome.ts";
import { physicalOf } from "../pages.ts";

export interface Rule {
  readonly name: string;
  readonly reason: string;
  /** Ours stopped where QEMU goes on: explains everything that differs, and that QEMU did not come back. */
  readonly mine?: (mine: Mine) => boolean;
  /** Explains everything that differs in the case: the two went different ways. */
  readonly whole?: (both: Both) => boolean;
  /** Explains one difference. */
  readonly part?: (difference: Difference, both: Both) => boolean;
}

/** A failure in which ours came to an outcome. */
export interface Mine {
  readonly of: Case;
  readonly ours: Outcome;
  /** The instruction at which ours stopped; undefined outside of the window. */
  readonly at: Instruction | undefined;
  /** Bytes at which ours stopped. */
  readonly bytes: readonly number[];
  /** A dword of memory as the case found it. */
  readonly before: (address: number) => number;
}

/** A failure in which both did. */
export interface Both extends Mine {
  readonly theirs: Outcome;
  readonly theirAt: Instruction | undefined;
}

/** Vectors and bits. */
export const DB = 1;
export const UD = 6;
export const NM = 7;
export const DF = 8;
export const NP = 11;
export const SS = 12;
export const GP = 13;
export const PF = 14;
export const RF = 0x10000;
export const P = 1;
export const W = 2;
export const RSVD = 8;

/** The bits of a dword, or of a qword's low half, that differ; all when more does. */
export const xor = ({ ours, theirs }: Difference) => {
  if (typeof ours === "number" && typeof theirs === "number") return ours ^ theirs;
  if (typeof ours !== "bigint" || typeof theirs !== "bigint" || (ours ^ theirs) >> 32n !== 0n) return -1;
  return Number(BigInt.asIntN(32, ours ^ theirs));
};
export const same = ({ ours, theirs, of }: Both) => stopOf(of, ours).ip === stopOf(of, theirs).ip;
/** #UD, or the #DF that it became. */
export const undefinedThere = ({ vector }: Outcome) => vector === UD || vector === DF;
/** Vectors of exceptions that are faults, and #DF, behind which is one (SDM Vol. 3, table 6-1). */
const FAULTS = 0x37de1;
export const isFaultVector = ({ vector }: Outcome) => vector < 32 && ((FAULTS >>> vector) & 1) === 1;
export const isFault = ({ vector }: Outcome) => vector === PF || vector === GP || vector === SS;
export const isNear = ({ ours, theirs }: Difference) =>
  typeof ours === "bigint" && typeof theirs === "bigint" && theirs > ours && theirs - ours < 16n;
export const named = (at: Instruction | undefined, ...mnemonics: string[]) =>
  at !== undefined && mnemonics.includes(at.row.mnemonic);
export const tables = ({ field }: Difference) => /^\[2[5-9a-b][0-9a-f]{3}\]$/.test(field);
export const ACCESSED = 0x20;
export const DIRTY = 0x40;

/** Opcodes of MMX and SSE arithmetic, which our processor leaves out (isa/table/simd.ts). */
export const isVector = (of: Case, at: readonly number[]) => {
  const bytes = [...at];
  while (/^(26|2e|36|3e|64|65|66|67|f0|f2|f3)$/.test((bytes[0] ?? 0).toString(16))) bytes.shift();
  if (of.bits === 64 && ((bytes[0] ?? 0) & 0xf0) === 0x40) bytes.shift();
  const [first, opcode = 0] = bytes;
  return (
    first === 0x0f &&
    ((opcode >= 0x10 && opcode <= 0x17) ||
      (opcode >= 0x28 && opcode <= 0x2f) ||
      opcode === 0x38 ||
      opcode === 0x3a ||
      (opcode >= 0x50 && opcode <= 0x7f) ||
      opcode === 0xae ||
      (opcode >= 0xc2 && opcode <= 0xc6) ||
      opcode >= 0xd0)
  );
};

export const NEAR =
  "jmp call ret loop loope loopne jcxz retf iret jo jno jb jae je jne jbe ja js jns jp jnp jl jge jle jg".split(
    " ",
  );
/** The vectors that SYSCALL's landings call themselves. */
export const SYSCALL_VECTOR = 0xf1;
export const SYSENTER_VECTOR = 0xf0;
/** Its base is the supervisor's stubs. */
export const STUBS_SEGMENT = 0x270;
/** Prefixes, then an x87 escape. */
export const X87 = /^(66|67|f[023]|4.|2e|36|3e|26|64|65)*d[89a-f]/;
/** "task16" of the GDT. */
export const SMALL_TASK = 0x148;
/** 0F 01 /0 or /1 with memory. */
export const SIDT = /\b15,1,(\d|[1-7]\d|1[45]\d|13[0-9]|12[89]|14[0-3])\b/;
/** Prefixes, then 8F, C6 or C7 with a digit that is not 0. */
export const GROUPS =
  /^(66|67|f.|4.|2e|36|3e|26|64|65)*((8f|c6|c7)(?!([048c][0-7]))|0fba[048c159d]|ff[37bf][89a-f]|fe(?![048c]))/;

export const isOneByte = (bits: number) =>
  [0xff, 0xff00, 0xff0000, 0xff000000].some((mask) => (bits & ~mask) === 0);

const low = (value: bigint) => Number(value & 0xffffffffn);

/** It stopped in memory that it could run, but neither in its own code nor at the landing. */
export function isAstray(of: Case, outcome: Outcome): boolean {
  const { ip, cs, flags } = stopOf(of, outcome);
  if (outcome.vector === PF && stopOf(of, outcome).error! & 16) return false;
  if ((cs & ~7) === STUBS_SEGMENT) return true;
  const small = of.entry === ENTRY.real || (flags & 0x20000) !== 0;
  const linear = small ? (cs << 4) + (ip & 0xffff) : of.bits === 16 && cs === of.cs ? 0x20000 + ip : ip;
  const physical = !isPaged(of) ? linear : physicalOf(linear);
  // Under the large pages lies no memory, but zeros that run.
  if (physical === undefined)
    return !(linear >= HARNESS && linear < CASES) && !(outcome.vector === PF && low(outcome.cr2) === linear);
  const inOwn = physical >= of.where && physical <= of.where + codeOf(of).length + 1;
  // In another code segment even its own bytes are others.
  if (inOwn) return cs !== of.cs;
  return !(physical >= LANDING && physical <= LANDING + 2) && physical < HARNESS;
}

/** The supervisor's own instructions met a fault: what it had made of the registers says nothing. */
export const inSupervisor = (of: Case, outcome: Outcome) => {
  const { ip, cs } = stopOf(of, outcome);
  return of.entry !== ENTRY.real && (cs & ~3) === KCODE && ip >= HARNESS;
};

export const isFarLoad = (at: Instruction) =>
  at.addressSize === 2 && named(at, "lss", "lds", "les", "lfs", "lgs", "call far", "jmp far");

/** RIP in the frame of a 64-bit handler. */
export const isNotCanonical = ({ vector, frame }: Outcome) => {
  const high = frame[vector === GP ? 3 : 1]! >>> 15;
  return high !== 0 && high !== 0x1ffff;
};

/** The dword is still the case's code. */
export function isCode(of: Case, at: number, value: number): boolean {
  const code = codeOf(of);
  for (let i = 0; i < 4; i++) {
    const offset = at + i - of.where;
    if (offset >= 0 && offset < code.length && code[offset] !== ((value >>> (8 * i)) & 0xff)) return false;
  }
  return true;
}

export const ran = (of: Case) => decodeAll(of).map(({ instruction }) => instruction);

export const loadsStack = (of: Case) =>
  ran(of).some(
    ({ row, reg }) =>
      row.mnemonic === "lss" || row.operands[0] === "SS" || (row.operands[0] === "Sw" && reg === 2),
  );

/** A 16-bit stack at its ends; or with an upper half of ESP, which the handler, unlike TCG, cannot use. */
export function isStackSmall(of: Case, { registers }: Outcome): boolean {
  if (of.bits !== 16) return false;
  const esp = Number(registers[4]! & 0xffffffffn);
  return esp > 0xffd0 || esp < 0x30;
}

/** Somewhere in bytes of no meaning a flag is read that the instruction before left undefined. */
export function readsUndefined(of: Case): boolean {
  if (of.undefined !== ALL_FLAGS) return false;
  let open = new Set<string>();
  for (const { row } of ran(of)) {
    const tokens = (row.flags ?? "").split(" ");
    const reads = /^(pushf|int|int3|into|int1)$/.test(row.mnemonic)
      ? [..."oszapc"]
      : tokens.filter((token) => /^[oszapc](t|~)$/.test(token)).map((token) => token[0]!);
    if (reads.some((flag) => open.has(flag))) return true;
    for (const token of tokens) {
      if (token === "*") open = new Set();
      else if (token.endsWith("?")) open.add(token[0]!);
      else if (/^[oszapc][01]?$/.test(token)) open.delete(token[0]!);
    }
    // By a count: which flags change is not known.
    if (/^(sh|sa|ro|rc)/.test(row.mnemonic) && row.operands.at(-1) !== "1")
      for (const flag of "oac") open.add(flag);
  }
  return false;
}

const ALL_FLAGS = 0x8d5;

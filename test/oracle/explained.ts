/**
 * Where QEMU 7.2 (TCG) is known to differ from the hardware, or does otherwise what the manual leaves open. A difference that
 * no rule here explains is a fault: of ours, until it is shown to be QEMU's and written down here.
 */
import { type Instruction, RIP } from "../../src/machine/isa/index.ts";
import { ended } from "./batch.ts";
import { type Case, codeOf, ENTRY, isPaged } from "./case.ts";
import type { Difference } from "./compare.ts";
import { bytesAt, decodeAll, instructionAt, stopOf } from "./frame.ts";
import { HARNESS, LANDING, RAM } from "./layout.ts";
import type { Outcome } from "./outcome.ts";
import { physicalOf } from "./pages.ts";
import { violates } from "./segmentation.ts";
import type { Failure } from "./shrink.ts";

export interface Rule {
  readonly name: string;
  readonly reason: string;
  /** Explains everything that differs in the case: the two went different ways. */
  readonly whole?: (both: Both) => boolean;
  /** Explains one difference. */
  readonly part?: (difference: Difference, both: Both) => boolean;
}

/** A failure in which both came to an outcome. */
export interface Both {
  readonly of: Case;
  readonly ours: Outcome;
  readonly theirs: Outcome;
  /** The instruction at which each stopped; undefined behind the last one. */
  readonly at: Instruction | undefined;
  readonly theirAt: Instruction | undefined;
  /** Bytes at which ours stopped. */
  readonly bytes: readonly number[];
}

const DB = 1;
const UD = 6;
const NM = 7;
const DF = 8;
const SS = 12;
const GP = 13;
const PF = 14;
const RF = 0x10000;
const P = 1;
const W = 2;
const RSVD = 8;

const xor = ({ ours, theirs }: Difference) =>
  typeof ours === "number" && typeof theirs === "number" ? ours ^ theirs : -1;
const same = ({ ours, theirs, of }: Both) => stopOf(of, ours).ip === stopOf(of, theirs).ip;
/** #UD, or the #DF that it became. */
const undefinedThere = ({ vector }: Outcome) => vector === UD || vector === DF;
const isFault = ({ vector }: Outcome) => vector === PF || vector === GP || vector === SS;
const isNear = ({ ours, theirs }: Difference) =>
  typeof ours === "bigint" && typeof theirs === "bigint" && theirs > ours && theirs - ours < 16n;
const named = (at: Instruction | undefined, ...mnemonics: string[]) =>
  at !== undefined && mnemonics.includes(at.row.mnemonic);
const tables = ({ field }: Difference) => /^\[2[5-9a-b][0-9a-f]{3}\]$/.test(field);
const ACCESSED = 0x20;
const DIRTY = 0x40;

/** Opcodes of MMX and SSE arithmetic, which our processor leaves out (isa/table/simd.ts). */
const isVector = (of: Case, at: readonly number[]) => {
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

const NEAR =
  "jmp call ret loop loope loopne jcxz retf iret jo jno jb jae je jne jbe ja js jns jp jnp jl jge jle jg".split(
    " ",
  );
/** The vectors that SYSCALL's landings call themselves. */
const SYSCALL_VECTOR = 0xf1;
/** Its base is the supervisor's stubs. */
const STUBS_SEGMENT = 0x270;
/** Prefixes, then an x87 escape. */
const X87 = /^(66|67|f[023]|4.|2e|36|3e|26|64|65)*d[89a-f]/;
/** "task16" of the GDT. */
const SMALL_TASK = 0x148;
/** 0F 01 /0 or /1 with memory. */
const SIDT = /\b15,1,(\d|[1-7]\d|1[45]\d|13[0-9]|12[89]|14[0-3])\b/;
/** Prefixes, then 8F, C6 or C7 with a digit that is not 0. */
const GROUPS =
  /^(66|67|f.|4.|2e|36|3e|26|64|65)*((8f|c6|c7)(?!([048c][0-7]))|0fba[048c159d]|ff[37bf][89a-f]|fe(?![048c]))/;

const isOneByte = (bits: number) => [0xff, 0xff00, 0xff0000, 0xff000000].some((mask) => (bits & ~mask) === 0);

/** It stopped in memory that it could run, but neither in its own code nor at the landing. */
function isAstray(of: Case, outcome: Outcome): boolean {
  const { ip, cs, flags } = stopOf(of, outcome);
  if (outcome.vector === PF && stopOf(of, outcome).error! & 16) return false;
  if ((cs & ~7) === STUBS_SEGMENT) return true;
  const small = of.entry === ENTRY.real || (flags & 0x20000) !== 0;
  const linear = small ? (cs << 4) + (ip & 0xffff) : of.bits === 16 && cs === of.cs ? 0x20000 + ip : ip;
  const physical = !isPaged(of) ? linear : physicalOf(linear);
  if (physical === undefined) return false;
  const inOwn = physical >= of.where && physical <= of.where + codeOf(of).length + 1;
  // In another code segment even its own bytes are others.
  if (inOwn) return cs !== of.cs;
  return !(physical >= LANDING && physical <= LANDING + 2) && physical < HARNESS;
}

const isFarLoad = (at: Instruction) => at.addressSize === 2 && named(at, "lss", "lds", "les", "lfs", "lgs");

/** RIP in the frame of a 64-bit handler. */
const isNotCanonical = ({ vector, frame }: Outcome) => {
  const high = frame[vector === GP ? 3 : 1]! >>> 15;
  return high !== 0 && high !== 0x1ffff;
};

/** The dword is still the case's code. */
function isCode(of: Case, at: number, value: number): boolean {
  const code = codeOf(of);
  for (let i = 0; i < 4; i++) {
    const offset = at + i - of.where;
    if (offset >= 0 && offset < code.length && code[offset] !== ((value >>> (8 * i)) & 0xff)) return false;
  }
  return true;
}

const ran = (of: Case) => decodeAll(of).map(({ instruction }) => instruction);

export const EXPLAINED: readonly Rule[] = [
  {
    name: "RF in the image of a fault",
    reason:
      "For faults the processor sets RF in the EFLAGS image that it pushes (SDM Vol. 3, 17.3.1.1). QEMU pushes RF as it is.",
    part: (difference, { ours }) =>
      /^(flags|frame|\[2)/.test(difference.field) &&
      xor(difference) === RF &&
      (ours.vector < 32 || ours.vector === 0xf0),
  },
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
    name: "LOCK where it is not allowed",
    reason:
      "LOCK before anything but the instructions of its list with a memory destination is #UD (SDM Vol. 2, LOCK). QEMU ignores most of them.",
    whole: ({ ours, at }) =>
      ours.vector === UD && at !== undefined && at.lock && !(at.row.lock === true && at.rm < 0),
  },
  {
    name: "MMX and SSE arithmetic",
    reason:
      "Our processor has a part of MMX and SSE (isa/table/simd.ts); the rest is #UD. Operands that are not aligned to 16 are #GP(0), which TCG does not check.",
    whole: ({ of, ours, theirs, bytes }) =>
      (ours.vector === UD || ours.vector === GP || ours.vector === NM || theirs.vector === NM) &&
      isVector(of, bytes),
  },
  {
    name: "x87 in bytes of no meaning",
    reason:
      "QEMU's x87 does not check for an empty or full stack, has more encodings than the hardware, and knows no FOP.",
    whole: ({ of, bytes }) =>
      ran(of).some(({ row }) => /^D[89A-F]/.test(row.opcode)) || X87.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "hint NOPs",
    reason:
      "0F 0D, 0F 18 … 0F 1F with a register are NOPs (SDM Vol. 2, table A-3). QEMU knows some of them as #UD.",
    whole: ({ theirs, theirAt }) => undefinedThere(theirs) && named(theirAt, "nop"),
  },
  {
    name: "TEST with /1",
    reason: "F6 /1 and F7 /1 do what /0 does (AMD APM Vol. 3, A.2.1). QEMU knows them as #UD.",
    whole: ({ theirs, theirAt }) => undefinedThere(theirs) && named(theirAt, "test"),
  },
  {
    name: "INT1",
    reason: "F1 raises #DB without a check of the gate's DPL (SDM Vol. 2, INT1). QEMU 7.2 does not know it.",
    whole: ({ theirs, theirAt }) => undefinedThere(theirs) && named(theirAt, "int1"),
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
    name: "CLFLUSH accesses",
    reason:
      "CLFLUSH is checked like a load of a byte and sets the accessed bit (SDM Vol. 2, CLFLUSH). For QEMU it is a NOP.",
    whole: ({ of, ours, at }) =>
      named(at, "clflush") && (ours.vector === PF || violates(of, ours, at) !== undefined),
    part: (difference, { of }) =>
      tables(difference) && (xor(difference) & ~ACCESSED) === 0 && /\b15,174,/.test(codeOf(of).join()),
  },
  {
    name: "segment limits and types",
    reason:
      "TCG checks neither limits nor types of segments when memory is accessed. That there is a violation is computed anew (segmentation.ts).",
    whole: ({ of, ours, at }) =>
      (ours.vector === SS && loadsStack(of)) ||
      ((ours.vector === GP || ours.vector === SS || ours.vector === DF) &&
        violates(of, ours, at) !== undefined),
  },
  {
    name: "segment limits in the real-mode handler",
    reason: "The handler itself reads the stack at SS:FFFE and meets the limit, which TCG does not check.",
    whole: ({ of, ours }) => of.entry === ENTRY.real && stopOf(of, ours).cs === 0x0100,
  },
  {
    name: "code past the limit",
    reason:
      "An instruction that reaches past the limit of CS is #GP(0). TCG does not check it; in 16-bit code it wraps.",
    whole: ({ of, ours }) => {
      const { ip } = stopOf(of, ours);
      return (
        ours.vector === GP && of.bits === 16 && (ip > 0xffff - 15 || (of.entry !== ENTRY.real && ip > 0xffff))
      );
    },
  },
  {
    name: "near transfer past the limit",
    reason: "A branch to an offset past the limit of CS is #GP(0) (SDM Vol. 2, JMP, RET …). TCG goes there.",
    whole: ({ of, ours, at }) =>
      ours.vector === GP &&
      of.bits === 16 &&
      stopOf(of, ours).error !== 1 &&
      named(at, ...NEAR, "jmp far", "call far"),
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
    name: "SIDT with 16-bit operands",
    reason:
      "SGDT and SIDT store 32 bits of the base whatever the operand size (SDM Vol. 2, SIDT, Operation). QEMU clears the highest byte.",
    part: (difference, { of }) =>
      difference.field.startsWith("[2") && SIDT.test(codeOf(of).join()) && isOneByte(xor(difference)),
  },
  {
    name: "reserved bits of DR6 and DR7",
    reason:
      "Bit 12 of DR6 and bits 11, 12, 14 and 15 of DR7 are always 0 (SDM Vol. 3, 17.2). QEMU keeps them.",
    part: (difference) =>
      (difference.field === "dr6" && xor(difference) === 0x1000) ||
      (difference.field === "dr7" && (xor(difference) & ~0xd800) === 0) ||
      (/^r/.test(difference.field) &&
        typeof difference.ours === "bigint" &&
        typeof difference.theirs === "bigint" &&
        (difference.theirs & ~difference.ours & ~0xd800n) === 0n &&
        (difference.ours & ~difference.theirs) === 0n),
  },
  {
    name: "flags when a store faults",
    reason:
      "A fault leaves the flags as they were. QEMU computes them before the store in SETcc, RCL, RCR and others, and its record of what they depend on is then wrong.",
    part: (difference, both) =>
      difference.field === "flags" &&
      isFault(both.ours) &&
      same(both) &&
      (named(both.at, "rcl", "rcr") || both.at?.row.mnemonic.startsWith("set") === true),
  },
  {
    name: "far transfers with SMAP",
    reason:
      "RETF and IRET read the stack with the rights of the interrupted ring. QEMU reads it as supervisor: with SMAP on this faults, on a supervisor page it does not.",
    whole: ({ of, ours, theirs, theirAt, at }) =>
      (theirs.vector === PF &&
        (stopOf(of, theirs).error! & 4) === 0 &&
        ((stopOf(of, theirs).cs & 3) === 3 || (stopOf(of, theirs).flags & 0x20000) !== 0) &&
        named(theirAt, "retf", "iret", "call far", "int")) ||
      (ours.vector === PF && (stopOf(of, ours).error! & 4) !== 0 && named(at, "retf", "iret")),
  },
  {
    name: "IRET to v86 mode from outer rings",
    reason:
      "VM in the image is ignored unless CPL is 0, and in IA-32e mode (SDM Vol. 2, IRET). QEMU 7.2 looks at neither.",
    whole: ({ of, theirs }) =>
      (stopOf(of, theirs).flags & 0x20000) !== 0 &&
      (of.flags & 0x20000) === 0 &&
      ((of.cs & 3) !== 0 || (of.efer & 0x400) !== 0),
  },
  {
    name: "groups with another digit",
    reason:
      "8F, C6 and C7 are defined with /0 only, 0F BA with /4 … /7; else they are #UD. QEMU does not look, or reads memory first.",
    whole: ({ ours, bytes }) => ours.vector === UD && GROUPS.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "control registers that do not exist",
    reason:
      "MOV to or from CR1, CR5 … is #UD, before privilege is looked at (SDM Vol. 2, MOV—Move to/from Control Registers). QEMU looks at privilege first.",
    whole: ({ ours, theirs, bytes }) =>
      ours.vector === UD &&
      theirs.vector === GP &&
      /^(66|67|f.|4.|2e|36|3e|26|64|65)*0f2[0-3]/.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "order of PUSHA",
    reason: "PUSHA pushes AX first: when it faults, CR2 is at the top. QEMU begins at the bottom.",
    part: (difference, both) =>
      difference.field === "cr2" && named(both.at, "pusha") && named(both.theirAt, "pusha"),
  },
  {
    name: "code that overwrites itself",
    reason:
      "A repeated string instruction goes on when it has overwritten itself; QEMU looks at the new bytes after each iteration. And when a store hits its own translation block, QEMU begins the instruction again, with flags as above.",
    whole: ({ of, ours, theirs }) =>
      [ours, theirs].some(
        ({ changes }) =>
          (changes.length >= 200 && /(^|,)24[23],/.test(codeOf(of).join())) ||
          changes.some(
            ([at, value]) =>
              at >= (of.where & ~3) && at < of.where + codeOf(of).length && !isCode(of, at, value),
          ),
      ),
  },
  {
    name: "BSWAP with 16-bit operands",
    reason: "The result is undefined (SDM Vol. 2, BSWAP).",
    whole: ({ of }) => ran(of).some(({ row, size }) => row.mnemonic === "bswap" && size === 2),
  },
  {
    name: "66 before a near branch",
    reason:
      "In 64-bit mode near branches ignore 66 (SDM Vol. 2, Jcc, JMP, CALL: Intel 64). QEMU takes 16-bit operands, as AMD does.",
    whole: ({ of }) =>
      of.bits === 64 &&
      ran(of).some(({ row, size }) => row.size64 === "f64" && NEAR.includes(row.mnemonic) && size === 8) &&
      /(^|,)102,/.test(codeOf(of).join()),
  },
  {
    name: "LFS, LGS, LSS with REX.W",
    reason: "With REX.W the operand is m16:64 (SDM Vol. 2, LSS). QEMU reads m16:32, as AMD does.",
    whole: ({ of }) => ran(of).some(({ row, size }) => /^l[sfg]s$/.test(row.mnemonic) && size === 8),
  },
  {
    name: "MOVBE with 66",
    reason:
      "66 is the operand size: REX.W goes before it, in 16-bit code it makes 32. QEMU always takes it for 16 bits.",
    whole: ({ of }) =>
      ran(of).some(({ row, size }) => row.mnemonic === "movbe" && (of.bits === 16 || size === 8)),
  },
  {
    name: "MOVSXD with 66",
    reason: "MOVSXD r16, r/m16 reads two bytes (SDM Vol. 2, MOVSXD). QEMU reads four.",
    whole: ({ of, theirs }) =>
      theirs.vector === PF && ran(of).some(({ row, size }) => row.mnemonic === "movsxd" && size === 2),
  },
  {
    name: "LAR and LSL in IA-32e mode",
    reason:
      "There LAR and LSL do not know 16-bit and task-gate types (SDM Vol. 2, LAR, table 3-53). QEMU does.",
    whole: ({ of }) =>
      (of.efer & 0x400) !== 0 && ran(of).some(({ row }) => row.mnemonic === "lar" || row.mnemonic === "lsl"),
  },
  {
    name: "SYSRET loads RFLAGS",
    reason: "SYSRET takes 3C7FD7 of R11 (SDM Vol. 2, SYSRET). QEMU takes VM too.",
    part: (difference, { of }) =>
      /flags$/.test(difference.field) &&
      (xor(difference) & ~(RF | 0x20000)) === 0 &&
      ran(of).some(({ row }) => row.mnemonic === "sysret"),
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
    name: "error code of INT n in IA-32e mode",
    reason: "The error code names the vector: 8·n + 2 (SDM Vol. 3, 6.13). QEMU pushes 16·n + 2.",
    part: ({ field, ours, theirs }, both) =>
      field === "error" &&
      (both.of.efer & 0x400) !== 0 &&
      (Number(ours) & 7) === 2 &&
      Number(theirs) === 2 * (Number(ours) - 2) + 2,
  },
  {
    name: "non-canonical stack addresses",
    reason:
      "An address over RSP or RBP that is not canonical is #SS(0) (SDM Vol. 1, 3.3.7.1). For QEMU it is #GP(0) like any other.",
    part: (difference, { of, ours, theirs }) =>
      difference.field === "vector" && of.bits === 64 && ours.vector === SS && theirs.vector === GP,
  },
  {
    name: "RSP after far transfers of 16 or 32 bits in 64-bit mode",
    reason: "RSP has 64 bits whatever the operand size. QEMU cuts it to 32.",
    whole: ({ of }) =>
      of.bits === 64 &&
      of.registers[4]! > 0xffffffffn &&
      ran(of).some(({ row, size }) => size < 8 && /^(call far|retf|iret)$/.test(row.mnemonic)),
  },
  {
    name: "SHLD and SHRD relative to RIP",
    reason:
      "A RIP-relative operand counts from the end of the instruction. QEMU 7.2 forgets the immediate of SHLD and SHRD.",
    whole: ({ of }) =>
      ran(of).some(
        ({ row, base }) => /^sh[lr]d$/.test(row.mnemonic) && base === RIP && row.operands[2] === "Ib",
      ),
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
    name: "the processor's identity",
    reason:
      "CPUID and the counters tell about the model and the time; they come out of bytes that mean nothing.",
    whole: ({ of }) => ran(of).some(({ row }) => /^(cpuid|rdtscp?|rdpmc|xgetbv)$/.test(row.mnemonic)),
  },
  {
    name: "RET n with n over 7FFF",
    reason: "The number of bytes to release is unsigned. QEMU extends its sign.",
    whole: ({ of }) =>
      ran(of).some(({ row, imm }) => /^retf?$/.test(row.mnemonic) && ((imm & 0xffff) | 0) > 0x7fff),
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
    name: "single step after STI",
    reason:
      "STI holds back interrupts for an instruction, not the single-step trap (SDM Vol. 3, 6.8.3). QEMU holds back both.",
    whole: ({ ours, theirs, of }) =>
      ours.vector === DB &&
      ran(of).some(({ row }) => row.mnemonic === "sti") &&
      (ours.dr6 & 0x4000) !== 0 &&
      theirs.vector !== PF,
  },
  {
    name: "reserved bits of CR0",
    reason: "Reserved bits of CR0 read as zero. QEMU keeps them.",
    part: (difference) =>
      difference.field === "cr0" && (xor(difference) & 0x60050017) === 0 && xor(difference) !== -1,
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
  {
    name: "far transfer past the limit",
    reason:
      "A far transfer to an offset past the limit of its target is #GP(0) (SDM Vol. 2, CALL, RET …). QEMU goes there, or names the selector.",
    whole: ({ of, ours, at }) =>
      ours.vector === GP && stopOf(of, ours).error === 0 && named(at, "call far", "jmp far", "retf", "iret"),
  },
  {
    name: "SGDT and SIDT that fault halfway",
    reason: "Whether the limit is stored when the base cannot be is not said. We store both or none.",
    part: (difference, both) =>
      both.ours.vector === PF && named(both.at, "sgdt", "sidt") && difference.field.startsWith("[2"),
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
    name: "more changes than are written down",
    reason:
      "Of more than 200 changed dwords only the number is compared, and accessed bits that are explained above count.",
    part: ({ field, ours, theirs }, both) =>
      field === "count" && both.ours.vector === PF && Math.abs(Number(ours) - Number(theirs)) < 4,
  },
  {
    name: "stack limits on delivery",
    reason:
      "After SS was loaded with a small segment, pushing a frame violates its limit: #SS, then #DF. TCG checks no limit.",
    whole: ({ of, ours, theirs }) =>
      ours.vector === DF && theirs.vector !== DF && (loadsStack(of) || isStackSmall(of, theirs)),
  },
  {
    name: "data run as code",
    reason:
      "A jump astray went on in data: what ran there (x87, MMX, LOCK …) and which flags it left undefined is not known.",
    whole: ({ of, ours, theirs }) => [ours, theirs].some((outcome) => isAstray(of, outcome)),
  },
  {
    name: "SYSCALL and SYSRET outside of 64-bit mode",
    reason: "They are #UD there (SDM Vol. 2, SYSCALL, SYSRET). QEMU checks privilege and mode first.",
    whole: ({ of, ours, theirs, bytes }) =>
      (of.bits !== 64 || stopOf(of, ours).cs !== of.cs) &&
      ours.vector === UD &&
      (theirs.vector === GP || theirs.vector >= SYSCALL_VECTOR) &&
      /^(66|67|f.|2e|36|3e|26|64|65)*0f0[57]/.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "flags across a task switch",
    reason:
      "A task switch saves and loads EFLAGS (SDM Vol. 3, 7.3). QEMU saves and keeps arithmetic flags that it has not computed yet.",
    part: (difference, { theirs }) =>
      theirs.tr !== 0x30 && (/flags$/.test(difference.field) || /^\[24[ad]24\]$/.test(difference.field)),
  },
  {
    name: "far pointer across 64 KiB",
    reason:
      "With 16-bit addresses the selector of a far pointer at FFFE lies at 0 again. QEMU goes on at 10000.",
    whole: ({ at, ours, theirs }) =>
      ours.vector === GP && theirs.vector === GP && at !== undefined && isFarLoad(at),
    part: (difference, { of }) =>
      /^(ds|es|fs|gs|frame [5-9])$/.test(difference.field) && ran(of).some(isFarLoad),
  },
  {
    name: "ports without a device",
    reason:
      "What a port gives where no device is, is the board's affair; in bytes of no meaning it can be any port and size.",
    part: ({ field, ours, theirs }, { of }) =>
      field === "rax" &&
      of.undefined === 0x8d5 &&
      [ours, theirs].every((value) => [0n, 0xffn, 0xffffn].includes(BigInt(value!) & 0xffffn)) &&
      /(^|,)(22[89]|23[67]),/.test(codeOf(of).join()),
  },
  {
    name: "flags of CMPXCHG8B",
    reason: "Only ZF changes. QEMU takes the others from its record of the last translation block's.",
    part: (difference, { of }) =>
      difference.field === "flags" &&
      (xor(difference) & ~(RF | 0x8d5)) === 0 &&
      /(^|,)15,199,/.test(codeOf(of).join()),
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
    name: "single step after PAUSE",
    reason:
      "PAUSE is an instruction like any other to TF. QEMU gives the processor away and forgets the trap.",
    whole: ({ of, ours }) =>
      ours.vector === DB && (of.flags & 0x100) !== 0 && ran(of).some(({ row }) => row.mnemonic === "pause"),
  },
  {
    name: "REX that is not last",
    reason:
      "A REX prefix counts only right before the opcode (SDM Vol. 2, 2.2.1). QEMU 7.2 lets legacy prefixes follow it.",
    whole: ({ of }) =>
      of.bits === 64 &&
      /^(..)*4.(66|67|f0|f2|f3|26|2e|36|3e|64|65)/.test(Buffer.from(codeOf(of)).toString("hex")),
  },
  {
    name: "SYSEXIT to 32-bit code",
    reason:
      "Without REX.W RSP and RIP come from ECX and EDX (SDM Vol. 2, SYSEXIT). QEMU copies 64 bits of RCX.",
    part: (difference, { of }) =>
      /^(rsp|frame)/.test(difference.field) && ran(of).some(({ row }) => row.mnemonic === "sysexit"),
  },
  {
    name: "LTR of a null selector",
    reason: "It is #GP(0) (SDM Vol. 2, LTR). QEMU loads it.",
    whole: ({ of, ours, at }) => ours.vector === GP && stopOf(of, ours).error === 0 && named(at, "ltr"),
  },
  {
    name: "RPL of CS behind a gate to conforming code",
    reason: "CS gets CPL as its RPL (SDM Vol. 2, CALL and INT n). QEMU gives it the segment's DPL.",
    part: (difference) =>
      difference.field === "cs" && (xor(difference) & ~3) === 0 && (Number(difference.ours) & ~7) === 0x80,
  },
  {
    name: "PAUSE with REX.B",
    reason:
      "F3 90 with REX.B: for us and iced-x86 still PAUSE, for QEMU XCHG R8, rAX. The manual does not say.",
    whole: ({ of }) =>
      of.bits === 64 && ran(of).some(({ row, rex }) => row.mnemonic === "pause" && (rex & 1) !== 0),
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
    name: "single step after LSS",
    reason:
      "Only MOV and POP to SS hold back a single-step trap (SDM Vol. 3, 6.8.3). QEMU's LSS does as well.",
    whole: ({ of, ours }) =>
      ours.vector === DB && (of.flags & 0x100) !== 0 && ran(of).some(({ row }) => row.mnemonic === "lss"),
  },
  {
    name: "faults that lead to #DF",
    reason:
      "When pushing a frame faults over and over, each frame has the images explained above (RF, W), until a #DF ends it.",
    whole: ({ ours, theirs }) => ours.vector === DF && theirs.vector === DF,
  },
  {
    name: "unknown MSRs",
    reason:
      "RDMSR and WRMSR of an MSR that does not exist are #GP(0) (SDM Vol. 2). QEMU reads zero and forgets what is written.",
    whole: ({ ours, at }) => ours.vector === GP && named(at, "rdmsr", "wrmsr"),
  },
  {
    name: "ENTER touches its stack",
    reason:
      "ENTER ends with a check that the new top of stack may be written (SDM Vol. 2, ENTER). QEMU has none.",
    whole: ({ ours, at }) => (ours.vector === PF || ours.vector === SS) && named(at, "enter"),
  },
];

const loadsStack = (of: Case) =>
  ran(of).some(
    ({ row, reg }) =>
      row.mnemonic === "lss" || row.operands[0] === "SS" || (row.operands[0] === "Sw" && reg === 2),
  );

/** A 16-bit stack at its ends; or with an upper half of ESP, which the handler, unlike TCG, cannot use. */
function isStackSmall(of: Case, { registers, tr }: Outcome): boolean {
  if (of.bits !== 16 && tr !== SMALL_TASK) return false;
  const esp = Number(registers[4]! & 0xffffffffn);
  return esp > 0xffd0 || esp < 0x30;
}

const CRASH: Rule = {
  name: "QEMU aborts",
  reason: "QEMU 7.2 ends itself: LOCK BT with a register, an interrupt after LTR of a null selector, …",
};

const LOST: Rule = {
  name: "QEMU got lost",
  reason:
    "Where the hardware faults (LOCK, limits) QEMU went on, and did not come back; or both ran on until they were stopped.",
};

const LIMIT: Rule = {
  name: "shutdown by the stack's limit",
  reason:
    "An interrupt that finds no room in SS shuts the processor down: SP = 1, 3 or 5 in real mode (SDM Vol. 3, 20.1.4), or a small segment in SS. TCG checks no limit.",
};

function both({ of, ours, theirs, before }: Failure): Both | undefined {
  if (ended(ours) || ended(theirs)) return undefined;
  return {
    of,
    ours,
    theirs,
    at: instructionAt(of, ours, before),
    theirAt: instructionAt(of, theirs, before),
    bytes: bytesAt(of, ours, before),
  };
}

export interface Explanation {
  readonly rules: readonly Rule[];
  /** The two went different ways: nothing can be learnt from what QEMU did. */
  readonly whole: boolean;
}

/** What explains all of a failure's differences, or undefined. */
export function explain(failure: Failure): Explanation | undefined {
  if (ended(failure.theirs) && failure.theirs.end === "crash") return { rules: [CRASH], whole: true };
  if (ended(failure.ours) && ended(failure.theirs)) return { rules: [LOST], whole: true };
  if (ended(failure.ours)) {
    const { of, ours } = failure;
    const { theirs } = failure;
    // A REP whose count is not the one that was drawn for it wrote over the tables.
    if (!isPaged(of) && /(^|,)24[23],/.test(codeOf(of).join())) return { rules: [LIMIT], whole: true };
    const limit =
      loadsStack(of) ||
      (!ended(theirs) && isStackSmall(of, theirs)) ||
      (of.entry === ENTRY.real && /#SS/.test(ours.detail));
    // QEMU stopped where ours, rightly, went on.
    const earlier = !ended(theirs) && named(instructionAt(of, theirs, failure.before), "nop", "test", "int1");
    if (earlier) return { rules: [LOST], whole: true };
    return limit ? { rules: [LIMIT], whole: true } : undefined;
  }
  if (ended(failure.theirs)) return lost(failure);
  const of = both(failure);
  if (!of) return undefined;
  const used = new Set<Rule>();
  for (const difference of failure.differences) {
    const rule = EXPLAINED.find(({ part }) => part?.(difference, of));
    if (rule) used.add(rule);
    else return wholly(of);
  }
  return { rules: [...used], whole: false };
}

/** QEMU did not come back from where a rule says that it should not have gone. */
function lost(failure: Failure): Explanation | undefined {
  const { of, ours, before } = failure;
  if (ended(ours)) return undefined;
  const at = instructionAt(of, ours, before);
  const bytes = bytesAt(of, ours, before);
  const x87 = X87.test(Buffer.from(bytes).toString("hex")) || isVector(of, bytes);
  const locked = ours.vector === UD && at !== undefined && at.lock && !(at.row.lock === true && at.rm < 0);
  const limited = ours.vector === GP && of.bits === 16 && named(at, ...NEAR, "jmp far", "call far");
  return locked || limited || x87 || violates(of, ours, at) !== undefined || isAstray(of, ours)
    ? { rules: [LOST], whole: true }
    : undefined;
}

function wholly(of: Both): Explanation | undefined {
  const rule = EXPLAINED.find(({ whole }) => whole?.(of));
  return rule && { rules: [rule], whole: true };
}

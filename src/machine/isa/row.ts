/**
 * A row of the ISA table: everything that the decoder, the assembler, the disassembler, the interpreter and the page on
 * "which instruction traps where" know of one encoding.
 *
 * Operands are in the notation of the opcode maps (SDM Vol. 2, Appendix A.2): a letter for the place, a letter for the size.
 *
 *     E  ModR/M: register or memory    G  ModR/M.reg general register    M  ModR/M, memory only    R  ModR/M, register only
 *     I  immediate   J  relative branch   O  moffs   A  far pointer   X  DS:[SI]   Y  ES:[DI]   S  segment register
 *     C  control register   D  debug register   Z  register in the opcode's low three bits
 *     b  byte  w  word  d  dword  q  qword  v  16/32/64 by operand size  z  16/32 (64: imm32)  y  32/64  p  far pointer  a  BOUND pair
 *     s  pseudo-descriptor     a fixed register is its name: AL, eAX (by operand size), rAX, DX, CL, 1, ES …
 */
export type Mode = "real" | "v86" | "protected" | "compatibility" | "long";

export interface Row {
  /** As nasm spells it: "add", "cmpxchg8b". */
  readonly mnemonic: string;
  /** Opcode bytes in hex with the manual's suffixes: "00", "80 /0", "0F C7 /1", "B8+r", "F3 90". */
  readonly opcode: string;
  /** "Eb", "Gb": destination first, as Intel writes. */
  readonly operands: readonly string[];
  /** Modes in which the encoding means this instruction; elsewhere it is #UD (or another row). Absent: all. */
  readonly modes?: readonly Mode[];
  /** #GP(0) unless CPL is 0. */
  readonly cpl0?: true;
  /** "iopl": #GP(0) when CPL > IOPL. "io": as iopl, then the TSS's I/O permission bitmap. "vm": in v86 mode #GP(0) when IOPL < 3. */
  readonly iopl?: "iopl" | "io" | "vm";
  /** LOCK is allowed with a memory destination; elsewhere LOCK is #UD. */
  readonly lock?: true;
  /** Which of REP/REPNE mean something: "rep" (MOVS…), "repz" (CMPS, SCAS). */
  readonly rep?: "rep" | "repz";
  /** Effects on OSZAPC: a letter that is written; "?" after it when undefined; "0"/"1" after it when constant; t: tested. "o0 s z a? p c0". */
  readonly flags?: string;
  /** 64-bit mode: "64" operand size is 64 by default (PUSH, near branches), "f64" it is forced. */
  readonly size64?: "d64" | "f64";
  /** What it may raise beyond memory faults: "#DE", "#NP(selector)", "#UD if CR4.OSFXSR=0" … for readers, and checked against the CPU by tests. */
  readonly faults?: readonly string[];
  /** Virtualization: reads or writes sensitive state, and which ("IDTR", "CR0", "IF"…). Labs and the formal room's map draw on it. */
  readonly sensitive?: string;
}

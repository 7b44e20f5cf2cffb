/**
 * A row of the ISA table: everything that the decoder, the assembler, the disassembler, the interpreter and the page on
 * "which instruction traps where" know of one encoding.
 *
 * Operands are in the notation of the opcode maps (SDM Vol. 2, Appendix A.2): a letter for the place, a letter for the size.
 *
 *     E  ModR/M: register or memory    G  ModR/M.reg general register    M  ModR/M, memory only    R  ModR/M, register only
 *     I  immediate   J  relative branch   O  moffs   A  far pointer   X  DS:[SI]   Y  ES:[DI]   S  segment register
 *     C  control register   D  debug register   Z  register in the opcode's low three bits
 *     V  XMM register in ModR/M.reg   W  XMM register or memory   U  XMM register in ModR/M.rm   P, Q, N  the same for MMX
 *     b  byte  w  word  d  dword  q  qword  x  16 bytes  t  10 bytes  v  16/32/64 by operand size  z  16/32 (64: imm32)  y  32/64
 *     p  far pointer  a  BOUND pair  s  pseudo-descriptor     M alone: memory of no particular size
 *
 * "Ibs" is a byte that is sign-extended to the operand size (83, 6A, 6B). "Rv/Mw" is a register by operand size or a word in
 * memory. A fixed register is its name: AL, eAX (16/32), rAX (16/32/64), DX, CL, 1, ES, ST0, STi (ModR/M.rm) …
 */
export type Mode = "real" | "v86" | "protected" | "compatibility" | "long";

export interface Row {
  /**
   * As nasm spells it ("add", "cmpxchg8b"), with two liberties: the far forms are "call far" and "jmp far", and an instruction
   * whose name varies with a size has one row (see `spelling`).
   */
  readonly mnemonic: string;
  /** Opcode bytes in hex with the manual's suffixes; the grammar is in opcode.ts: "00", "80 /0", "NP 0F C7 /1", "B8+r", "D8 C0+i". */
  readonly opcode: string;
  /** "Eb", "Gb": destination first, as Intel writes. */
  readonly operands: readonly string[];
  /** The name by operand size (JCXZ: by address size): { 2: "cbw", 4: "cwde", 8: "cdqe" }. Absent: the mnemonic. */
  readonly spelling?: { readonly [size: number]: string };
  /** Modes in which the encoding means this instruction; elsewhere it is #UD (or another row). Absent: all. */
  readonly modes?: readonly Mode[];
  /** The CPUID feature that brings it, in Linux's spelling ("sse2", "cx16", "vmx"). Absent: every 386 and its x87 have it. */
  readonly feature?: string;
  /** #GP(0) unless CPL is 0. */
  readonly cpl0?: true;
  /** "iopl": #GP(0) when CPL > IOPL. "io": as iopl, then the TSS's I/O permission bitmap. "vm": in v86 mode #GP(0) when IOPL < 3. */
  readonly iopl?: "iopl" | "io" | "vm";
  /** LOCK is allowed with a memory destination; elsewhere LOCK is #UD. */
  readonly lock?: true;
  /** Which of REP/REPNE mean something: "rep" (MOVS…), "repz" (CMPS, SCAS). */
  readonly rep?: "rep" | "repz";
  /**
   * Effects on OSZAPC, and on i (IF), d (DF), * (all of them, system flags too): a letter that is written; "?" after it when
   * undefined; "0"/"1" after it when constant, "~" when complemented; "t" after it when tested: "o0 s z a? p c0", "o s z a p c ct".
   */
  readonly flags?: string;
  /** 64-bit mode: "d64" operand size is 64 by default (PUSH, LEAVE; 66 makes it 16), "f64" it is forced (near branches, MOV CR). */
  readonly size64?: "d64" | "f64";
  /** Another encoding of an instruction that has a better one (82, F6 /1, undocumented x87): decoded, never chosen by the assembler. */
  readonly alias?: true;
  /** What it may raise beyond memory faults: "#DE", "#NP(selector)", "#UD if CR4.OSFXSR=0" … for readers, and checked against the CPU by tests. */
  readonly faults?: readonly string[];
  /** Virtualization: reads or writes sensitive state, and which ("IDTR", "CR0", "IF"…). Labs and the formal room's map draw on it. */
  readonly sensitive?: string;
}

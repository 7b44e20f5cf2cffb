/**
 * The general registers, one buffer seen in four sizes. Register n (RAX 0, RCX 1, … R15 15):
 *
 *     bits  63 ────────── 32 31 ─────── 16 15 ── 8 7 ── 0
 *           r32[2n+1]        r32[2n]
 *                                          r16[4n]
 *                                          r8[8n+1] r8[8n]
 *
 * Slot 16 stays zero: the base and index of an address without them.
 */
export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;

/** r32 indices of the registers that instructions name without an operand. */
export const EAX = 0;
export const ECX = 2;
export const EDX = 4;
export const EBX = 6;
export const ESP = 8;
export const EBP = 10;
export const ESI = 12;
export const EDI = 14;

export const REGISTER_NAMES = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");

const SLOTS = 18;

export class Registers {
  readonly r32 = new Int32Array(2 * SLOTS);
  readonly r16 = new Uint16Array(this.r32.buffer);
  readonly r8 = new Uint8Array(this.r32.buffer);
  /** For debuggers and snapshots; the interpreter works on int32 halves. */
  readonly r64 = new BigUint64Array(this.r32.buffer);
}

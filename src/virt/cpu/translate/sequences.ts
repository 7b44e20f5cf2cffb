/**
 * The sequences that stand for instructions that cannot stay as they are. Flags are the guest's own all the way: nothing here
 * touches them, since MOV, LEA, MOVZX and JECXZ are enough. Each sequence can be left at any instruction: until the one that does
 * the guest instruction's work its place says how to go back to before it, afterwards how to complete it.
 */
import type { Instruction } from "../../../machine/isa/instruction.ts";
import { EAX, ECX, type Emitter } from "./emitter.ts";
import { POPF_TABLE, RETURN_TABLE, SLOT } from "./layout.ts";
import { UNDO } from "./translation.ts";

const BOTH = UNDO.eax | UNDO.ecx;
const IF = 0x200;

/** LEA ECX, [EAX·8], MOVZX ECX, CX: the offset of EAX's entry in the return table. */
function indexByEax(out: Emitter): void {
  out.raw(0x8d, 0x0c, 0xc5);
  out.dword(0);
  out.raw(0x0f, 0xb7, 0xc9);
}

/** EAX holds a guest address: finds its translation, or calls out to have the instruction at `ip` executed. */
function lookUp(out: Emitter, ip: number): void {
  out.place(ip, BOTH);
  indexByEax(out);
  out.loadAt(ECX, ECX, RETURN_TABLE);
  // LEA ECX, [ECX + EAX]: 0 if the entry is of this address, which it holds negated.
  out.raw(0x8d, 0x0c, 0x01);
  const found = out.jumpIfEcxZero();
  out.unspill();
  out.place(ip);
  out.callout("lookup");
  found();
  out.place(ip, BOTH);
  indexByEax(out);
  out.loadAt(EAX, ECX, RETURN_TABLE + 4);
  out.store(SLOT.target, EAX);
  out.unspill();
  out.place(ip);
}

/** RET, RET imm16. */
export function emitReturn(out: Emitter, ip: number, { imm }: Instruction): void {
  out.spill();
  out.loadTop();
  lookUp(out, ip);
  out.moveStack(4 + imm);
  out.place(ip, 0, -(4 + imm));
  out.jumpSlot(SLOT.target);
}

/** CALL r/m32, JMP r/m32: `operand` is the instruction with its opcode replaced by that of MOV EAX, r/m32. */
export function emitIndirect(out: Emitter, ip: number, operand: readonly number[], returnTo?: number): void {
  out.spill();
  out.raw(...operand);
  lookUp(out, ip);
  if (returnTo !== undefined) {
    pushValue(out, returnTo);
    out.place(ip, 0, 4);
  }
  out.jumpSlot(SLOT.target);
}

/** PUSH imm32: return addresses are the guest's. */
export function pushValue(out: Emitter, value: number): void {
  out.raw(0x68);
  out.dword(value);
}

/** CLI. */
export function emitCli(out: Emitter): void {
  out.storeValue(SLOT.virtualIf, 0);
}

/** The first half of STI: the second, checkPending, comes after the next instruction. */
export function emitSti(out: Emitter): void {
  out.storeValue(SLOT.virtualIf, IF);
}

/** Calls out before the instruction at `ip` when an interrupt was waiting. */
export function checkPending(out: Emitter, ip: number): void {
  out.place(ip);
  out.store(SLOT.ecx, ECX);
  out.place(ip, UNDO.ecx);
  out.load(ECX, SLOT.pending);
  const none = out.jumpIfEcxZero();
  out.load(ECX, SLOT.ecx);
  out.place(ip);
  out.callout("interrupt");
  none();
  out.place(ip, UNDO.ecx);
  out.load(ECX, SLOT.ecx);
}

/** PUSHFD. The real flags have IF set, IOPL and NT clear; the difference is added, as OR would change flags. */
export function emitPushf(out: Emitter, ip: number, next: number): void {
  out.raw(0x9c);
  out.place(ip, 0, 4);
  out.spill();
  out.loadTop();
  out.place(ip, BOTH, 4);
  for (const slot of [SLOT.virtualIf, SLOT.system]) {
    out.load(ECX, slot);
    // LEA EAX, [EAX + ECX].
    out.raw(0x8d, 0x04, 0x08);
  }
  // MOV [ESP], EAX.
  out.raw(0x89, 0x04, 0x24);
  out.place(next, BOTH);
  out.unspill();
}

/** POPFD: a table says by the image's second byte whether IF is all that the real POPFD would not load. */
export function emitPopf(out: Emitter, ip: number, next: number): void {
  out.spill();
  out.loadTop();
  out.place(ip, BOTH);
  // MOVZX ECX, AH; MOVZX ECX, BYTE GS:[ECX + POPF_TABLE].
  out.raw(0x0f, 0xb6, 0xcc, 0x65, 0x0f, 0xb6, 0x89);
  out.dword(POPF_TABLE);
  const off = out.jumpIfEcxZero();
  // LEA ECX, [ECX − 1].
  out.raw(0x8d, 0x49, 0xff);
  const on = out.jumpIfEcxZero();
  out.unspill();
  out.place(ip);
  out.callout("emulate");
  on();
  out.place(ip, BOTH);
  loadFlags(out, next, IF);
  out.load(ECX, SLOT.pending);
  const none = out.jumpIfEcxZero();
  out.unspill();
  out.place(next);
  out.callout("interrupt");
  off();
  out.place(ip, BOTH);
  loadFlags(out, next, 0);
  none();
  out.unspill();
}

function loadFlags(out: Emitter, next: number, value: number): void {
  out.storeValue(SLOT.newIf, value);
  out.raw(0x9d);
  out.place(next, BOTH | UNDO.newIf);
  out.storeValue(SLOT.virtualIf, value);
  out.place(next, BOTH);
}

/** PUSH of a segment register. */
export function emitPushSelector(out: Emitter, segment: number, size: number): void {
  if (size === 2) out.raw(0x66);
  // PUSH GS:[slot].
  out.raw(0x65, 0xff, 0x35);
  out.dword(SLOT.selectors + 4 * segment);
}

/** MOV register, segment register. */
export function emitMoveSelector(out: Emitter, { reg, rm, size }: Instruction): void {
  if (size === 2) out.raw(0x66);
  out.load(rm, SLOT.selectors + 4 * reg);
}

/** Compares the guest's code with what was translated, a dword at a time, and calls out when it has changed. CS is the cache's, flat. */
export function checkSource(out: Emitter, ip: number, base: number, source: readonly number[]): void {
  out.entry(ip);
  out.store(SLOT.ecx, ECX);
  out.place(ip, UNDO.ecx);
  const wide = source.length >= 4;
  for (let at = 0; at < source.length; at += wide ? 4 : 1) {
    // The last dword may overlap the one before.
    const from = wide ? Math.min(at, source.length - 4) : at;
    const [a = 0, b = 0, c = 0, d = 0] = source.slice(from, from + (wide ? 4 : 1));
    // MOV ECX, CS:[address], or MOVZX for bytes.
    out.raw(0x2e, ...(wide ? [0x8b] : [0x0f, 0xb6]), 0x0d);
    out.dword(base + ip + from);
    // LEA ECX, [ECX − value].
    out.raw(0x8d, 0x89);
    out.dword(-(a | (b << 8) | (c << 16) | (d << 24)));
    const same = out.jumpIfEcxZero();
    out.load(ECX, SLOT.ecx);
    out.place(ip);
    out.callout("changed");
    same();
    out.place(ip, UNDO.ecx);
  }
  out.load(ECX, SLOT.ecx);
}

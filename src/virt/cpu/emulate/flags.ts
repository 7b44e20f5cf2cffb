/**
 * The guest's arithmetic flags in translated code. Three families of instructions leave only what the flags follow from, which costs two
 * stores, or nothing where the next instructions overwrite them:
 *
 *     kind          source             result
 *     ADD, SUB, CMP the right operand  the result        the left operand follows from both
 *     logic         –                  the result
 *     saved         LAHF:SETO          –                 AH: SF ZF AF PF CF as LAHF has them, AL: OF
 *
 * QEMU does so for all instructions (cc_op, cc_src, cc_dst); here the rarer ones save the processor's own flags, since guest and host are
 * of one kind.
 */
import { AF, CF, OF, PF, SF, ZF } from "../../../machine/cpu/flags.ts";
import { ADD, CMP, EAX, EBP, EDX, type Emitter, SUB } from "./emitter.ts";
import { FLAGS_KIND, FLAGS_RESULT, FLAGS_SOURCE } from "./env.ts";

/** Only the environment knows. */
export const DYNAMIC = -1;
export const SAVED = 0;
export const ADDED = 1;
export const SUBTRACTED = 4;
export const LOGIC = 7;
/** A family's kinds are three: of 1, 2 and 4 bytes. */
const KINDS = 10;
const SIZES = [1, 2, 4];

export const kindOf = (family: number, size: number): number => family + (size >> 1);
const sizeOf = (kind: number): number => SIZES[(kind - 1) % 3] as number;

/** Arithmetic bits of EFLAGS. */
export function settle(kind: number, source: number, result: number): number {
  if (kind === SAVED) return ((source >> 8) & (CF | PF | AF | ZF | SF)) | ((source & 1) === 0 ? 0 : OF);
  const size = sizeOf(kind);
  const shift = 32 - 8 * size;
  const r = result << shift;
  const common =
    (r === 0 ? ZF : 0) | (r < 0 ? SF : 0) | ((0x9669 >> ((result ^ (result >> 4)) & 15)) & 1 ? PF : 0);
  if (kind >= LOGIC) return common;
  const subtracted = kind >= SUBTRACTED;
  const a = subtracted ? result + source : result - source;
  const left = a << shift;
  const right = source << shift;
  const carry = subtracted ? left >>> 0 < right >>> 0 : r >>> 0 < right >>> 0;
  const overflow = subtracted ? (left ^ right) & (left ^ r) : (left ^ r) & (right ^ r);
  return common | (carry ? CF : 0) | ((a ^ source ^ result) & AF) | (overflow < 0 ? OF : 0);
}

/** EFLAGS as the saved kind's source. */
export function saved(eflags: number): number {
  return ((eflags & 0xff) << 8) | ((eflags & OF) === 0 ? 0 : 1);
}

/** The host's flags ← the guest's, of a kind that is known. EAX and EDX are lost. */
export function emitRestore(out: Emitter, kind: number): void {
  if (kind === SAVED) {
    out.load(EAX, EBP, FLAGS_SOURCE);
    // 1 + 7Fh overflows, 0 + 7Fh does not; SAHF leaves OF alone.
    out.aluImmediate(ADD, EAX, 0x7f, 1);
    out.byte(0x9e);
    return;
  }
  const size = sizeOf(kind);
  out.load(EAX, EBP, FLAGS_RESULT);
  if (kind >= LOGIC) {
    out.test(EAX, EAX, size);
    return;
  }
  const subtracted = kind >= SUBTRACTED;
  out.aluLoad(subtracted ? ADD : SUB, EAX, EBP, FLAGS_SOURCE, size);
  out.aluLoad(subtracted ? CMP : ADD, EAX, EBP, FLAGS_SOURCE, size);
}

/** AX ← the host's flags. */
export function emitSave(out: Emitter): void {
  out.byte(0x9f);
  out.opcode(0x0f90);
  out.registers(0, EAX);
}

/** Writes the subroutine that makes the environment's flags "saved" whatever they are, EAX and EDX lost. Returns its address. */
export function emitSettle(out: Emitter): number {
  const entries: number[] = [];
  for (let kind = ADDED; kind < KINDS; kind++) {
    entries.push(out.here);
    emitRestore(out, kind);
    emitSave(out);
    out.store(EAX, EBP, FLAGS_SOURCE);
    out.storeImmediate(SAVED, EBP, FLAGS_KIND);
    out.byte(0xc3);
  }
  const done = out.here;
  out.byte(0xc3);
  const table = out.here;
  for (const entry of [done, ...entries]) out.dword(entry);
  const start = out.here;
  out.load(EDX, EBP, FLAGS_KIND);
  // JMP [EDX · 4 + table]
  out.byte(0xff);
  out.memory(4, -1, table, EDX, 2);
  return start;
}

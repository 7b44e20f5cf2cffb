/**
 * The classic BPF machine, as far as filters of system calls may use it: an accumulator A, an index register X, 16 cells M, jumps only
 * forward; S. McCanne and V. Jacobson, "The BSD Packet Filter", USENIX Winter 1993; linux/bpf_common.h for the codes. All values are
 * 32 bits without sign.
 *
 *     code: class in bits 2…0, then operation or size and mode, with bit 3 the source: k or X
 */
import { refuse } from "../errno.ts";

export interface BpfInstruction {
  readonly code: number;
  /** How many instructions a conditional jump skips. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7 } as const;
const X = 0x08;
const LOAD = { word: 0x20, length: 0x80, immediate: 0x00, memory: 0x60 } as const;
const JUMP = { always: 0x00, equal: 0x10, greater: 0x20, atLeast: 0x30, anyBit: 0x40 } as const;
const RETURN_A = 0x10;
const TXA = 0x80;
const CELLS = 16;
/** BPF_MAXINSNS */
export const MOST_INSTRUCTIONS = 4096;

type Binary = (a: number, b: number) => number;
const ARITHMETIC: Record<number, Binary> = {
  0: (a, b) => (a + b) >>> 0,
  16: (a, b) => (a - b) >>> 0,
  32: (a, b) => Math.imul(a, b) >>> 0,
  48: (a, b) => Math.floor(a / b),
  64: (a, b) => (a | b) >>> 0,
  80: (a, b) => (a & b) >>> 0,
  96: (a, b) => (a << (b & 31)) >>> 0,
  112: (a, b) => a >>> (b & 31),
  160: (a, b) => (a ^ b) >>> 0,
};
const DIVIDE = 0x30;
const SHIFTS = [0x60, 0x70];
const NEGATE = 0x80;

const CONDITIONS: Record<number, (a: number, b: number) => boolean> = {
  [JUMP.equal]: (a, b) => a === b,
  [JUMP.greater]: (a, b) => a > b,
  [JUMP.atLeast]: (a, b) => a >= b,
  [JUMP.anyBit]: (a, b) => (a & b) !== 0,
};

const operation = (code: number): number => code & 0xf0;
const classOf = (code: number): number => code & 0x07;
/** The whole code, class included: what there is, but the arithmetic and the conditions. */
const CODES = {
  loadWord: CLASS.LD | LOAD.word,
  loads: [LOAD.length, LOAD.immediate, LOAD.memory].flatMap((mode) => [CLASS.LD | mode, CLASS.LDX | mode]),
  others: [
    CLASS.ST,
    CLASS.STX,
    CLASS.ALU | NEGATE,
    CLASS.JMP | JUMP.always,
    CLASS.RET,
    CLASS.RET | RETURN_A,
    CLASS.MISC,
    CLASS.MISC | TXA,
  ],
} as const;

function isKnown(code: number): boolean {
  if (code === CODES.loadWord || CODES.loads.includes(code) || CODES.others.includes(code as never))
    return true;
  const [op, without] = [operation(code), code & ~X];
  if (without === (CLASS.ALU | op)) return op in ARITHMETIC;
  return without === (CLASS.JMP | op) && op in CONDITIONS;
}

const isMemory = (code: number): boolean => {
  const kind = classOf(code);
  return kind === CLASS.ST || kind === CLASS.STX || (code === (kind | LOAD.memory) && kind <= CLASS.LDX);
};

/** Refuses (EINVAL) whatever might run out of the program, its data or its cells, divide by 0 or read a cell that nothing was put in. */
export function validate(program: readonly BpfInstruction[], dataLength: number): void {
  if (program.length === 0 || program.length > MOST_INSTRUCTIONS) refuse("EINVAL");
  for (const [at, { code, jt, jf, k }] of program.entries()) {
    const left = program.length - at - 1;
    const bad =
      !isKnown(code) ||
      (code === CODES.loadWord && (k >= dataLength || k & 3)) ||
      (isMemory(code) && k >= CELLS) ||
      (code === (CLASS.ALU | DIVIDE) && k === 0) ||
      (SHIFTS.some((shift) => code === (CLASS.ALU | shift)) && k >= 32) ||
      (classOf(code) === CLASS.JMP &&
        (operation(code) === JUMP.always ? k >= left : jt >= left || jf >= left));
    if (bad) refuse("EINVAL");
  }
  if (classOf(program.at(-1)!.code) !== CLASS.RET) refuse("EINVAL");
  mustHaveStored(program);
}

/** On every way to a load from a cell something was stored there: one bit a cell, and at a target what all that jump there have. */
function mustHaveStored(program: readonly BpfInstruction[]): void {
  const atTarget = new Uint16Array(program.length).fill(0xffff);
  let stored = 0;
  for (const [at, { code, jt, jf, k }] of program.entries()) {
    stored &= atTarget[at]!;
    const kind = classOf(code);
    if (kind === CLASS.ST || kind === CLASS.STX) stored |= 1 << k;
    else if (isMemory(code) && !(stored & (1 << k))) refuse("EINVAL");
    else if (kind === CLASS.JMP) {
      for (const skip of operation(code) === JUMP.always ? [k] : [jt, jf])
        atTarget[at + 1 + skip] = atTarget[at + 1 + skip]! & stored;
      // What follows is reached by jumps alone.
      stored = 0xffff;
    }
  }
}

/** `data` is read a word at a time, in the machine's own order of bytes; the program was validated. */
export function run(program: readonly BpfInstruction[], data: Uint32Array): number {
  let [a, x] = [0, 0];
  const cells = new Uint32Array(CELLS);
  for (let at = 0; ; at++) {
    const { code, jt, jf, k } = program[at]!;
    const operand = code & X ? x : k >>> 0;
    switch (classOf(code)) {
      case CLASS.LD:
      case CLASS.LDX: {
        const value = load(code & ~7, k >>> 0, data, cells);
        if (classOf(code) === CLASS.LD) a = value;
        else x = value;
        break;
      }
      case CLASS.ST:
        cells[k] = a;
        break;
      case CLASS.STX:
        cells[k] = x;
        break;
      case CLASS.ALU:
        if (operation(code) === NEGATE) a = -a >>> 0;
        // A division by an X of 0 ends the program.
        else if (operation(code) === DIVIDE && operand === 0) return 0;
        else a = ARITHMETIC[operation(code)]!(a, operand);
        break;
      case CLASS.JMP:
        if (operation(code) === JUMP.always) at += k;
        else at += CONDITIONS[operation(code)]!(a, operand) ? jt : jf;
        break;
      case CLASS.RET:
        return code & RETURN_A ? a : k >>> 0;
      default:
        if (code & TXA) a = x;
        else x = a;
    }
  }
}

function load(mode: number, k: number, data: Uint32Array, cells: Uint32Array): number {
  if (mode === LOAD.word) return data[k >> 2]!;
  if (mode === LOAD.length) return data.byteLength;
  return mode === LOAD.memory ? cells[k]! : k;
}

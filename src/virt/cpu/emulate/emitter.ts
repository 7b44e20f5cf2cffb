/**
 * Writes 32-bit code as bytes, for a place that is known beforehand. Sizes are those of operands: 1, 2 (prefix 66) or 4 bytes; opcodes
 * are given in their byte form where there is one (SDM Vol. 2, Appendix A: bit 0 is the size).
 */
/** Registers as ModR/M numbers them. */
export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;
const NO_BASE = -1;

/** The eight operations of opcodes 00 … 3F and of group 1. */
export const ADD = 0;
export const ADC = 2;
export const SBB = 3;
export const AND = 4;
export const SUB = 5;
export const XOR = 6;
export const CMP = 7;

/** Conditions as Jcc encodes them (SDM Vol. 1, Appendix B). */
export const EQUAL = 4;
export const NOT_EQUAL = 5;

const OPERAND_SIZE = 0x66;
const TWO_BYTES = 0x0f00;

/** A place in the code that a jump waits for. */
export class Label {
  at = -1;
  readonly jumps: number[] = [];
}

export class Emitter {
  /** Address of the first byte. */
  readonly origin: number;
  #bytes = new Uint8Array(1024);
  #length = 0;

  constructor(origin: number) {
    this.origin = origin;
  }

  /** Address of what comes next. */
  get here(): number {
    return this.origin + this.#length;
  }

  get code(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const bytes = new Uint8Array(2 * this.#length);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    this.#bytes[this.#length++] = value;
  }

  word(value: number): void {
    this.byte(value);
    this.byte(value >> 8);
  }

  dword(value: number): void {
    this.word(value);
    this.word(value >> 16);
  }

  /** An opcode of one byte, or of two: 0x0FB6. */
  opcode(opcode: number, size = 4): void {
    const wide = size === 1 ? 0 : 1;
    if (size === 2) this.byte(OPERAND_SIZE);
    if (opcode >= TWO_BYTES) {
      this.byte(0x0f);
      this.byte(opcode);
    } else this.byte(opcode | wide);
  }

  /** ModR/M with two registers; `reg` may be a /digit. */
  registers(reg: number, rm: number): void {
    this.byte(0xc0 | (reg << 3) | rm);
  }

  /** ModR/M with [base + disp], [base + index · 2^scale + disp], or [index · 2^scale + disp] for a base of −1. */
  memory(reg: number, base: number, disp: number, index = ESP, scale = 0): void {
    const sib = index !== ESP || base === ESP || base === NO_BASE;
    // EBP as a base, and none, have no form without a displacement.
    const mod = base === NO_BASE || (disp === 0 && base !== EBP) ? 0 : disp === (disp << 24) >> 24 ? 1 : 2;
    this.byte((mod << 6) | (reg << 3) | (sib ? 4 : base));
    if (sib) this.byte((scale << 6) | (index << 3) | (base === NO_BASE ? EBP : base));
    if (mod === 1) this.byte(disp);
    else if (mod === 2 || base === NO_BASE) this.dword(disp);
  }

  immediate(value: number, size: number): void {
    if (size === 1) this.byte(value);
    else if (size === 2) this.word(value);
    else this.dword(value);
  }

  move(into: number, from: number): void {
    this.byte(0x8b);
    this.registers(into, from);
  }

  moveImmediate(into: number, value: number): void {
    this.byte(0xb8 | into);
    this.dword(value);
  }

  load(into: number, base: number, disp: number): void {
    this.byte(0x8b);
    this.memory(into, base, disp);
  }

  /** Bytes and words are zero-extended. */
  loadSized(into: number, base: number, disp: number, size: number): void {
    if (size === 4) this.byte(0x8b);
    else {
      this.byte(0x0f);
      this.byte(size === 1 ? 0xb6 : 0xb7);
    }
    this.memory(into, base, disp);
  }

  store(from: number, base: number, disp: number, size = 4): void {
    this.opcode(0x88, size);
    this.memory(from, base, disp);
  }

  storeImmediate(value: number, base: number, disp: number, size = 4): void {
    this.opcode(0xc6, size);
    this.memory(0, base, disp);
    this.immediate(value, size);
  }

  lea(into: number, base: number, disp: number, index = ESP, scale = 0): void {
    this.byte(0x8d);
    this.memory(into, base, disp, index, scale);
  }

  /** `into` ← `into` op `from`, ADD … CMP. */
  alu(operation: number, into: number, from: number, size = 4): void {
    this.opcode(operation << 3, size);
    this.registers(from, into);
  }

  aluImmediate(operation: number, into: number, value: number, size = 4): void {
    this.opcode(0x80, size);
    this.registers(operation, into);
    this.immediate(value, size);
  }

  /** Register ← register op memory. */
  aluLoad(operation: number, into: number, base: number, disp: number, size = 4, index = ESP): void {
    this.opcode((operation << 3) | 2, size);
    this.memory(into, base, disp, index);
  }

  /** Memory ← memory op immediate. */
  aluMemory(operation: number, base: number, disp: number, value: number): void {
    this.byte(0x81);
    this.memory(operation, base, disp);
    this.dword(value);
  }

  test(a: number, b: number, size = 4): void {
    this.opcode(0x84, size);
    this.registers(b, a);
  }

  /** Group 2 by an immediate: the /digit of ROL … SAR. */
  shift(digit: number, into: number, count: number, size = 4): void {
    this.opcode(0xc0, size);
    this.registers(digit, into);
    this.byte(count);
  }

  jump(to: Label): void {
    this.byte(0xe9);
    this.#reference(to);
  }

  jumpIf(condition: number, to: Label): void {
    this.byte(0x0f);
    this.byte(0x80 | condition);
    this.#reference(to);
  }

  jumpTo(address: number): void {
    this.byte(0xe9);
    this.dword(address - (this.here + 4));
  }

  jumpIfTo(condition: number, address: number): void {
    this.byte(0x0f);
    this.byte(0x80 | condition);
    this.dword(address - (this.here + 4));
  }

  callTo(address: number): void {
    this.byte(0xe8);
    this.dword(address - (this.here + 4));
  }

  /** The label is here. */
  place(label: Label): void {
    label.at = this.here;
    for (const jump of label.jumps) this.#patch(jump, label.at - (jump + 4));
  }

  #reference(label: Label): void {
    if (label.at < 0) {
      label.jumps.push(this.here);
      this.dword(0);
    } else this.dword(label.at - (this.here + 4));
  }

  #patch(at: number, value: number): void {
    const index = at - this.origin;
    for (let i = 0; i < 4; i++) this.#bytes[index + i] = value >> (8 * i);
  }
}

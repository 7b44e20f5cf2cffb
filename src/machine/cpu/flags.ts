/**
 * RFLAGS, its arithmetic bits computed when somebody asks (lazily). An instruction leaves two words:
 *
 *     fr   the result, sign-extended to int32: ZF is fr = 0, SF is fr < 0, PF the parity of the low byte
 *     fc   the carries out of each bit: bit 31 is CF, bits 31 and 30 differing is OF, bit 3 is AF
 *
 * For 8 and 16 bits fc is shifted so that the carry out of the top bit is bit 31. A 64-bit result is folded: sign bit,
 * low byte, and a bit for "not zero". While `lazy` is 0 the arithmetic bits stand in `eflags` itself.
 * (SDM Vol. 1, 3.4.3; carry vectors: Warren, Hacker's Delight, 2-13.)
 */
export const CF = 1 << 0;
export const PF = 1 << 2;
export const AF = 1 << 4;
export const ZF = 1 << 6;
export const SF = 1 << 7;
export const TF = 1 << 8;
export const IF = 1 << 9;
export const DF = 1 << 10;
export const OF = 1 << 11;
export const IOPL = 3 << 12;
export const NT = 1 << 14;
export const RF = 1 << 16;
export const VM = 1 << 17;
export const AC = 1 << 18;
export const VIF = 1 << 19;
export const VIP = 1 << 20;
export const ID = 1 << 21;

/** Every bit that means something. */
export const ALL_FLAGS = 0x3f7fd5;

export const ARITHMETIC = CF | PF | AF | ZF | SF | OF;

export class Flags {
  fr = 1;
  fc = 0;
  lazy = 0;
  /** High half of the last 64-bit result (arith.ts). */
  high = 0;
  /** Bit 1 is always set. Arithmetic bits count only while `lazy` is 0. */
  eflags = 2;

  /** All of EFLAGS, settled. */
  get value(): number {
    if (this.lazy) this.settle();
    return this.eflags;
  }

  /** Writes all bits: the caller has masked what may not change. */
  set value(value: number) {
    this.lazy = 0;
    this.eflags = value | 2;
  }

  /** Moves the arithmetic bits into eflags, so that single bits can be written there. */
  settle(): void {
    if (!this.lazy) return;
    this.eflags =
      (this.eflags & ~ARITHMETIC) |
      (this.fc < 0 ? CF : 0) |
      parity(this.fr) |
      ((this.fc << 1) & AF) |
      (this.fr === 0 ? ZF : 0) |
      (this.fr < 0 ? SF : 0) |
      ((this.fc ^ (this.fc << 1)) < 0 ? OF : 0);
    this.lazy = 0;
  }

  /** Sets or clears bits of eflags, arithmetic ones too. */
  assign(mask: number, value: number): void {
    this.settle();
    this.eflags = (this.eflags & ~mask) | (value & mask);
  }

  get cf(): boolean {
    return this.lazy ? this.fc < 0 : (this.eflags & CF) !== 0;
  }

  get zf(): boolean {
    return this.lazy ? this.fr === 0 : (this.eflags & ZF) !== 0;
  }

  get sf(): boolean {
    return this.lazy ? this.fr < 0 : (this.eflags & SF) !== 0;
  }

  get of(): boolean {
    return this.lazy ? (this.fc ^ (this.fc << 1)) < 0 : (this.eflags & OF) !== 0;
  }

  get pf(): boolean {
    return this.lazy ? parity(this.fr) !== 0 : (this.eflags & PF) !== 0;
  }

  /** The condition of a Jcc, SETcc or CMOVcc (SDM Vol. 1, Appendix B): the opcode's low four bits. */
  condition(code: number): boolean {
    switch (code) {
      case 0:
        return this.of;
      case 1:
        return !this.of;
      case 2:
        return this.cf;
      case 3:
        return !this.cf;
      case 4:
        return this.zf;
      case 5:
        return !this.zf;
      case 6:
        return this.cf || this.zf;
      case 7:
        return !this.cf && !this.zf;
      case 8:
        return this.sf;
      case 9:
        return !this.sf;
      case 10:
        return this.pf;
      case 11:
        return !this.pf;
      case 12:
        return this.sf !== this.of;
      case 13:
        return this.sf === this.of;
      case 14:
        return this.zf || this.sf !== this.of;
      default:
        return !this.zf && this.sf === this.of;
    }
  }

  /** After AND, OR, XOR, TEST: CF, OF and AF are 0. */
  logic(result: number): void {
    this.fr = result;
    this.fc = 0;
    this.lazy = 1;
  }
}

/** PF of the low byte: 4 or 0. */
function parity(result: number): number {
  const low = (result ^ (result >> 4)) & 15;
  // The bits of 0x9669 are the even-parity numbers below 16.
  return ((0x9669 >> low) & 1) << 2;
}

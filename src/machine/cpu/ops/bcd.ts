/** Decimal adjustment (SDM Vol. 2, AAA, AAD, AAM, AAS, DAA, DAS) and SALC. */
import type { Cpu } from "../cpu.ts";
import { DE, raise } from "../fault.ts";
import { AF, CF } from "../flags.ts";
import type { Op, Semantics } from "../op.ts";

const AL = 0;
const AH = 1;

/** SF, ZF and PF of AL; CF and AF as given; OF, which is undefined, 0. */
function adjusted(cpu: Cpu, carry: boolean, auxiliary: boolean): void {
  const f = cpu.flags;
  f.logic(((cpu.r8[AL] as number) << 24) >> 24);
  f.assign(CF | AF, (carry ? CF : 0) | (auxiliary ? AF : 0));
}

const auxiliaryOf = (cpu: Cpu) => (cpu.flags.value & AF) !== 0;

function decimal(cpu: Cpu, sign: number): void {
  const { r8 } = cpu;
  const al = r8[AL] as number;
  const auxiliary = auxiliaryOf(cpu) || (al & 15) > 9;
  const carry = cpu.flags.cf || al > 0x99;
  // DAS borrows when its first step does, which DAA's second condition covers on its own.
  const borrow = sign < 0 && auxiliary && al < 6;
  r8[AL] = al + sign * ((auxiliary ? 6 : 0) + (carry ? 0x60 : 0));
  adjusted(cpu, carry || borrow, auxiliary);
}

function daa(cpu: Cpu): void {
  decimal(cpu, 1);
}

function das(cpu: Cpu): void {
  decimal(cpu, -1);
}

function ascii(cpu: Cpu, sign: number): void {
  const { r8 } = cpu;
  const adjust = auxiliaryOf(cpu) || ((r8[AL] as number) & 15) > 9;
  if (adjust) cpu.r16[0] = (cpu.r16[0] as number) + sign * 0x106;
  r8[AL] = (r8[AL] as number) & 15;
  adjusted(cpu, adjust, adjust);
}

function aaa(cpu: Cpu): void {
  ascii(cpu, 1);
}

function aas(cpu: Cpu): void {
  ascii(cpu, -1);
}

function aam(cpu: Cpu, op: Op): void {
  const base = op.imm & 0xff;
  if (base === 0) raise(DE);
  const al = cpu.r8[AL] as number;
  cpu.r8[AH] = al / base;
  cpu.r8[AL] = al % base;
  adjusted(cpu, false, false);
}

function aad(cpu: Cpu, op: Op): void {
  const { r8 } = cpu;
  r8[AL] = (r8[AL] as number) + (r8[AH] as number) * (op.imm & 0xff);
  r8[AH] = 0;
  adjusted(cpu, false, false);
}

/** Undocumented, in every processor: AL becomes 0 or 0xFF by CF. */
function salc(cpu: Cpu): void {
  cpu.r8[AL] = cpu.flags.cf ? 0xff : 0;
}

export const BCD: Semantics = {
  daa: () => daa,
  das: () => das,
  aaa: () => aaa,
  aas: () => aas,
  aam: () => aam,
  aad: () => aad,
  salc: () => salc,
};

/** What a translation depends on besides the bytes: a block is for one address and one key. */
import { type Cpu, CR0, CR4 } from "../../../machine/cpu/cpu.ts";
import { debugging } from "../../../machine/cpu/debug.ts";
import { AC, RF, TF } from "../../../machine/cpu/flags.ts";
import { CS } from "../../../machine/isa/instruction.ts";

const ALL = 0xffffffff;
const FLAT_READ_SHIFT = 2;
const FLAT_WRITE_SHIFT = 8;
const SHADOW = 1 << 14;
const SEGMENTS = 0x3f;

/** 32-bit protected mode without anything that must be watched at each instruction; the rest is interpreted. */
export function translatable(cpu: Cpu): boolean {
  const { limit, base } = cpu.segments;
  return (
    cpu.bits === 32 &&
    cpu.protectedMode &&
    !cpu.v86 &&
    !cpu.compatibility &&
    base[CS] === 0 &&
    limit[CS] === ALL &&
    cpu.stackMask === -1 &&
    (cpu.flags.eflags & (TF | RF)) === 0 &&
    !checksAlignment(cpu) &&
    !debugging(cpu) &&
    cpu.memory.watch === null
  );
}

const checksAlignment = ({ cpl, cr0, flags }: Cpu): boolean =>
  cpl === 3 && (cr0 & CR0.AM) !== 0 && (flags.eflags & AC) !== 0;

/**
 * 14 interrupts wait for one instruction, which is all of the block (QEMU: HF_INHIBIT_IRQ) │ 13 … 8 segments that may be written unchecked │ 7 … 2
 * read unchecked │ 1 … 0 table of the software TLB
 */
export function keyOf(cpu: Cpu): number {
  return (
    (cpu.shadow ? SHADOW : 0) |
    ((cpu.flatWrite & SEGMENTS) << FLAT_WRITE_SHIFT) |
    ((cpu.flatRead & SEGMENTS) << FLAT_READ_SHIFT) |
    tableOf(cpu)
  );
}

function tableOf(cpu: Cpu): number {
  if (cpu.cpl === 3) return 0;
  return (cpu.cr4 & CR4.SMAP) !== 0 && (cpu.flags.eflags & AC) !== 0 ? 2 : 1;
}

export const isShadowed = (key: number): boolean => (key & SHADOW) !== 0;
export const unshadowed = (key: number): number => key & ~SHADOW;
export const tableIn = (key: number): number => key & 3;
export const readsFlat = (key: number, seg: number): boolean => ((key >> (FLAT_READ_SHIFT + seg)) & 1) !== 0;
export const writesFlat = (key: number, seg: number): boolean =>
  ((key >> (FLAT_WRITE_SHIFT + seg)) & 1) !== 0;

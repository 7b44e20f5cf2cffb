/** CLC … STD, CLI STI, LAHF SAHF, PUSHF POPF, CLAC STAC. IOPL and virtual-8086 checks are in guard.ts, from the ISA table. */
import type { Cpu } from "../cpu.ts";
import { raise, UD } from "../fault.ts";
import { flagsWritten, writeFlags } from "../flag-write.ts";
import { AC, AF, ARITHMETIC, CF, DF, ID, IF, IOPL, NT, PF, RF, SF, TF, VM, ZF } from "../flags.ts";
import type { Op, Semantics } from "../op.ts";
import { moveSp, peek, push } from "../stack.ts";

/** AH as an index of r8. */
const AH = 1;
const LAHF_BITS = SF | ZF | AF | PF | CF;

function cmc(cpu: Cpu): void {
  cpu.flags.assign(CF, cpu.flags.cf ? 0 : CF);
}

function clc(cpu: Cpu): void {
  cpu.flags.assign(CF, 0);
}

function stc(cpu: Cpu): void {
  cpu.flags.assign(CF, CF);
}

function cld(cpu: Cpu): void {
  cpu.flags.eflags &= ~DF;
}

function std(cpu: Cpu): void {
  cpu.flags.eflags |= DF;
}

function cli(cpu: Cpu): void {
  cpu.flags.eflags &= ~IF;
}

/**
 * The instruction after STI is still free of interrupts, when they were off before (SDM Vol. 2, STI). Where none waits, no timer is
 * due and the next instruction follows at once, none can come before it, and the shadow need not be cast; a guest's exit would tell of it.
 */
function sti(cpu: Cpu): void {
  if ((cpu.flags.eflags & IF) !== 0) return;
  cpu.flags.eflags |= IF;
  if (cpu.clock.left > 0 && !cpu.irq.pending() && cpu.guest === null && !cpu.virtual) return;
  cpu.shadow = true;
  cpu.clock.attend();
}

function lahf(cpu: Cpu): void {
  cpu.r8[AH] = (cpu.flags.value & LAHF_BITS) | 2;
}

function sahf(cpu: Cpu): void {
  cpu.flags.assign(LAHF_BITS, cpu.r8[AH] as number);
}

function pushf(cpu: Cpu, op: Op): void {
  push(cpu, op.size, cpu.flags.value & ~(VM | RF), 0);
}

/** Below CPL 0 IOPL stays as it is, and IF as well when CPL > IOPL: silently, which is what makes x86 hard to virtualize. */
function popf(cpu: Cpu, op: Op): void {
  const image = peek(cpu, op.size, 0);
  moveSp(cpu, op.size);
  const iopl = (cpu.flags.eflags >> 12) & 3;
  const mask =
    ARITHMETIC |
    TF |
    DF |
    NT |
    (op.size > 2 ? AC | ID : 0) |
    (cpu.cpl === 0 ? IF | IOPL : cpu.cpl <= iopl ? IF : 0);
  writeFlags(cpu, image, mask);
}

function setAc(cpu: Cpu, value: number): void {
  if (cpu.cpl !== 0) raise(UD);
  const { eflags } = cpu.flags;
  cpu.flags.eflags = (eflags & ~AC) | value;
  flagsWritten(cpu, eflags);
}

function clac(cpu: Cpu): void {
  setAc(cpu, 0);
}

function stac(cpu: Cpu): void {
  setAc(cpu, AC);
}

export const FLAG_OPS: Semantics = {
  cmc: () => cmc,
  clc: () => clc,
  stc: () => stc,
  cld: () => cld,
  std: () => std,
  cli: () => cli,
  sti: () => sti,
  lahf: () => lahf,
  sahf: () => sahf,
  pushf: () => pushf,
  popf: () => popf,
  clac: () => clac,
  stac: () => stac,
};

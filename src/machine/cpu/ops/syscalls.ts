/**
 * SYSENTER SYSEXIT, SYSCALL SYSRET (SDM Vol. 2; Vol. 3, 5.8.7 and 5.8.8). CS and SS come out flat, without a look at the tables:
 *
 *     SYSENTER_CS  + 0 kernel code, + 8 kernel stack; SYSEXIT + 16, + 24 (64-bit: + 32, + 40)
 *     STAR         47:32 + 0 kernel code, + 8 kernel stack;  63:48 + 0 32-bit user code, + 8 user stack, + 16 64-bit user code
 */
import { CS, SS } from "../../isa/instruction.ts";
import { EVENT } from "../../trace.ts";
import { type Cpu, EFER } from "../cpu.ts";
import { BS } from "../debug.ts";
import { deliverDebug } from "../deliver/deliver.ts";
import { GP, raise, UD } from "../fault.ts";
import { writeFlags } from "../flag-write.ts";
import { IF, RF, TF, VM } from "../flags.ts";
import { canonical } from "../long-stack.ts";
import { FMASK, LSTAR, STAR, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP } from "../msr-slots.ts";
import type { Op, Semantics } from "../op.ts";
import { ECX, EDX, ESP } from "../registers.ts";
import { setSegment, updateCode, updateMode } from "../segments.ts";

const R11 = 22;
/** Access of a flat segment of DPL 0: present, S, accessed, G; code that may be read, or data that may be written. */
const CODE32 = 0xc09b00;
const CODE64 = 0xa09b00;
const DATA = 0xc09300;
const FLAT = 0xffffffff;
/** Bits of RFLAGS that SYSRET takes from R11. */
const SYSRET_FLAGS = 0x3c7fd7;

/** Loads CS and SS for a privilege level. */
function enter(cpu: Cpu, code: number, stack: number, access: number, level: number): void {
  const dpl = level << 13;
  setSegment(cpu, CS, (code & 0xfffc) | level, 0, FLAT, access | dpl);
  setSegment(cpu, SS, (stack & 0xfffc) | level, 0, FLAT, DATA | dpl);
  cpu.cpl = level;
  updateCode(cpu);
  cpu.clock.charge(cpu.prices.ringChange);
}

function sysenter(cpu: Cpu): void {
  const { msr, r32 } = cpu;
  const code = msr[SYSENTER_CS] as number;
  if (!cpu.protectedMode || (code & 0xfffc) === 0) raise(GP);
  const long = cpu.longMode;
  cpu.trace.event(EVENT.syscall, 0);
  const { v86 } = cpu;
  writeFlags(cpu, 0, VM | IF | RF);
  if (v86) updateMode(cpu);
  enter(cpu, code, code + 8, long ? CODE64 : CODE32, 0);
  r32[ESP] = msr[SYSENTER_ESP] as number;
  r32[ESP + 1] = long ? (msr[SYSENTER_ESP + 1] as number) : 0;
  cpu.ip = msr[SYSENTER_EIP] as number;
  cpu.ipHigh = long ? (msr[SYSENTER_EIP + 1] as number) : 0;
}

function sysexit(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const code = cpu.msr[SYSENTER_CS] as number;
  if (!cpu.protectedMode || (code & 0xfffc) === 0) raise(GP);
  const wide = op.size === 8;
  if (wide && !(canonical(r32[ECX + 1] as number) && canonical(r32[EDX + 1] as number))) raise(GP);
  const first = code + (wide ? 32 : 16);
  enter(cpu, first, first + 8, wide ? CODE64 : CODE32, 3);
  r32[ESP] = r32[ECX] as number;
  r32[ESP + 1] = wide ? (r32[ECX + 1] as number) : 0;
  cpu.ip = r32[EDX] as number;
  cpu.ipHigh = wide ? (r32[EDX + 1] as number) : 0;
}

function syscall(cpu: Cpu): void {
  if ((cpu.efer & EFER.SCE) === 0) raise(UD);
  const { msr, r32 } = cpu;
  cpu.trace.event(EVENT.syscall, 1);
  r32[ECX] = cpu.ip;
  r32[ECX + 1] = cpu.ipHigh;
  r32[R11] = cpu.flags.value & ~RF;
  r32[R11 + 1] = 0;
  writeFlags(cpu, 0, (msr[FMASK] as number) | RF);
  cpu.skipsStep = (cpu.flags.eflags & TF) === 0;
  const code = (msr[STAR + 1] as number) & 0xffff;
  enter(cpu, code, code + 8, CODE64, 0);
  cpu.ip = msr[LSTAR] as number;
  cpu.ipHigh = msr[LSTAR + 1] as number;
}

function sysret(cpu: Cpu, op: Op): void {
  const { r32 } = cpu;
  const wide = op.size === 8;
  if (wide && !canonical(r32[ECX + 1] as number)) raise(GP);
  const base = (cpu.msr[STAR + 1] as number) >>> 16;
  enter(cpu, wide ? base + 16 : base, base + 8, wide ? CODE64 : CODE32, 3);
  const stepping = (cpu.flags.eflags & TF) !== 0;
  writeFlags(cpu, r32[R11] as number, SYSRET_FLAGS);
  cpu.ip = r32[ECX] as number;
  cpu.ipHigh = wide ? (r32[ECX + 1] as number) : 0;
  // To the program the system call was one instruction: its single-step trap comes now, by the flags that are now.
  const steps = (cpu.flags.eflags & TF) !== 0;
  cpu.skipsStep = !steps;
  if (steps && !stepping) deliverDebug(cpu, BS);
}

export const SYSCALLS: Semantics = {
  sysenter: () => sysenter,
  sysexit: () => sysexit,
  syscall: () => syscall,
  sysret: () => sysret,
};

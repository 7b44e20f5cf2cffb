/** What the processor tells of itself: CPUID, RDMSR WRMSR, RDTSC RDTSCP, RDPMC. */
import { EVENT } from "../../trace.ts";
import { type Cpu, CR4 } from "../cpu.ts";
import { cpuid } from "../cpuid.ts";
import { GP, raise, UD } from "../fault.ts";
import { readMsr, readTsc, writeMsr } from "../msr.ts";
import { TSC_AUX } from "../msr-slots.ts";
import type { Semantics } from "../op.ts";
import { EAX, EBX, ECX, EDX } from "../registers.ts";

/** Writes a 32-bit register: in 64-bit mode its upper half becomes zero. */
function set(cpu: Cpu, register: number, value: number): void {
  cpu.r32[register] = value;
  cpu.r32[register + 1] = 0;
}

function identify(cpu: Cpu): void {
  const leaf = cpuid(cpu, (cpu.r32[EAX] as number) >>> 0, (cpu.r32[ECX] as number) >>> 0);
  set(cpu, EAX, leaf[0]);
  set(cpu, EBX, leaf[1]);
  set(cpu, ECX, leaf[2]);
  set(cpu, EDX, leaf[3]);
}

function rdmsr(cpu: Cpu): void {
  const msr = (cpu.r32[ECX] as number) >>> 0;
  const low = readMsr(cpu, msr);
  cpu.trace.event(EVENT.msr, msr | 0);
  set(cpu, EAX, low);
  set(cpu, EDX, cpu.high);
}

function wrmsr(cpu: Cpu): void {
  const msr = (cpu.r32[ECX] as number) >>> 0;
  writeMsr(cpu, msr, cpu.r32[EAX] as number, cpu.r32[EDX] as number);
  cpu.trace.event(EVENT.msr, msr | 0);
}

function rdtsc(cpu: Cpu): void {
  if ((cpu.cr4 & CR4.TSD) !== 0 && cpu.cpl > 0) raise(GP);
  set(cpu, EAX, readTsc(cpu));
  set(cpu, EDX, cpu.high);
}

function rdtscp(cpu: Cpu): void {
  rdtsc(cpu);
  set(cpu, ECX, cpu.msr[TSC_AUX] as number);
}

/** There is no performance counter to read. */
function rdpmc(): void {
  raise(GP);
}

/** System management mode does not exist here. */
function rsm(): void {
  raise(UD);
}

export const PROCESSOR_OPS: Semantics = {
  cpuid: () => identify,
  rdmsr: () => rdmsr,
  wrmsr: () => wrmsr,
  rdtsc: () => rdtsc,
  rdtscp: () => rdtscp,
  rdpmc: () => rdpmc,
  rsm: () => rsm,
};

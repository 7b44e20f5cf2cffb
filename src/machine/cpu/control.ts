/**
 * Control registers and EFER: which values may be written, and the modes that follow (SDM Vol. 3, 2.5, 4.1 and 9.8.5).
 *
 *     real ──PE──▶ protected ──PG──▶ paged (PSE, PAE)
 *                      │ PAE, LME
 *                      └────PG──▶ compatibility ──CS.L──▶ 64-bit        LMA = LME while PG is on
 */
import { CS } from "../isa/instruction.ts";
import { EVENT } from "../trace.ts";
import { type Cpu, CR0, CR4, EFER, TR } from "./cpu.ts";
import { LONG } from "./descriptor.ts";
import { GP, raise } from "./fault.ts";
import { updateCode, updateMode } from "./segments.ts";

const CR0_BITS = CR0.PE | CR0.MP | CR0.EM | CR0.TS | CR0.NE | CR0.WP | CR0.AM | CR0.NW | CR0.CD | CR0.PG;

const CR4_BITS =
  CR4.TSD |
  CR4.DE |
  CR4.PSE |
  CR4.PAE |
  CR4.MCE |
  CR4.PGE |
  CR4.PCE |
  CR4.OSFXSR |
  CR4.OSXMMEXCPT |
  CR4.UMIP |
  CR4.FSGSBASE |
  CR4.PCIDE |
  CR4.SMEP |
  CR4.SMAP;

const EFER_BITS = EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE;

/** MOV to CR0, LMSW. #GP(0) for a combination that is none. */
export function writeCr0(cpu: Cpu, value: number, high: number): void {
  if (high !== 0) raise(GP);
  const next = (value & CR0_BITS) | CR0.ET;
  if ((next & CR0.PG) !== 0 && (next & CR0.PE) === 0) raise(GP);
  if ((next & CR0.NW) !== 0 && (next & CR0.CD) === 0) raise(GP);
  const changed = next ^ cpu.cr0;
  let { efer } = cpu;
  if ((changed & CR0.PG) !== 0) {
    if ((next & CR0.PG) === 0) {
      if (cpu.wide || (cpu.cr4 & CR4.PCIDE) !== 0) raise(GP);
      efer &= ~EFER.LMA;
    } else if ((efer & EFER.LME) !== 0) {
      const task32 = ((cpu.segments.access[TR] as number) & 0x0800) !== 0;
      if ((cpu.cr4 & CR4.PAE) === 0 || ((cpu.segments.access[CS] as number) & LONG) !== 0 || !task32)
        raise(GP);
      efer |= EFER.LMA;
    }
  }
  cpu.memory.setControl(next, cpu.cr4, efer);
  cpu.trace.event(EVENT.crWrite, next);
  cpu.cr0 = next;
  cpu.efer = efer;
  if ((changed & (CR0.PE | CR0.PG)) !== 0) updateMode(cpu);
}

/** MOV to CR3, and what a task switch loads. `high` with bit 31 set: the PCID's translations are kept. */
export function writeCr3(cpu: Cpu, value: number, high: number): void {
  const keep = (cpu.cr4 & CR4.PCIDE) !== 0 ? 1 << 31 : 0;
  // Bits above the physical address width are reserved.
  const reserved = -1 << (cpu.prices.physicalBits - 32);
  if (cpu.longMode && (high & reserved & ~keep) !== 0) raise(GP);
  loadCr3(cpu, value, high);
  cpu.clock.charge(cpu.prices.cr3Load);
}

export function loadCr3(cpu: Cpu, value: number, high: number): void {
  cpu.memory.loadCr3(value, high);
  cpu.trace.event(EVENT.cr3Write, value);
  cpu.cr3 = value;
  cpu.cr3High = high & 0x7fffffff;
  cpu.window.size = 0;
}

export function writeCr4(cpu: Cpu, value: number, high: number): void {
  if (high !== 0 || (value & ~CR4_BITS) !== 0) raise(GP);
  const changed = value ^ cpu.cr4;
  if (cpu.longMode && (value & CR4.PAE) === 0) raise(GP);
  if ((changed & value & CR4.PCIDE) !== 0 && (!cpu.longMode || (cpu.cr3 & 0xfff) !== 0)) raise(GP);
  cpu.memory.setControl(cpu.cr0, value, cpu.efer);
  cpu.trace.event(EVENT.crWrite, value);
  cpu.cr4 = value;
  cpu.window.size = 0;
}

/** WRMSR to EFER: LME may change only while paging is off; LMA is the processor's. */
export function writeEfer(cpu: Cpu, value: number, high: number): void {
  if (high !== 0 || (value & ~EFER_BITS) !== 0) raise(GP);
  if (((value ^ cpu.efer) & EFER.LME) !== 0 && (cpu.cr0 & CR0.PG) !== 0) raise(GP);
  const next = (value & ~EFER.LMA) | (cpu.efer & EFER.LMA);
  cpu.memory.setControl(cpu.cr0, cpu.cr4, next);
  cpu.efer = next;
  updateCode(cpu);
}

/**
 * VMRUN, #VMEXIT, VMLOAD and VMSAVE as far as they move state (AMD APM Vol. 2, 15.5.1, 15.5.2, 15.6): VMRUN and #VMEXIT the registers
 * that every world switch needs, VMLOAD and VMSAVE the rest.
 */
import { type Cpu, CR0, EFER, LDTR, TR } from "../cpu/cpu.ts";
import { refreshWatch } from "../cpu/debug.ts";
import { FAULT } from "../cpu/fault.ts";
import { AC, VM } from "../cpu/flags.ts";
import {
  CSTAR,
  FMASK,
  KERNEL_GS_BASE,
  LSTAR,
  STAR,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
} from "../cpu/msr-slots.ts";
import { EAX, ESP } from "../cpu/registers.ts";
import { setSegment, updateMode } from "../cpu/segments.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/instruction.ts";
import { STATE, type Vmcb } from "./vmcb.ts";

type Place = readonly [register: number, offset: number];

const SWITCHED: readonly Place[] = [
  [ES, STATE.es],
  [CS, STATE.cs],
  [SS, STATE.ss],
  [DS, STATE.ds],
];
const LOADED: readonly Place[] = [
  [FS, STATE.fs],
  [GS, STATE.gs],
  [LDTR, STATE.ldtr],
  [TR, STATE.tr],
];
const MSRS: readonly Place[] = [
  [STAR, STATE.star],
  [LSTAR, STATE.lstar],
  [CSTAR, STATE.cstar],
  [FMASK, STATE.sfmask],
  [KERNEL_GS_BASE, STATE.kernelGsBase],
  [SYSENTER_CS, STATE.sysenterCs],
  [SYSENTER_ESP, STATE.sysenterEsp],
  [SYSENTER_EIP, STATE.sysenterEip],
];

const toAttributes = (access: number) => ((access >> 8) & 0xff) | ((access >> 12) & 0xf00);
const fromAttributes = (attributes: number) => ((attributes & 0xff) << 8) | ((attributes & 0xf00) << 12);

function saveSegments(cpu: Cpu, vmcb: Vmcb, places: readonly Place[]): void {
  const { selector, base, baseHigh, limit, access } = cpu.segments;
  for (const [register, at] of places) {
    vmcb.set16(at, selector[register] as number);
    vmcb.set16(at + 2, toAttributes(access[register] as number));
    vmcb.set32(at + 4, limit[register] as number);
    vmcb.set64(at + 8, base[register] as number, baseHigh[register] as number);
  }
}

function loadSegments(cpu: Cpu, vmcb: Vmcb, places: readonly Place[]): void {
  for (const [register, at] of places) {
    const access = fromAttributes(vmcb.get16(at + 2));
    setSegment(cpu, register, vmcb.get16(at), vmcb.get(at + 8), vmcb.get(at + 4), access);
    cpu.segments.baseHigh[register] = vmcb.getHigh(at + 8);
  }
}

/** The guest's state as #VMEXIT writes it. */
export function saveGuest(cpu: Cpu, vmcb: Vmcb): void {
  saveSegments(cpu, vmcb, SWITCHED);
  vmcb.set32(STATE.gdtr + 4, cpu.gdtr.limit);
  vmcb.set64(STATE.gdtr + 8, cpu.gdtr.base, cpu.gdtr.baseHigh);
  vmcb.set32(STATE.idtr + 4, cpu.idtr.limit);
  vmcb.set64(STATE.idtr + 8, cpu.idtr.base, cpu.idtr.baseHigh);
  vmcb.set8(STATE.cpl, cpu.cpl);
  vmcb.set64(STATE.efer, cpu.efer);
  vmcb.set64(STATE.cr0, cpu.cr0);
  vmcb.set64(STATE.cr2, cpu.cr2, cpu.cr2High);
  vmcb.set64(STATE.cr3, cpu.cr3, cpu.cr3High);
  vmcb.set64(STATE.cr4, cpu.cr4);
  vmcb.set64(STATE.dr6, cpu.dr[6] as number);
  vmcb.set64(STATE.dr7, cpu.dr[7] as number);
  vmcb.set64(STATE.rflags, cpu.flags.value);
  vmcb.set64(STATE.rip, cpu.ip, cpu.wide ? cpu.ipHigh : 0);
  vmcb.set64(STATE.rsp, cpu.r32[ESP] as number, cpu.r32[ESP + 1]);
  vmcb.set64(STATE.rax, cpu.r32[EAX] as number, cpu.r32[EAX + 1]);
}

/** VMSAVE. */
export function vmsave(cpu: Cpu, vmcb: Vmcb): void {
  saveSegments(cpu, vmcb, LOADED);
  for (const [slot, at] of MSRS) vmcb.set64(at, cpu.msr[slot] as number, cpu.msr[slot + 1]);
}

/** VMLOAD. */
export function vmload(cpu: Cpu, vmcb: Vmcb): void {
  loadSegments(cpu, vmcb, LOADED);
  for (const [slot, at] of MSRS) {
    cpu.msr[slot] = vmcb.get(at);
    cpu.msr[slot + 1] = vmcb.getHigh(at);
  }
}

/** What VMRUN loads of the guest, and #VMEXIT of the host. False over a PDPTE with reserved bits, nothing being loaded. */
export function loadState(cpu: Cpu, vmcb: Vmcb): boolean {
  if (!loadPaging(cpu, vmcb)) return false;
  loadRegisters(cpu, vmcb);
  return true;
}

/** All of that but control registers and EFER. */
export function loadRegisters(cpu: Cpu, vmcb: Vmcb): void {
  loadSegments(cpu, vmcb, SWITCHED);
  cpu.gdtr.limit = vmcb.get16(STATE.gdtr + 4);
  cpu.gdtr.base = vmcb.get(STATE.gdtr + 8);
  cpu.gdtr.baseHigh = vmcb.getHigh(STATE.gdtr + 8);
  cpu.idtr.limit = vmcb.get16(STATE.idtr + 4);
  cpu.idtr.base = vmcb.get(STATE.idtr + 8);
  cpu.idtr.baseHigh = vmcb.getHigh(STATE.idtr + 8);
  cpu.cr2 = vmcb.get(STATE.cr2) as Cpu["cr2"];
  cpu.cr2High = vmcb.getHigh(STATE.cr2);
  cpu.dr[6] = vmcb.get(STATE.dr6);
  cpu.dr[7] = vmcb.get(STATE.dr7);
  refreshWatch(cpu);
  const flags = vmcb.get(STATE.rflags);
  cpu.flags.value = flags;
  cpu.memory.ac = (flags & AC) !== 0;
  cpu.cpl = (cpu.cr0 & CR0.PE) === 0 ? 0 : (flags & VM) !== 0 ? 3 : vmcb.get8(STATE.cpl) & 3;
  cpu.ip = vmcb.get(STATE.rip);
  cpu.ipHigh = vmcb.getHigh(STATE.rip);
  cpu.r32[ESP] = vmcb.get(STATE.rsp);
  cpu.r32[ESP + 1] = vmcb.getHigh(STATE.rsp);
  cpu.r32[EAX] = vmcb.get(STATE.rax);
  cpu.r32[EAX + 1] = vmcb.getHigh(STATE.rax);
  cpu.halted = false;
  cpu.shadow = cpu.debugShadow = false;
  updateMode(cpu);
}

/** Control registers and EFER. Translations are told apart by ASIDs (asid.ts): none is flushed. */
function loadPaging(cpu: Cpu, vmcb: Vmcb): boolean {
  const cr0 = vmcb.get(STATE.cr0);
  const cr3 = vmcb.get(STATE.cr3);
  const cr3High = vmcb.getHigh(STATE.cr3);
  const cr4 = vmcb.get(STATE.cr4);
  const wanted = vmcb.get(STATE.efer);
  const { memory } = cpu;
  // LMA is LME while paging is on.
  const efer = (wanted & ~EFER.LMA) | ((cr0 & CR0.PG) !== 0 && (wanted & EFER.LME) !== 0 ? EFER.LMA : 0);
  const same = cr0 === cpu.cr0 && cr4 === cpu.cr4 && efer === cpu.efer;
  if (!same || cr3 !== cpu.cr3 || cr3High !== cpu.cr3High) {
    memory.tags.keeping = true;
    try {
      if (!same) memory.setControl(cpu.cr0 & ~CR0.PG, cpu.cr4, cpu.efer & ~EFER.LMA);
      memory.loadCr3(cr3, cr3High);
      memory.setControl(cr0, cr4, efer);
    } catch (error) {
      if (error !== FAULT) throw error;
      memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
      return false;
    } finally {
      memory.tags.keeping = false;
    }
  }
  cpu.cr0 = cr0;
  cpu.cr3 = cr3;
  cpu.cr3High = cr3High;
  cpu.cr4 = cr4;
  cpu.efer = efer;
  return true;
}

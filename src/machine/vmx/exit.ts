/**
 * VM exits as far as they move state (SDM Vol. 3, 27.3 and 27.5): the processor's into the guest-state area, the host-state area into the
 * processor. General registers but RSP stay where they are: saving them is software's business.
 */
import { type Cpu, CR0, CR4, EFER, LDTR, TR } from "../cpu/cpu.ts";
import { refreshWatch } from "../cpu/debug.ts";
import { TF } from "../cpu/flags.ts";
import { PAT, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP } from "../cpu/msr-slots.ts";
import { ESP } from "../cpu/registers.ts";
import { setSegment, updateMode } from "../cpu/segments.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/instruction.ts";
import { ACTIVE, BLOCKING, ENTRY_CONTROL, EXIT_CONTROL, HALTED, UNUSABLE } from "./controls.ts";
import { savePdptes, usesEpt } from "./ept.ts";
import { FIELDS, type FieldName, slotOf } from "./fields.ts";
import { GUEST_SEGMENTS, toRights } from "./segment-fields.ts";
import type { Vmcs } from "./vmcs.ts";
import { vpidOf } from "./vpid.ts";

const BS = 1 << 14;
const DPL_SHIFT = 5;

/** `blocking`: by STI and MOV SS, of the instruction that was about to run. `rf`: RFLAGS.RF, as the IDT's frame would have it. */
export function saveGuest(cpu: Cpu, vmcs: Vmcs, blocking: number, rf: number): void {
  const { low, high } = vmcs;
  const { segments } = cpu;
  const exit = vmcs.get(FIELDS.exitControls);
  vmcs.set(FIELDS.guestCr0, cpu.cr0);
  vmcs.set(FIELDS.guestCr3, cpu.cr3, cpu.cr3High);
  vmcs.set(FIELDS.guestCr4, cpu.cr4);
  if (usesEpt(vmcs)) savePdptes(vmcs, cpu.memory.pdptes);
  if ((exit & EXIT_CONTROL.saveDebug) !== 0) vmcs.set(FIELDS.guestDr7, cpu.dr[7] as number);
  vmcs.set(FIELDS.guestSysenterCs, cpu.msr[SYSENTER_CS] as number);
  vmcs.set(FIELDS.guestSysenterEsp, cpu.msr[SYSENTER_ESP] as number, cpu.msr[SYSENTER_ESP + 1]);
  vmcs.set(FIELDS.guestSysenterEip, cpu.msr[SYSENTER_EIP] as number, cpu.msr[SYSENTER_EIP + 1]);
  if ((exit & EXIT_CONTROL.savePat) !== 0)
    vmcs.set(FIELDS.guestPat, cpu.msr[PAT] as number, cpu.msr[PAT + 1]);
  if ((exit & EXIT_CONTROL.saveEfer) !== 0) vmcs.set(FIELDS.guestEfer, cpu.efer);
  // 27.2: the control follows the guest into and out of IA-32e mode.
  const entry = vmcs.get(FIELDS.entryControls) & ~ENTRY_CONTROL.guest64;
  vmcs.set(FIELDS.entryControls, entry | (cpu.longMode ? ENTRY_CONTROL.guest64 : 0));

  for (const fields of GUEST_SEGMENTS) {
    const { register } = fields;
    low[fields.selector] = segments.selector[register] as number;
    low[fields.base] = segments.base[register] as number;
    high[fields.base] = segments.baseHigh[register] as number;
    low[fields.limit] = segments.limit[register] as number;
    low[fields.access] = toRights(segments.access[register] as number);
  }
  // SS.DPL is where CPL is kept, a null SS or not.
  const stack = slotOf(FIELDS.guestSsAccess);
  if (((low[stack] as number) & UNUSABLE) !== 0) low[stack] = UNUSABLE | (cpu.cpl << DPL_SHIFT);
  vmcs.set(FIELDS.guestGdtrBase, cpu.gdtr.base, cpu.gdtr.baseHigh);
  vmcs.set(FIELDS.guestGdtrLimit, cpu.gdtr.limit);
  vmcs.set(FIELDS.guestIdtrBase, cpu.idtr.base, cpu.idtr.baseHigh);
  vmcs.set(FIELDS.guestIdtrLimit, cpu.idtr.limit);
  vmcs.set(FIELDS.guestRip, cpu.ip, cpu.wide ? cpu.ipHigh : 0);
  vmcs.set(FIELDS.guestRsp, cpu.r32[ESP] as number, cpu.r32[ESP + 1]);
  const flags = cpu.flags.value;
  vmcs.set(FIELDS.guestRflags, flags | rf);

  const shadowed = cpu.halted ? 0 : blocking;
  vmcs.set(FIELDS.activity, cpu.halted ? HALTED : ACTIVE);
  vmcs.set(FIELDS.interruptibility, shadowed | (cpu.nmiBlocked ? BLOCKING.nmi : 0));
  vmcs.set(FIELDS.pendingDebug, (shadowed !== 0 || cpu.halted) && (flags & TF) !== 0 ? BS : 0);
}

/** Bits of CR0 that a VM exit leaves: ET, CD, NW, and the reserved ones (27.5.1). */
const CR0_KEPT = CR0.ET | CR0.CD | CR0.NW;
const CODE_RIGHTS = 0x009b00;
const DATA_RIGHTS = 0x0093_00;
const TASK_RIGHTS = 0x008b00;
const BIG = 1 << 22;
const LONG = 1 << 21;
const GRANULAR = 1 << 23;
const TSS_LIMIT = 0x67;
const DR7_RESET = 0x400;
const TABLE_LIMIT = 0xffff;

const SELECTORS: readonly (readonly [number, FieldName])[] = [
  [ES, "hostEs"],
  [SS, "hostSs"],
  [DS, "hostDs"],
  [FS, "hostFs"],
  [GS, "hostGs"],
];

export function loadHost(cpu: Cpu, vmcs: Vmcs): void {
  const { segments } = cpu;
  const exit = vmcs.get(FIELDS.exitControls);
  const host64 = (exit & EXIT_CONTROL.host64) !== 0;
  const long = EFER.LMA | EFER.LME;
  const efer =
    (exit & EXIT_CONTROL.loadEfer) !== 0
      ? vmcs.get(FIELDS.hostEfer)
      : (cpu.efer & ~long) | (host64 ? long : 0);
  const cr0 = (vmcs.get(FIELDS.hostCr0) & ~CR0_KEPT) | (cpu.cr0 & CR0_KEPT);
  const cr4 = vmcs.get(FIELDS.hostCr4) | (host64 ? CR4.PAE : 0);
  const { cr3, cr3High } = { cr3: vmcs.get(FIELDS.hostCr3), cr3High: vmcs.getHigh(FIELDS.hostCr3) };
  loadPaging(cpu, { cr0, cr4, efer, cr3, cr3High }, vpidOf(vmcs) !== 0);
  if ((exit & EXIT_CONTROL.loadPat) !== 0) {
    cpu.msr[PAT] = vmcs.get(FIELDS.hostPat);
    cpu.msr[PAT + 1] = vmcs.getHigh(FIELDS.hostPat);
  }
  cpu.msr[SYSENTER_CS] = vmcs.get(FIELDS.hostSysenterCs);
  loadPair(cpu, SYSENTER_ESP, vmcs, "hostSysenterEsp");
  loadPair(cpu, SYSENTER_EIP, vmcs, "hostSysenterEip");
  cpu.dr[7] = DR7_RESET;
  refreshWatch(cpu);

  const size = host64 ? LONG : BIG;
  setSegment(cpu, CS, vmcs.get(FIELDS.hostCs), 0, -1, CODE_RIGHTS | GRANULAR | size);
  for (const [register, name] of SELECTORS) {
    const selector = vmcs.get(FIELDS[name]);
    const usable = selector !== 0;
    setSegment(cpu, register, selector, 0, usable ? -1 : 0, usable ? DATA_RIGHTS | GRANULAR | BIG : 0);
  }
  for (const [register, name] of [
    [FS, "hostFsBase"],
    [GS, "hostGsBase"],
  ] as const) {
    segments.base[register] = vmcs.get(FIELDS[name]);
    segments.baseHigh[register] = vmcs.getHigh(FIELDS[name]);
  }
  setSegment(cpu, LDTR, 0, 0, 0, 0);
  setSegment(cpu, TR, vmcs.get(FIELDS.hostTr), vmcs.get(FIELDS.hostTrBase), TSS_LIMIT, TASK_RIGHTS);
  segments.baseHigh[TR] = vmcs.getHigh(FIELDS.hostTrBase);
  cpu.gdtr.base = vmcs.get(FIELDS.hostGdtrBase);
  cpu.gdtr.baseHigh = vmcs.getHigh(FIELDS.hostGdtrBase);
  cpu.idtr.base = vmcs.get(FIELDS.hostIdtrBase);
  cpu.idtr.baseHigh = vmcs.getHigh(FIELDS.hostIdtrBase);
  cpu.gdtr.limit = cpu.idtr.limit = TABLE_LIMIT;

  cpu.ip = vmcs.get(FIELDS.hostRip);
  cpu.ipHigh = host64 ? vmcs.getHigh(FIELDS.hostRip) : 0;
  cpu.r32[ESP] = vmcs.get(FIELDS.hostRsp);
  cpu.r32[ESP + 1] = vmcs.getHigh(FIELDS.hostRsp);
  cpu.flags.value = 2;
  cpu.memory.ac = false;
  cpu.cpl = 0;
  cpu.halted = cpu.shadow = cpu.debugShadow = false;
  updateMode(cpu);
}

export function loadPair(cpu: Cpu, slot: number, vmcs: Vmcs, name: FieldName): void {
  cpu.msr[slot] = vmcs.get(FIELDS[name]);
  cpu.msr[slot + 1] = vmcs.getHigh(FIELDS[name]);
}

export interface PagingState {
  readonly cr0: number;
  readonly cr4: number;
  readonly efer: number;
  readonly cr3: number;
  readonly cr3High: number;
}

/**
 * Control registers and EFER in one step. Without VPIDs (`tagged`) no translation outlives a VM entry or a VM exit (28.3.3.1). Raises
 * #GP(0) over a PDPTE with reserved bits: the registers are not written then.
 */
export function loadPaging(cpu: Cpu, { cr0, cr4, efer, cr3, cr3High }: PagingState, tagged: boolean): void {
  const { memory } = cpu;
  memory.tags.keeping = tagged;
  try {
    if (((cpu.cr4 ^ cr4) & CR4.PAE) !== 0 || ((cpu.efer ^ efer) & EFER.LMA) !== 0)
      // In between neither format must read the other's root.
      memory.setControl(cpu.cr0 & ~CR0.PG, cpu.cr4, cpu.efer & ~EFER.LMA);
    memory.loadCr3(cr3, cr3High);
    memory.setControl(cr0, cr4, efer);
  } finally {
    memory.tags.keeping = false;
  }
  if (!tagged) memory.flush(true);
  cpu.cr0 = cr0;
  cpu.cr4 = cr4;
  cpu.efer = efer;
  cpu.cr3 = cr3;
  cpu.cr3High = cr3High;
}

/** VM entries as far as they move state (SDM Vol. 3, 26.3.2): the guest-state area into the processor. What is checked is in check-*.ts. */
import { type Cpu, EFER } from "../cpu/cpu.ts";
import { refreshWatch } from "../cpu/debug.ts";
import { FAULT } from "../cpu/fault.ts";
import { AC, VM } from "../cpu/flags.ts";
import { PAT, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP } from "../cpu/msr-slots.ts";
import { ESP } from "../cpu/registers.ts";
import { setSegment, updateMode } from "../cpu/segments.ts";
import { BLOCKING, ENTRY_CONTROL, HALTED } from "./controls.ts";
import { pdptesOf, usesEpt } from "./ept.ts";
import { loadPaging, loadPair } from "./exit.ts";
import { FIELDS } from "./fields.ts";
import { fromRights, GUEST_SEGMENTS } from "./segment-fields.ts";
import type { Vmcs } from "./vmcs.ts";
import { vpidOf } from "./vpid.ts";

const DR7_ONES = 0x400;
const DR7_BITS = 0xffff23ff | 0;

/** The guest's state: control registers, then all the others. False, the processor's paging being unchanged, when one of the guest's PDPTEs has reserved bits set. */
export function loadGuest(cpu: Cpu, vmcs: Vmcs): boolean {
  const entry = vmcs.get(FIELDS.entryControls);
  const guest64 = (entry & ENTRY_CONTROL.guest64) !== 0;
  const long = EFER.LMA | EFER.LME;
  const efer =
    (entry & ENTRY_CONTROL.loadEfer) !== 0
      ? vmcs.get(FIELDS.guestEfer)
      : (cpu.efer & ~long) | (guest64 ? long : 0);
  if (usesEpt(vmcs)) cpu.memory.pdpteSource = pdptesOf(vmcs);
  try {
    const { cr0, cr4 } = { cr0: vmcs.get(FIELDS.guestCr0), cr4: vmcs.get(FIELDS.guestCr4) };
    const { cr3, cr3High } = { cr3: vmcs.get(FIELDS.guestCr3), cr3High: vmcs.getHigh(FIELDS.guestCr3) };
    loadPaging(cpu, { cr0, cr4, efer, cr3, cr3High }, vpidOf(vmcs) !== 0);
  } catch (error) {
    if (error !== FAULT) throw error;
    return false;
  } finally {
    cpu.memory.pdpteSource = null;
  }
  loadRegisters(cpu, vmcs);
  return true;
}

/** All of the guest's state but control registers and EFER. */
export function loadRegisters(cpu: Cpu, vmcs: Vmcs): void {
  const { low, high } = vmcs;
  const entry = vmcs.get(FIELDS.entryControls);
  if ((entry & ENTRY_CONTROL.loadDebug) !== 0) {
    cpu.dr[7] = (vmcs.get(FIELDS.guestDr7) & DR7_BITS) | DR7_ONES;
    refreshWatch(cpu);
  }
  if ((entry & ENTRY_CONTROL.loadPat) !== 0) loadPair(cpu, PAT, vmcs, "guestPat");
  cpu.msr[SYSENTER_CS] = vmcs.get(FIELDS.guestSysenterCs);
  loadPair(cpu, SYSENTER_ESP, vmcs, "guestSysenterEsp");
  loadPair(cpu, SYSENTER_EIP, vmcs, "guestSysenterEip");

  for (const fields of GUEST_SEGMENTS) {
    const { register } = fields;
    const rights = fromRights(low[fields.access] as number);
    setSegment(
      cpu,
      register,
      low[fields.selector] as number,
      low[fields.base] as number,
      low[fields.limit] as number,
      rights,
    );
    cpu.segments.baseHigh[register] = high[fields.base] as number;
  }
  cpu.gdtr.base = vmcs.get(FIELDS.guestGdtrBase);
  cpu.gdtr.baseHigh = vmcs.getHigh(FIELDS.guestGdtrBase);
  cpu.gdtr.limit = vmcs.get(FIELDS.guestGdtrLimit);
  cpu.idtr.base = vmcs.get(FIELDS.guestIdtrBase);
  cpu.idtr.baseHigh = vmcs.getHigh(FIELDS.guestIdtrBase);
  cpu.idtr.limit = vmcs.get(FIELDS.guestIdtrLimit);
  cpu.ip = vmcs.get(FIELDS.guestRip);
  cpu.ipHigh = vmcs.getHigh(FIELDS.guestRip);
  cpu.r32[ESP] = vmcs.get(FIELDS.guestRsp);
  cpu.r32[ESP + 1] = vmcs.getHigh(FIELDS.guestRsp);
  const flags = vmcs.get(FIELDS.guestRflags);
  cpu.flags.value = flags;
  cpu.memory.ac = (flags & AC) !== 0;
  cpu.cpl = (flags & VM) !== 0 ? 3 : (vmcs.get(FIELDS.guestSsAccess) >> 5) & 3;

  const blocking = vmcs.get(FIELDS.interruptibility);
  cpu.shadow = (blocking & (BLOCKING.sti | BLOCKING.movSs)) !== 0;
  cpu.debugShadow = (blocking & BLOCKING.movSs) !== 0;
  cpu.nmiBlocked = (blocking & BLOCKING.nmi) !== 0;
  cpu.halted = vmcs.get(FIELDS.activity) === HALTED;
  updateMode(cpu);
}

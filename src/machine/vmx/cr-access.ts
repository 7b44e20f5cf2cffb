/** What a guest's accesses to control registers do under their masks and shadows, and which are VM exits (SDM Vol. 3, 25.1.3 and 25.3). */
import type { Gpa } from "../address.ts";
import { readRegister } from "../cpu/access.ts";
import { writeCr0, writeCr4 } from "../cpu/control.ts";
import { type Cpu, CR0 } from "../cpu/cpu.ts";
import { GP, raise } from "../cpu/fault.ts";
import type { Op } from "../cpu/op.ts";
import { namedAddress } from "../cpu/ops/control-ops.ts";
import { selectorOperand, storeWord } from "../cpu/ops/table-ops.ts";
import { CPU } from "./controls.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import { primary } from "./has-control.ts";
import type { Leaver } from "./leaver.ts";
import { REASON } from "./reasons.ts";
import type { Vmcs } from "./vmcs.ts";

const TWO32 = 4294967296;
const VMXE = 1 << 13;

// CR access: 3:0 register · 5:4 kind · 6 LMSW's operand is in memory · 11:8 general register · 31:16 LMSW's source.
const MOV_TO = 0;
const MOV_FROM = 1 << 4;
const CLTS = 2 << 4;
const LMSW = 3 << 4;

const crAccess = (guest: Leaver, op: Op, kind: number): never =>
  guest.exitWith(REASON.crAccess, op.reg | kind | (op.rm << 8));

export function movToCr(guest: Leaver, cpu: Cpu, op: Op): boolean {
  cpu.high = 0;
  const value = readRegister(cpu, op.dst, op.size);
  const { high } = cpu;
  const { vmcs } = guest;
  switch (op.reg) {
    case 0:
      if (differs(vmcs, "cr0Mask", "cr0Shadow", value, high)) return crAccess(guest, op, MOV_TO);
      writeCr0(cpu, owned(vmcs, "cr0Mask", cpu.cr0, value), 0);
      return true;
    case 2:
      guest.guestCr2(value as Cpu["cr2"], high);
      return false;
    case 3:
      if (primary(CPU.cr3Load)(vmcs) && !isTarget(vmcs, value, high)) return crAccess(guest, op, MOV_TO);
      return false;
    case 4:
      if (differs(vmcs, "cr4Mask", "cr4Shadow", value, high)) return crAccess(guest, op, MOV_TO);
      writeGuestCr4(cpu, owned(vmcs, "cr4Mask", cpu.cr4, value));
      return true;
    default:
      return writeCr8(guest, cpu, op, value, high);
  }
}

/** A bit that the host owns is not what the shadow says. */
function differs(vmcs: Vmcs, mask: FieldName, shadow: FieldName, low: number, high: number): boolean {
  return (
    ((low ^ vmcs.get(FIELDS[shadow])) & vmcs.get(FIELDS[mask])) !== 0 ||
    ((high ^ vmcs.getHigh(FIELDS[shadow])) & vmcs.getHigh(FIELDS[mask])) !== 0
  );
}

/** The guest's bits come from `value`, the host's stay. */
const owned = (vmcs: Vmcs, mask: FieldName, register: number, value: number) =>
  (register & vmcs.get(FIELDS[mask])) | (value & ~vmcs.get(FIELDS[mask]));

/** What the guest reads. */
const shown = (vmcs: Vmcs, mask: FieldName, shadow: FieldName, register: number) =>
  (register & ~vmcs.get(FIELDS[mask])) | (vmcs.get(FIELDS[shadow]) & vmcs.get(FIELDS[mask]));

/** In VMX operation CR4.VMXE is 1 (23.8), which writeCr4 knows nothing of. */
function writeGuestCr4(cpu: Cpu, value: number): void {
  if ((value & VMXE) === 0) raise(GP);
  writeCr4(cpu, value & ~VMXE, 0);
  cpu.cr4 |= VMXE;
}

const TARGETS = ["cr3Target0", "cr3Target1", "cr3Target2", "cr3Target3"] as const;

function isTarget(vmcs: Vmcs, low: number, high: number): boolean {
  const count = vmcs.get(FIELDS.cr3TargetCount);
  return TARGETS.some(
    (name, n) => n < count && vmcs.get(FIELDS[name]) === low && vmcs.getHigh(FIELDS[name]) === high,
  );
}

const VTPR = 0x80;
const virtualTpr = (vmcs: Vmcs) =>
  ((vmcs.getHigh(FIELDS.virtualApic) >>> 0) * TWO32 + (vmcs.get(FIELDS.virtualApic) >>> 0) + VTPR) as Gpa;

function writeCr8(guest: Leaver, cpu: Cpu, op: Op, value: number, high: number): boolean {
  const { vmcs } = guest;
  if (primary(CPU.cr8Load)(vmcs)) return crAccess(guest, op, MOV_TO);
  if (!primary(CPU.tprShadow)(vmcs)) return false;
  if (high !== 0 || (value & ~15) !== 0) raise(GP);
  cpu.bus.write(virtualTpr(vmcs), value << 4, 1);
  if (value < (vmcs.get(FIELDS.tprThreshold) & 15)) {
    guest.tprBelow = true;
    cpu.clock.attend();
  }
  return true;
}

export function movFromCr(guest: Leaver, cpu: Cpu, op: Op): boolean {
  const { vmcs } = guest;
  switch (op.reg) {
    case 0:
      return give(cpu, op, shown(vmcs, "cr0Mask", "cr0Shadow", cpu.cr0));
    case 3:
      return primary(CPU.cr3Store)(vmcs) ? crAccess(guest, op, MOV_FROM) : false;
    case 4:
      return give(cpu, op, shown(vmcs, "cr4Mask", "cr4Shadow", cpu.cr4));
    case 8:
      if (primary(CPU.cr8Store)(vmcs)) return crAccess(guest, op, MOV_FROM);
      return primary(CPU.tprShadow)(vmcs) && give(cpu, op, cpu.bus.read(virtualTpr(vmcs), 1) >> 4);
    default:
      return false;
  }
}

/** Into the general register of a MOV from a control register, all of it. */
function give(cpu: Cpu, op: Op, value: number): true {
  cpu.r32[op.dst] = value;
  cpu.r32[op.dst + 1] = 0;
  return true;
}

export function clts(guest: Leaver): boolean {
  const { vmcs } = guest;
  if ((vmcs.get(FIELDS.cr0Mask) & CR0.TS) === 0) return false;
  return (vmcs.get(FIELDS.cr0Shadow) & CR0.TS) === 0 || guest.exitWith(REASON.crAccess, CLTS);
}

/** PE can only be set by it. */
export function lmsw(guest: Leaver, cpu: Cpu, op: Op): boolean {
  const { vmcs } = guest;
  const value = selectorOperand(cpu, op);
  const mask = vmcs.get(FIELDS.cr0Mask);
  const change = value ^ vmcs.get(FIELDS.cr0Shadow);
  const flags = CR0.MP | CR0.EM | CR0.TS;
  if ((mask & change & flags) !== 0 || (mask & change & value & CR0.PE) !== 0) {
    if (op.rm < 0) vmcs.set(FIELDS.guestLinearAddress, namedAddress(cpu, op));
    guest.exitWith(REASON.crAccess, LMSW | (op.rm < 0 ? 1 << 6 : 0) | (value << 16));
  }
  const free = ~mask & flags;
  writeCr0(cpu, (cpu.cr0 & ~free) | (value & free) | (value & ~mask & CR0.PE), 0);
  return true;
}

export function smsw(guest: Leaver, cpu: Cpu, op: Op): boolean {
  storeWord(cpu, op, shown(guest.vmcs, "cr0Mask", "cr0Shadow", cpu.cr0));
  return true;
}

/**
 * Which instructions a guest leaves non-root operation by, and what the others do there (SDM Vol. 3, 25.1 and 25.3; qualifications: 27.2.1).
 * The checks that come before a VM exit (25.1.1) were made: mode, CPL; those of I/O, the TSC and UMIP are made here.
 */
import type { Gpa } from "../address.ts";
import { readRegister } from "../cpu/access.ts";
import { writeCr0, writeCr4 } from "../cpu/control.ts";
import { type Cpu, CR0, CR4 } from "../cpu/cpu.ts";
import { GP, raise, UD } from "../cpu/fault.ts";
import { CAUSE, CAUSES, VMX_INSTRUCTIONS } from "../cpu/intercept.ts";
import type { Op } from "../cpu/op.ts";
import { namedAddress } from "../cpu/ops/control-ops.ts";
import { checkUmip, selectorOperand, storeWord } from "../cpu/ops/table-ops.ts";
import { checkPorts } from "../cpu/ports.ts";
import { ECX, EDI, EDX, ESI } from "../cpu/registers.ts";
import { counterIsZero } from "../cpu/repeat.ts";
import { ES } from "../isa/instruction.ts";
import { CPU, CPU2 } from "./controls.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import { operandInformation } from "./instruction-information.ts";
import type { Leaver } from "./leaver.ts";
import { REASON, type ReasonName } from "./reasons.ts";
import type { Vmcs } from "./vmcs.ts";

const TWO32 = 4294967296;
const VMXE = 1 << 13;
const LOW_MSRS = 0x2000;
const HIGH_MSRS = 0xc0000000;

/** True: done. False: as outside of a guest. */
type Intercept = (guest: Leaver, cpu: Cpu, op: Op) => boolean;

interface Entry {
  readonly run: Intercept;
  /** Whether it can do anything with these controls; absent: always. */
  readonly when?: (vmcs: Vmcs) => boolean;
}

const primary = (control: number) => (vmcs: Vmcs) => (vmcs.get(FIELDS.primaryControls) & control) !== 0;
const secondary = (control: number) => (vmcs: Vmcs) =>
  primary(CPU.secondary)(vmcs) && (vmcs.get(FIELDS.secondaryControls) & control) !== 0;

/** An exit without a qualification. */
const exits = (name: ReasonName): Intercept => {
  const reason = REASON[name];
  return (guest) => guest.exitWith(reason);
};

// CR access: 3:0 register · 5:4 kind · 6 LMSW's operand is in memory · 11:8 general register · 31:16 LMSW's source.
const MOV_TO = 0;
const MOV_FROM = 1 << 4;
const CLTS = 2 << 4;
const LMSW = 3 << 4;

const crAccess = (guest: Leaver, op: Op, kind: number): never =>
  guest.exitWith(REASON.crAccess, op.reg | kind | (op.rm << 8));

function movToCr(guest: Leaver, cpu: Cpu, op: Op): boolean {
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

function movFromCr(guest: Leaver, cpu: Cpu, op: Op): boolean {
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

function clts(guest: Leaver): boolean {
  const { vmcs } = guest;
  if ((vmcs.get(FIELDS.cr0Mask) & CR0.TS) === 0) return false;
  return (vmcs.get(FIELDS.cr0Shadow) & CR0.TS) === 0 || guest.exitWith(REASON.crAccess, CLTS);
}

/** PE can only be set by it. */
function lmsw(guest: Leaver, cpu: Cpu, op: Op): boolean {
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

function smsw(guest: Leaver, cpu: Cpu, op: Op): boolean {
  storeWord(cpu, op, shown(guest.vmcs, "cr0Mask", "cr0Shadow", cpu.cr0));
  return true;
}

/** MOV DR: 2:0 register · 4 from it · 11:8 general register. */
const movDr =
  (kind: number): Intercept =>
  (guest, _cpu, op) =>
    guest.exitWith(REASON.movDr, op.reg | kind | (op.rm << 8));

/** MSR bitmaps: reads of 0 … 1FFFh at 0 and of C0000000h … at 1024, writes after them (24.6.9). */
const msrAccess =
  (reason: number, at: number): Intercept =>
  (guest, cpu) => {
    const { vmcs } = guest;
    const msr = (cpu.r32[ECX] as number) >>> 0;
    if (primary(CPU.msrBitmaps)(vmcs)) {
      const number = msr >= HIGH_MSRS ? msr - HIGH_MSRS : msr;
      if (
        number < LOW_MSRS &&
        !bit(cpu, vmcs, "msrBitmap", 8 * (at + (msr >= HIGH_MSRS ? 1024 : 0)) + number)
      )
        return false;
    }
    return guest.exitWith(reason);
  };

function bit(cpu: Cpu, vmcs: Vmcs, bitmap: FieldName, n: number): boolean {
  const at = (vmcs.getHigh(FIELDS[bitmap]) >>> 0) * TWO32 + (vmcs.get(FIELDS[bitmap]) >>> 0);
  return ((cpu.bus.read((at + (n >> 3)) as Gpa, 1) >> (n & 7)) & 1) !== 0;
}

// I/O: 2:0 bytes − 1 · 3 IN · 4 string · 5 REP · 6 immediate port · 31:16 port.
const IN = 1 << 3;
const STRING = 1 << 4;
const REP = 1 << 5;
const IMMEDIATE = 1 << 6;

function portExits(cpu: Cpu, vmcs: Vmcs, port: number, size: number): boolean {
  if (!primary(CPU.ioBitmaps)(vmcs)) return primary(CPU.io)(vmcs);
  for (let at = port; at < port + size; at++)
    if (at > 0xffff || bit(cpu, vmcs, at < 0x8000 ? "ioBitmapA" : "ioBitmapB", at & 0x7fff)) return true;
  return false;
}

const width = (op: Op) => (op.size === 8 ? 4 : op.size);

const port =
  (direction: number): Intercept =>
  (guest, cpu, op) => {
    const byDx = op.row.operands.includes("DX");
    const number = byDx ? (cpu.r16[2 * EDX] as number) : op.imm & 0xff;
    const size = width(op);
    checkPorts(cpu, number, size);
    if (!portExits(cpu, guest.vmcs, number, size)) return false;
    return guest.exitWith(REASON.io, (size - 1) | direction | (byDx ? 0 : IMMEDIATE) | (number << 16));
  };

const stringPort =
  (direction: number): Intercept =>
  (guest, cpu, op) => {
    const number = cpu.r16[2 * EDX] as number;
    const size = width(op);
    checkPorts(cpu, number, size);
    const repeats = op.rep !== 0;
    if ((repeats && counterIsZero(cpu, op)) || !portExits(cpu, guest.vmcs, number, size)) return false;
    const segment = direction === IN ? ES : op.seg;
    const mask = op.addressSize === 2 ? 0xffff : -1;
    const offset = (cpu.r32[direction === IN ? EDI : ESI] as number) & mask;
    guest.vmcs.set(FIELDS.guestLinearAddress, ((cpu.segments.base[segment] as number) + offset) | 0);
    guest.vmcs.set(FIELDS.exitInstructionInformation, ((op.addressSize >> 2) << 7) | (segment << 15));
    return guest.exitWith(REASON.io, (size - 1) | direction | STRING | (repeats ? REP : 0) | (number << 16));
  };

function readsTime(cpu: Cpu): void {
  if ((cpu.cr4 & CR4.TSD) !== 0 && cpu.cpl > 0) raise(GP);
}

function rdtsc(guest: Leaver, cpu: Cpu): boolean {
  readsTime(cpu);
  return guest.exitWith(REASON.rdtsc);
}

/** Where there are secondary controls one of them is what brings it (25.3). */
function rdtscp(guest: Leaver, cpu: Cpu): boolean {
  const { vmcs } = guest;
  if (vmcs.has(FIELDS.secondaryControls) && !secondary(CPU2.rdtscp)(vmcs)) raise(UD);
  if (!primary(CPU.rdtsc)(vmcs)) return false;
  readsTime(cpu);
  return guest.exitWith(REASON.rdtscp);
}

function rdpmc(guest: Leaver, cpu: Cpu): boolean {
  if ((cpu.cr4 & CR4.PCE) === 0 && cpu.cpl > 0) raise(GP);
  return guest.exitWith(REASON.rdpmc);
}

function invlpg(guest: Leaver, cpu: Cpu, op: Op): boolean {
  const at = namedAddress(cpu, op);
  // An address that is not canonical is reported as it is; nobody has a translation for it.
  return guest.exitWith(REASON.invlpg, at | 0, cpu.wide ? Math.floor(at / TWO32) : 0);
}

function invpcid(guest: Leaver, _cpu: Cpu, op: Op): boolean {
  const { vmcs } = guest;
  if (!secondary(CPU2.invpcid)(vmcs)) raise(UD);
  if (!primary(CPU.invlpg)(vmcs)) return false;
  vmcs.set(FIELDS.exitInstructionInformation, operandInformation(op));
  return guest.exitWith(REASON.invpcid, op.disp, op.dispHigh);
}

/** Accesses to descriptor tables: the displacement as qualification. */
const table =
  (name: "gdtrIdtr" | "ldtrTr", stores: boolean): Intercept =>
  (guest, cpu, op) => {
    if (stores) checkUmip(cpu);
    guest.vmcs.set(FIELDS.exitInstructionInformation, operandInformation(op));
    return guest.exitWith(REASON[name], op.disp, op.dispHigh);
  };

const tables = secondary(CPU2.tables);
const portsExit = primary(CPU.io | CPU.ioBitmaps);

const ENTRIES: Readonly<Record<string, Entry>> = {
  "mov to cr": { run: movToCr },
  "mov from cr": { run: movFromCr },
  clts: { run: clts },
  lmsw: { run: lmsw },
  smsw: { run: smsw },
  "mov to dr": { run: movDr(0), when: primary(CPU.movDr) },
  "mov from dr": { run: movDr(1 << 4), when: primary(CPU.movDr) },
  cpuid: { run: exits("cpuid") },
  invd: { run: exits("invd") },
  xsetbv: { run: exits("xsetbv") },
  hlt: { run: exits("hlt"), when: primary(CPU.hlt) },
  pause: { run: exits("pause"), when: primary(CPU.pause) },
  wbinvd: { run: exits("wbinvd"), when: secondary(CPU2.wbinvd) },
  monitor: { run: exits("monitor"), when: primary(CPU.monitor) },
  mwait: { run: exits("mwait"), when: primary(CPU.mwait) },
  invlpg: { run: invlpg, when: primary(CPU.invlpg) },
  invpcid: { run: invpcid },
  rdtsc: { run: rdtsc, when: primary(CPU.rdtsc) },
  rdtscp: { run: rdtscp },
  rdpmc: { run: rdpmc, when: primary(CPU.rdpmc) },
  rdmsr: { run: msrAccess(REASON.rdmsr, 0) },
  wrmsr: { run: msrAccess(REASON.wrmsr, 2048) },
  in: { run: port(IN), when: portsExit },
  out: { run: port(0), when: portsExit },
  ins: { run: stringPort(IN), when: portsExit },
  outs: { run: stringPort(0), when: portsExit },
  ...Object.fromEntries(
    ["sgdt", "sidt"].map((name) => [name, { run: table("gdtrIdtr", true), when: tables }]),
  ),
  ...Object.fromEntries(
    ["lgdt", "lidt"].map((name) => [name, { run: table("gdtrIdtr", false), when: tables }]),
  ),
  ...Object.fromEntries(["sldt", "str"].map((name) => [name, { run: table("ldtrTr", true), when: tables }])),
  ...Object.fromEntries(["lldt", "ltr"].map((name) => [name, { run: table("ldtrTr", false), when: tables }])),
  // VMX instructions leave in every case, whatever CPL is; VMFUNC has no function here and is #UD.
  ...Object.fromEntries(
    VMX_INSTRUCTIONS.filter((name) => name !== "vmfunc").map((name) => [
      name,
      { run: exits(name as ReasonName) },
    ]),
  ),
};

const BY_CAUSE: readonly (Entry | undefined)[] = CAUSES.map((name) => ENTRIES[name]);

/** By cause: 1 where an instruction must be asked about under these controls. */
export function interestOf(vmcs: Vmcs): Uint8Array {
  return Uint8Array.from(BY_CAUSE, (entry) => (entry !== undefined && (entry.when?.(vmcs) ?? true) ? 1 : 0));
}

export function intercept(guest: Leaver, cpu: Cpu, op: Op, cause: number): boolean {
  return (BY_CAUSE[cause] as Entry).run(guest, cpu, op);
}

if (Object.keys(ENTRIES).some((name) => CAUSE[name] === undefined))
  throw new Error("invariant: an intercept of an instruction that nobody asks about");

/**
 * Which instructions a guest leaves non-root operation by, and what the others do there (SDM Vol. 3, 25.1 and 25.3; qualifications: 27.2.1).
 * The checks that come before a VM exit (25.1.1) were made: mode, CPL; those of I/O, the TSC and UMIP are made here.
 */
import type { Gpa } from "../address.ts";
import { type Cpu, CR4 } from "../cpu/cpu.ts";
import { GP, raise, UD } from "../cpu/fault.ts";
import { CAUSE, CAUSES, VMX_INSTRUCTIONS } from "../cpu/intercept.ts";
import type { Op } from "../cpu/op.ts";
import { namedAddress } from "../cpu/ops/control-ops.ts";
import { checkUmip } from "../cpu/ops/table-ops.ts";
import { checkPorts } from "../cpu/ports.ts";
import { ECX, EDI, EDX, ESI } from "../cpu/registers.ts";
import { counterIsZero } from "../cpu/repeat.ts";
import { ES } from "../isa/instruction.ts";
import { CPU, CPU2 } from "./controls.ts";
import { clts, lmsw, movFromCr, movToCr, smsw } from "./cr-access.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import { primary, secondary } from "./has-control.ts";
import { operandInformation } from "./instruction-information.ts";
import type { Leaver } from "./leaver.ts";
import { REASON, type ReasonName } from "./reasons.ts";
import type { Vmcs } from "./vmcs.ts";

const TWO32 = 4294967296;
const LOW_MSRS = 0x2000;
const HIGH_MSRS = 0xc0000000;

/** True: done. False: as outside of a guest. */
type Intercept = (guest: Leaver, cpu: Cpu, op: Op) => boolean;

interface Entry {
  readonly run: Intercept;
  /** Whether it can do anything with these controls; absent: always. */
  readonly when?: (vmcs: Vmcs) => boolean;
}

/** An exit without a qualification. */
const exits = (name: ReasonName): Intercept => {
  const reason = REASON[name];
  return (guest) => guest.exitWith(reason);
};

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

/**
 * Intercepts of instructions (AMD APM Vol. 2, 15.9 – 15.11): by a bit of the VMCB each. Exceptions that an instruction raises before it
 * would do anything come first (15.7.1); those that guard.ts checks have been, the rest is checked here.
 */
import type { Gpa } from "../address.ts";
import { type Cpu, CR4 } from "../cpu/cpu.ts";
import { GP, raise } from "../cpu/fault.ts";
import { CAUSES } from "../cpu/intercept.ts";
import type { Op } from "../cpu/op.ts";
import { namedAddress } from "../cpu/ops/control-ops.ts";
import { checkUmip } from "../cpu/ops/table-ops.ts";
import { checkPorts } from "../cpu/ports.ts";
import { EAX, ECX, EDX } from "../cpu/registers.ts";
import { counterIsZero } from "../cpu/repeat.ts";
import { EXIT } from "./exit-codes.ts";
import type { Leaver } from "./leaver.ts";
import { CONTROL, INTERCEPT, INTERCEPT2, type Vmcb } from "./vmcb.ts";

const TWO32 = 4294967296;

/** True: done. False: as outside of a guest. */
type Intercept = (guest: Leaver, cpu: Cpu, op: Op) => boolean;

const exits =
  (code: number, check?: (cpu: Cpu) => void): Intercept =>
  (guest, cpu) => {
    check?.(cpu);
    return guest.exitWith(code);
  };

const bit = (vmcb: Vmcb, field: number, n: number) => ((vmcb.get16(field) >> n) & 1) !== 0;

const cr =
  (field: number, first: number): Intercept =>
  (guest, _cpu, op) =>
    bit(guest.vmcb, field, op.reg) && guest.exitWith(first + op.reg, op.rm);

/** CLTS, LMSW and SMSW are accesses to CR0. */
const cr0 =
  (field: number, first: number): Intercept =>
  (guest) =>
    bit(guest.vmcb, field, 0) && guest.exitWith(first);

const dr =
  (field: number, first: number): Intercept =>
  (guest, cpu, op) => {
    // Asked before privilege is: VT-x wants it so (cpu/intercept.ts).
    if (cpu.cpl !== 0) return false;
    return bit(guest.vmcb, field, op.reg) && guest.exitWith(first + op.reg, op.rm);
  };

/** Two bits an MSR, read and write: 0 …, C0000000h …, C0010000h … at 0, 800h and 1000h. */
const msr =
  (write: 0 | 1): Intercept =>
  (guest, cpu) => {
    const number = (cpu.r32[ECX] as number) >>> 0;
    const range = [0, 0xc0000000, 0xc0010000].findIndex(
      (first) => number >= first && number < first + 0x2000,
    );
    if (range >= 0) {
      const at = 2 * (number & 0x1fff) + write;
      if (((byteOf(cpu, guest.vmcb, CONTROL.msrBitmap, 0x800 * range + (at >> 3)) >> (at & 7)) & 1) === 0)
        return false;
    }
    return guest.exitWith(EXIT.msr, write);
  };

function byteOf(cpu: Cpu, vmcb: Vmcb, field: number, at: number): number {
  const base = (vmcb.getHigh(field) >>> 0) * TWO32 + ((vmcb.get(field) & ~0xfff) >>> 0);
  return cpu.bus.read((base + at) as Gpa, 1);
}

/** EXITINFO1 of IOIO: 0 IN · 2 string · 3 REP · 6:4 bytes · 9:7 address size · 12:10 segment · 31:16 port; EXITINFO2: the next instruction. */
const port =
  (input: 0 | 1, string: boolean): Intercept =>
  (guest, cpu, op) => {
    const byDx = string || op.row.operands.includes("DX");
    const number = byDx ? (cpu.r16[2 * EDX] as number) : op.imm & 0xff;
    const size = op.size === 8 ? 4 : op.size;
    checkPorts(cpu, number, size);
    const repeats = string && op.rep !== 0;
    if (repeats && counterIsZero(cpu, op)) return false;
    let intercepted = false;
    for (let n = number; n < number + size; n++)
      intercepted ||= ((byteOf(cpu, guest.vmcb, CONTROL.ioBitmap, n >> 3) >> (n & 7)) & 1) !== 0;
    if (!intercepted) return false;
    const form = (string ? 4 : 0) | (repeats ? 8 : 0) | (size << 4) | (op.addressSize << 6) | (op.seg << 10);
    return guest.exitWith(EXIT.io, input | form | (number << 16), cpu.ip);
  };

function checkTime(cpu: Cpu): void {
  if ((cpu.cr4 & CR4.TSD) !== 0 && cpu.cpl > 0) raise(GP);
}

function checkCounters(cpu: Cpu): void {
  if ((cpu.cr4 & CR4.PCE) === 0 && cpu.cpl > 0) raise(GP);
}

const invlpg: Intercept = (guest, cpu, op) => guest.exitWith(EXIT.invlpg, namedAddress(cpu, op) | 0);

/** SVM's own: #UD and #GP first, which the processor raises when this says that it is none of its business. */
const own =
  (code: number): Intercept =>
  (guest, cpu) =>
    cpu.cpl === 0 && guest.exitWith(code, cpu.r32[EAX] as number);

interface Entry {
  readonly run: Intercept;
  /** Field and mask; absent: always asked. */
  readonly bits?: readonly [field: number, mask: number];
}

const first = (mask: number): Entry["bits"] => [CONTROL.intercepts, mask];
const second = (mask: number): Entry["bits"] => [CONTROL.moreIntercepts, mask];
const stores = (code: number, mask: number): Entry => ({ run: exits(code, checkUmip), bits: first(mask) });
const plain = (code: number, mask: number): Entry => ({ run: exits(code), bits: first(mask) });

const ENTRIES: Readonly<Record<string, Entry>> = {
  "mov from cr": { run: cr(CONTROL.crReads, EXIT.crRead) },
  "mov to cr": { run: cr(CONTROL.crWrites, EXIT.crWrite) },
  smsw: { run: cr0(CONTROL.crReads, EXIT.crRead) },
  lmsw: { run: cr0(CONTROL.crWrites, EXIT.crWrite) },
  clts: { run: cr0(CONTROL.crWrites, EXIT.crWrite) },
  "mov from dr": { run: dr(CONTROL.drReads, EXIT.drRead) },
  "mov to dr": { run: dr(CONTROL.drWrites, EXIT.drWrite) },
  rdmsr: { run: msr(0), bits: first(INTERCEPT.msr) },
  wrmsr: { run: msr(1), bits: first(INTERCEPT.msr) },
  in: { run: port(1, false), bits: first(INTERCEPT.io) },
  out: { run: port(0, false), bits: first(INTERCEPT.io) },
  ins: { run: port(1, true), bits: first(INTERCEPT.io) },
  outs: { run: port(0, true), bits: first(INTERCEPT.io) },
  rdtsc: { run: exits(EXIT.rdtsc, checkTime), bits: first(INTERCEPT.rdtsc) },
  rdtscp: { run: exits(EXIT.rdtscp, checkTime), bits: second(INTERCEPT2.rdtscp) },
  rdpmc: { run: exits(EXIT.rdpmc, checkCounters), bits: first(INTERCEPT.rdpmc) },
  sidt: stores(EXIT.idtrRead, INTERCEPT.idtrRead),
  sgdt: stores(EXIT.gdtrRead, INTERCEPT.gdtrRead),
  sldt: stores(EXIT.ldtrRead, INTERCEPT.ldtrRead),
  str: stores(EXIT.trRead, INTERCEPT.trRead),
  lidt: plain(EXIT.idtrWrite, INTERCEPT.idtrWrite),
  lgdt: plain(EXIT.gdtrWrite, INTERCEPT.gdtrWrite),
  lldt: plain(EXIT.ldtrWrite, INTERCEPT.ldtrWrite),
  ltr: plain(EXIT.trWrite, INTERCEPT.trWrite),
  pushf: plain(EXIT.pushf, INTERCEPT.pushf),
  popf: plain(EXIT.popf, INTERCEPT.popf),
  cpuid: plain(EXIT.cpuid, INTERCEPT.cpuid),
  iret: plain(EXIT.iret, INTERCEPT.iret),
  int: plain(EXIT.swint, INTERCEPT.intn),
  invd: plain(EXIT.invd, INTERCEPT.invd),
  pause: plain(EXIT.pause, INTERCEPT.pause),
  hlt: plain(EXIT.hlt, INTERCEPT.hlt),
  invlpg: { run: invlpg, bits: first(INTERCEPT.invlpg) },
  int1: { run: exits(EXIT.icebp), bits: second(INTERCEPT2.icebp) },
  wbinvd: { run: exits(EXIT.wbinvd), bits: second(INTERCEPT2.wbinvd) },
  monitor: { run: exits(EXIT.monitor), bits: second(INTERCEPT2.monitor) },
  mwait: { run: exits(EXIT.mwait), bits: second(INTERCEPT2.mwait) },
  xsetbv: { run: exits(EXIT.xsetbv), bits: second(INTERCEPT2.xsetbv) },
  vmrun: { run: own(EXIT.vmrun), bits: second(INTERCEPT2.vmrun) },
  vmmcall: { run: exits(EXIT.vmmcall), bits: second(INTERCEPT2.vmmcall) },
  vmload: { run: own(EXIT.vmload), bits: second(INTERCEPT2.vmload) },
  vmsave: { run: own(EXIT.vmsave), bits: second(INTERCEPT2.vmsave) },
  stgi: { run: own(EXIT.stgi), bits: second(INTERCEPT2.stgi) },
  clgi: { run: own(EXIT.clgi), bits: second(INTERCEPT2.clgi) },
  skinit: { run: own(EXIT.skinit), bits: second(INTERCEPT2.skinit) },
  invlpga: { run: own(EXIT.invlpga), bits: first(INTERCEPT.invlpga) },
};

const BY_CAUSE: readonly (Entry | undefined)[] = CAUSES.map((name) => ENTRIES[name]);

/** By cause: 1 where an instruction must be asked about under these intercepts. */
export function interestOf(vmcb: Vmcb): Uint8Array {
  return Uint8Array.from(BY_CAUSE, (entry) => {
    if (entry === undefined) return 0;
    const { bits } = entry;
    return bits === undefined || (vmcb.get(bits[0]) & bits[1]) !== 0 ? 1 : 0;
  });
}

export function intercept(guest: Leaver, cpu: Cpu, op: Op, cause: number): boolean {
  return (BY_CAUSE[cause] as Entry).run(guest, cpu, op);
}

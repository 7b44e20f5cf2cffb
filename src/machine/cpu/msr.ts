/**
 * Model-specific registers (SDM Vol. 4, chapter 2): RDMSR and WRMSR. Some are other parts of the processor (EFER, segment bases,
 * the TSC), most are words that it keeps (cpu.msr), and the local APIC has its own (cpu.apicMsrs). Unknown ones raise #GP(0).
 */

import { FS, GS } from "../isa/instruction.ts";
import { writeEfer } from "./control.ts";
import type { Cpu } from "./cpu.ts";
import { GP, raise } from "./fault.ts";
import { canonical } from "./long-stack.ts";
import {
  CSTAR,
  FMASK,
  KERNEL_GS_BASE,
  LSTAR,
  MISC_ENABLE,
  MTRR_DEF_TYPE,
  MTRR_FIXED,
  MTRR_VARIABLE,
  PAT,
  STAR,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  TSC_AUX,
} from "./msr-slots.ts";
import { setBase } from "./segments.ts";

const TWO32 = 4294967296;

/** MSRs that are neither kept nor a device's. */
const TSC = 0x10;
const EFER = 0xc0000080;
const FS_BASE = 0xc0000100;
const GS_BASE = 0xc0000101;

/** Machine checks, of which there are none. */
const MCG_STATUS = 0x17a;

/** What may be written to a kept MSR. */
type Rule = (low: number, high: number) => boolean;

const anything: Rule = () => true;
const canonicalOnly: Rule = (_, high) => canonical(high);
const low32: Rule = (_, high) => high === 0;

/** Eight memory types; 2, 3 and above 7 are none (SDM Vol. 3, 11.12.2). */
const patTypes: Rule = (low, high) => isPat(low) && isPat(high);
function isPat(types: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const type = (types >>> shift) & 0xff;
    if (type > 7 || type === 2 || type === 3) return false;
  }
  return true;
}

interface Kept {
  readonly slot: number;
  readonly rule: Rule;
}

/** Default type in bits 7:0, fixed ranges on, MTRRs on. */
const MTRR_DEF_TYPE_BITS = 0xcff;
const FIXED = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];

const KEPT: ReadonlyMap<number, Kept> = new Map<number, Kept>([
  [0x174, { slot: SYSENTER_CS, rule: anything }],
  [0x175, { slot: SYSENTER_ESP, rule: canonicalOnly }],
  [0x176, { slot: SYSENTER_EIP, rule: canonicalOnly }],
  [0xc0000081, { slot: STAR, rule: anything }],
  [0xc0000082, { slot: LSTAR, rule: canonicalOnly }],
  [0xc0000083, { slot: CSTAR, rule: canonicalOnly }],
  [0xc0000084, { slot: FMASK, rule: low32 }],
  [0xc0000102, { slot: KERNEL_GS_BASE, rule: canonicalOnly }],
  [0xc0000103, { slot: TSC_AUX, rule: low32 }],
  [0x277, { slot: PAT, rule: patTypes }],
  [0x1a0, { slot: MISC_ENABLE, rule: anything }],
  [0x2ff, { slot: MTRR_DEF_TYPE, rule: (low, high) => high === 0 && (low & ~MTRR_DEF_TYPE_BITS) === 0 }],
  ...Array.from({ length: 16 }, (_, n): [number, Kept] => [
    0x200 + n,
    { slot: MTRR_VARIABLE + 2 * n, rule: anything },
  ]),
  ...FIXED.map((msr, n): [number, Kept] => [msr, { slot: MTRR_FIXED + 2 * n, rule: anything }]),
]);

/** Registers that only tell something: eight variable MTRRs, fixed ones and write-combining; no machine-check banks, no platform. */
const CONSTANT: ReadonlyMap<number, number> = new Map([
  [0xfe, 0x508],
  [0x179, 0],
  [MCG_STATUS, 0],
  [0x17, 0],
]);

/** Written to load microcode, read to ask for its revision: there is none. */
const BIOS_SIGN_ID = 0x8b;

/** The low half; the high half is left in cpu.high. */
export function readMsr(cpu: Cpu, msr: number): number {
  cpu.high = 0;
  const kept = KEPT.get(msr);
  if (kept !== undefined) {
    cpu.high = cpu.msr[kept.slot + 1] as number;
    return cpu.msr[kept.slot] as number;
  }
  switch (msr) {
    case TSC:
      return readTsc(cpu);
    case EFER:
      return cpu.efer;
    case FS_BASE:
      return readBase(cpu, FS);
    case GS_BASE:
      return readBase(cpu, GS);
    case BIOS_SIGN_ID:
      return 0;
  }
  const { apicMsrs } = cpu;
  if (apicMsrs?.has(msr)) {
    const low = apicMsrs.read(msr);
    cpu.high = apicMsrs.high;
    return low;
  }
  return CONSTANT.get(msr) ?? raise(GP);
}

export function writeMsr(cpu: Cpu, msr: number, low: number, high: number): void {
  const kept = KEPT.get(msr);
  if (kept !== undefined) {
    if (!kept.rule(low, high)) raise(GP);
    cpu.msr[kept.slot] = low;
    cpu.msr[kept.slot + 1] = high;
    return;
  }
  switch (msr) {
    case TSC:
      writeTsc(cpu, low, high);
      return;
    case EFER:
      writeEfer(cpu, low, high);
      return;
    case FS_BASE:
      writeBase(cpu, FS, low, high);
      return;
    case GS_BASE:
      writeBase(cpu, GS, low, high);
      return;
    case MCG_STATUS:
      // Software may only clear it (SDM Vol. 4, table 2-2).
      if ((low | high) !== 0) raise(GP);
      return;
    case BIOS_SIGN_ID:
      return;
  }
  if (!cpu.apicMsrs?.has(msr)) raise(GP);
  cpu.apicMsrs.write(msr, low, high);
}

/** The time-stamp counter: cycles of the clock, and what WRMSR made of it. The high half is left in cpu.high. */
export function readTsc(cpu: Cpu): number {
  const value = cpu.clock.now + cpu.tscOffset;
  cpu.high = Math.floor(value / TWO32) | 0;
  return value | 0;
}

/** Exact to 2^53, as far as the clock goes. */
function writeTsc(cpu: Cpu, low: number, high: number): void {
  cpu.tscOffset = (high >>> 0) * TWO32 + (low >>> 0) - cpu.clock.now;
}

function readBase(cpu: Cpu, seg: number): number {
  cpu.high = cpu.segments.baseHigh[seg] as number;
  return cpu.segments.base[seg] as number;
}

function writeBase(cpu: Cpu, seg: number, low: number, high: number): void {
  if (!canonical(high)) raise(GP);
  setBase(cpu, seg, low, high);
}

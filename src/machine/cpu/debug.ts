/**
 * Debug registers and the debug exception (SDM Vol. 3, 17.2 and 17.3).
 *
 *     DR7    31 … 16: LEN3 R/W3 … LEN0 R/W0     13 GD     9 GE  8 LE     7 … 0: G3 L3 … G0 L0
 *     DR6  15 BT  14 BS  13 BD     3 … 0: B3 … B0
 */
import { CS } from "../isa/instruction.ts";
import { type Cpu, CR4 } from "./cpu.ts";
import { deliverDebug } from "./deliver/deliver.ts";
import { DB, GP, raise, UD } from "./fault.ts";
import { RF } from "./flags.ts";

/** DR6: an access that DR7.GD caught, and a single step. */
const BD = 1 << 13;
export const BS = 1 << 14;
/** DR7: any access to debug registers raises #DB. */
const GD = 1 << 13;
const DR6_ONES = 0xffff0ff0 | 0;
const DR6_BITS = 0xe00f;
const DR7_ONES = 0x400;
const DR7_BITS = 0xffff23ff | 0;

/** DR4 and DR5 are DR6 and DR7, unless CR4.DE says that they are not there. */
function number(cpu: Cpu, register: number): number {
  if (register === 4 || register === 5) {
    if ((cpu.cr4 & CR4.DE) !== 0) raise(UD);
    return register + 2;
  }
  return register;
}

function guard(cpu: Cpu): void {
  if (((cpu.dr[7] as number) & GD) === 0) return;
  if (!cpu.guest?.debug(cpu, BD)) {
    cpu.dr[6] = (cpu.dr[6] as number) | BD;
    cpu.dr[7] = (cpu.dr[7] as number) & ~GD;
  }
  raise(DB);
}

/** The low half; the high half is left in cpu.high. */
export function readDebug(cpu: Cpu, register: number): number {
  const n = number(cpu, register);
  guard(cpu);
  cpu.high = cpu.drHigh[n] as number;
  return cpu.dr[n] as number;
}

export function writeDebug(cpu: Cpu, register: number, value: number, high: number): void {
  const n = number(cpu, register);
  guard(cpu);
  if (n >= 6 && high !== 0) raise(GP);
  cpu.drHigh[n] = high;
  if (n === 6) cpu.dr[6] = (value & DR6_BITS) | DR6_ONES;
  else if (n === 7) cpu.dr[7] = (value & DR7_BITS) | DR7_ONES;
  else cpu.dr[n] = value;
  refreshWatch(cpu);
  cpu.clock.attend();
}

/** Any breakpoint is enabled: instructions run one by one. */
export function debugging(cpu: Cpu): boolean {
  return ((cpu.dr[7] as number) & 0xff) !== 0;
}

/** What a breakpoint waits for: R/W of DR7. */
const EXECUTE = 0;
const WRITE = 1;
const PORT = 2;

/** LEN of DR7: bytes. */
const LENGTHS = [1, 2, 8, 4];

function enabled(cpu: Cpu, n: number): boolean {
  return (((cpu.dr[7] as number) >> (2 * n)) & 3) !== 0;
}

function condition(cpu: Cpu, n: number): number {
  return ((cpu.dr[7] as number) >> (16 + 4 * n)) & 3;
}

/** Before an instruction: delivers #DB when a breakpoint is on it, unless RF or MOV SS says otherwise. RF lasts for one instruction. */
export function breaksBefore(cpu: Cpu): boolean {
  const { flags } = cpu;
  const resumes = (flags.eflags & RF) !== 0;
  flags.eflags &= ~RF;
  if (cpu.debugShadow) {
    // What a MOV SS met waits for the next instruction's end.
    cpu.debugShadow = false;
    return false;
  }
  cpu.debugHits = 0;
  cpu.skipsStep = false;
  if (resumes || !debugging(cpu)) return false;
  const hits = breakpointsHere(cpu);
  if (hits === 0) return false;
  deliverDebug(cpu, hits);
  return true;
}

/** B0 … B3 of the breakpoints on the next instruction. */
export function breakpointsHere(cpu: Cpu): number {
  const low = cpu.wide ? cpu.ip : ((cpu.segments.base[CS] as number) + cpu.ip) | 0;
  let hits = 0;
  for (let n = 0; n < 4; n++)
    if (enabled(cpu, n) && condition(cpu, n) === EXECUTE && cpu.dr[n] === low && cpu.drHigh[n] === cpu.ipHigh)
      hits |= 1 << n;
  return hits;
}

/** After an instruction that was done: the single-step trap, unless it called an interrupt, and the breakpoints that it met. */
export function trapAfter(cpu: Cpu, stepping: boolean): void {
  const hits = cpu.debugHits | (stepping && !cpu.skipsStep ? BS : 0);
  cpu.skipsStep = false;
  if (hits !== 0 && !cpu.debugShadow) deliverDebug(cpu, hits);
}

/** INT1 is a #DB itself: what a MOV SS before it met comes with it. */
export function takeHits(cpu: Cpu): void {
  cpu.dr[6] = (cpu.dr[6] as number) | cpu.debugHits;
  cpu.debugHits = 0;
}

/** After an access to ports (CR4.DE). */
export function watchPorts(cpu: Cpu, port: number, size: number): void {
  if ((cpu.cr4 & CR4.DE) === 0) return;
  for (let n = 0; n < 4; n++)
    if (enabled(cpu, n) && condition(cpu, n) === PORT && overlaps(cpu, n, port, 0, size))
      cpu.debugHits |= 1 << n;
}

/** Breakpoints cover 1, 2, 4 or 8 bytes at a multiple of that. */
function overlaps(cpu: Cpu, n: number, low: number, high: number, size: number): boolean {
  const length = LENGTHS[((cpu.dr[7] as number) >> (18 + 4 * n)) & 3] as number;
  if (cpu.drHigh[n] !== high) return false;
  const first = ((cpu.dr[n] as number) & -length) >>> 0;
  const at = low >>> 0;
  return at < first + length && first < at + size;
}

/** Watches data while a breakpoint on data is enabled. To be called after DR7 changed, and after a snapshot was read. */
export function refreshWatch(cpu: Cpu): void {
  let data = false;
  for (let n = 0; n < 4; n++) data ||= enabled(cpu, n) && (condition(cpu, n) & WRITE) !== 0;
  cpu.memory.watch = data ? (low, high, size, write) => watchData(cpu, low, high, size, write) : null;
}

function watchData(cpu: Cpu, low: number, high: number, size: number, write: boolean): void {
  for (let n = 0; n < 4; n++) {
    const wanted = condition(cpu, n);
    if (!enabled(cpu, n) || (wanted & WRITE) === 0 || (wanted === WRITE && !write)) continue;
    if (overlaps(cpu, n, low, high, size)) cpu.debugHits |= 1 << n;
  }
}

/**
 * Debug registers and the debug exception (SDM Vol. 3, 17.2 and 17.3).
 *
 *     DR7    31 … 16: LEN3 R/W3 … LEN0 R/W0     13 GD     9 GE  8 LE     7 … 0: G3 L3 … G0 L0
 *     DR6  15 BT  14 BS  13 BD     3 … 0: B3 … B0
 */
import { type Cpu, CR4 } from "./cpu.ts";
import { DB, GP, raise, UD } from "./fault.ts";

/** DR6: an access that DR7.GD caught. */
const BD = 1 << 13;
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
  cpu.dr[6] = (cpu.dr[6] as number) | BD;
  cpu.dr[7] = (cpu.dr[7] as number) & ~GD;
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
}

/**
 * What becomes of a guest's descriptor in the monitor's table, which the processor reads ("ring compression"):
 *
 *     guest                                   shadow
 *     code or data, DPL 0                     DPL 1: the guest's kernel runs in ring 1
 *     reaches into the monitor's area         its limit ends below
 *     not accessed yet                        absent: its first load traps, and V marks it in the guest's table
 *     expand-down, begins in the area         absent: no limit could cut it off below the area
 *     TSS, LDT, gates                         absent: no gate leads to ring 0, no task switch happens by itself
 *
 * What is absent faults when it is loaded, and V loads it. (Robin & Irvine 2000, sec. 3; Adams & Agesen 2006, sec. 2.)
 */
import { ACCESSED, CODE, CONFORMING, GRANULAR, PRESENT, SEGMENT } from "../../../machine/cpu/descriptor.ts";
import { BELOW_AREA } from "../area.ts";

const DPL = 3 << 13;
const RING_1 = 1 << 13;
const LIMIT_HIGH = 0xf0000;
const PAGE = 4096;
const NEEDED = SEGMENT | PRESENT | ACCESSED;

/** The two dwords of the shadow of a descriptor; both 0 where it has none. */
export interface Pair {
  low: number;
  high: number;
}

export function compress(low: number, high: number, into: Pair): void {
  into.low = into.high = 0;
  if ((high & NEEDED) !== NEEDED) return;
  if ((high & (CODE | CONFORMING)) === CONFORMING) return;
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  const room = BELOW_AREA - base;
  let units = (low & 0xffff) | (high & LIMIT_HIGH);
  const granular = (high & GRANULAR) !== 0;
  if (granular ? (units + 1) * PAGE > room : units + 1 > room)
    units = granular ? Math.floor(room / PAGE) - 1 : room - 1;
  if (units < 0) return;
  const ring = (high & DPL) === 0 ? RING_1 : high & DPL;
  into.low = (low & 0xffff0000) | (units & 0xffff);
  into.high = (high & ~(DPL | LIMIT_HIGH)) | ring | (units & LIMIT_HIGH);
}

/**
 * Which descriptors a guest may have (SDM Vol. 3, 3.4.5): none of ring 0, none of the system's, and no segment that reaches the monitor,
 * whose limit is cut where it would.
 */
import { CODE, CONFORMING, GRANULAR, PRESENT, SEGMENT } from "../../../machine/cpu/descriptor.ts";
import { GUEST_END } from "./interface.ts";

const DPL = 3 << 13;
const PAGE = 4096;

/** The descriptor as it may stand in the table, or undefined. Halves are int32. */
export function checkedDescriptor(low: number, high: number): { low: number; high: number } | undefined {
  if ((high & PRESENT) === 0) return { low, high };
  if ((high & SEGMENT) === 0 || (high & DPL) === 0) return undefined;
  if ((high & (CODE | CONFORMING)) === CONFORMING) return undefined;
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  if (base >= GUEST_END - PAGE) return undefined;
  const granular = (high & GRANULAR) !== 0;
  const units = ((low & 0xffff) | (high & 0xf0000)) + 1;
  const end = base + units * (granular ? PAGE : 1);
  if (end <= GUEST_END) return { low, high };
  const limit = Math.floor((GUEST_END - base) / (granular ? PAGE : 1)) - 1;
  return { low: (low & ~0xffff) | (limit & 0xffff), high: (high & ~0xf0000) | (limit & 0xf0000) };
}

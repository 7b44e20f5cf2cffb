/** What one entry of the guest's tables asks of its shadow. */
import type { EntryFormat } from "../../../machine/mmu/formats/format.ts";
import {
  PLAN_LEAF,
  PLAN_RESERVED_LEAF,
  PLAN_RESERVED_TABLE,
  PLAN_STRIDE,
} from "../../../machine/mmu/formats/format.ts";
import { RIGHT_DIRTY } from "../../../machine/mmu/rights.ts";

const TWO32 = 4294967296;
const PAGE = 4096;

export class GuestEntry {
  low = 0;
  high = 0;
  leaf = false;
  /** Not a hole, no reserved bit set, and marked accessed: a processor may have it in its TLB. */
  usable = false;
  /** Number of the frame that it names. */
  frame = 0;
  /** RIGHT_… of this entry alone. */
  rights = 0;

  read(format: EntryFormat, level: number, low: number, high: number): void {
    const { plan, present, accessed } = format;
    const row = level * PLAN_STRIDE;
    this.low = low;
    this.high = high;
    this.leaf = level === 1 || (low & (plan[row + PLAN_LEAF] as number)) !== 0;
    const must = row + (this.leaf ? PLAN_RESERVED_LEAF : PLAN_RESERVED_TABLE);
    const reserved = (low & (plan[must] as number)) | (high & (plan[must + 1] as number));
    this.usable = (low & present) !== 0 && reserved === 0 && (low & accessed) === accessed;
    this.rights = format.rights(low, high, low);
    const size = 2 ** (this.leaf ? (format.shifts[level] as number) : 12);
    const top = this.leaf ? format.leafHigh(low, high, level) : high & format.addressHigh;
    this.frame = (top * TWO32 + Math.floor((low >>> 0) / size) * size) / PAGE;
  }

  get dirty(): boolean {
    return (this.rights & RIGHT_DIRTY) !== 0;
  }
}

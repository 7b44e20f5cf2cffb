/** MSRs that a VMCS holds: the same rules for guest and host. */
import { EFER } from "../cpu/cpu.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import type { Vmcs } from "./vmcs.ts";

const EFER_BITS = EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE;

/** Eight memory types, each 0, 1, 4, 5, 6 or 7. */
export function isPat(low: number, high: number): boolean {
  for (const half of [low, high])
    for (let shift = 0; shift < 32; shift += 8) {
      const type = (half >>> shift) & 0xff;
      if (type > 7 || type === 2 || type === 3) return false;
    }
  return true;
}

/** LMA is as the address-space size says, and LME as well. */
export function isValidEfer(vmcs: Vmcs, name: FieldName, long: boolean, paging = true): boolean {
  const value = vmcs.get(FIELDS[name]);
  if (vmcs.getHigh(FIELDS[name]) !== 0 || (value & ~EFER_BITS) !== 0) return false;
  if (((value & EFER.LMA) !== 0) !== long) return false;
  return !paging || ((value & EFER.LME) !== 0) === long;
}

/**
 * Nested paging as a VMCB describes it, and its exit (AMD APM Vol. 2, 15.25). The nested tables have the format of the host's own paging
 * mode; here the host is in long mode.
 *
 *     EXITINFO1   33 of a table    32 of the page itself    4 fetch   3 reserved bit   2 user   1 write   0 present
 *     EXITINFO2   guest-physical address
 */
import { ia32e } from "../mmu/formats/ia32e.ts";
import type { Refusal, SecondDimension } from "../mmu/nested.ts";
import {
  ERROR_FETCH,
  ERROR_PRESENT,
  ERROR_RESERVED,
  ERROR_USER,
  ERROR_WRITE,
  USER_FETCH,
  USER_WRITE,
} from "../mmu/rights.ts";
import { HOLE, RESERVED } from "../mmu/walk.ts";
import { EXIT } from "./exit-codes.ts";
import { CONTROL, type Vmcb } from "./vmcb.ts";

const TWO32 = 4294967296;
const PAGE_MASK = -4096;
const NP_ENABLE = 1;
/** In the upper half of EXITINFO1. */
const FINAL = 1;
const TABLE = 2;

export const usesNpt = (vmcb: Vmcb): boolean => (vmcb.get(CONTROL.nestedPaging) & NP_ENABLE) !== 0;

/** null: nested paging is not enabled. `leave` throws. */
export function secondDimension(
  vmcb: Vmcb,
  { physicalBits, gigabytePages }: { physicalBits: number; gigabytePages: boolean },
  leave: () => never,
): SecondDimension | null {
  if (!usesNpt(vmcb)) return null;
  return {
    format: ia32e({ physicalBits, gigabytePages, pse: true, pge: false, nxe: true }),
    root: vmcb.getHigh(CONTROL.nestedCr3) * TWO32 + ((vmcb.get(CONTROL.nestedCr3) & PAGE_MASK) >>> 0),
    tablesAreWritten: true,
    refuse(refusal) {
      vmcb.set64(CONTROL.exitCode, EXIT.npf);
      vmcb.set64(CONTROL.exitInfo1, errorOf(refusal), refusal.final ? FINAL : TABLE);
      vmcb.set64(CONTROL.exitInfo2, refusal.low, refusal.high);
      return leave();
    },
  };
}

/** A guest's accesses are user accesses there. */
function errorOf({ access, outcome }: Refusal): number {
  return (
    (outcome === HOLE ? 0 : ERROR_PRESENT) |
    (outcome === RESERVED ? ERROR_RESERVED : 0) |
    (access === USER_WRITE ? ERROR_WRITE : 0) |
    (access === USER_FETCH ? ERROR_FETCH : 0) |
    ERROR_USER
  );
}

/** VPIDs as a VMCS has them, INVVPID and INVEPT (SDM Vol. 3, 28.3 and 30.3). */
import type { Gva } from "../address.ts";
import type { Cpu } from "../cpu/cpu.ts";
import type { VmxCapabilities } from "./capabilities.ts";
import { CPU, CPU2 } from "./controls.ts";
import { FIELDS } from "./fields.ts";
import type { Vmcs } from "./vmcs.ts";

const TWO32 = 4294967296;
const PAGE_MASK = -4096;
/** Types of INVVPID … */
export const INVVPID = { address: 0, context: 1, all: 2, contextButGlobals: 3 } as const;
/** … and of INVEPT. */
export const INVEPT = { context: 1, all: 2 } as const;

/** The guest's VPID; 0 when VPIDs are not in use, and VM entries and exits flush. */
export const vpidOf = (vmcs: Vmcs): number =>
  (vmcs.get(FIELDS.primaryControls) & CPU.secondary) !== 0 &&
  (vmcs.get(FIELDS.secondaryControls) & CPU2.vpid) !== 0
    ? vmcs.get(FIELDS.vpid)
    : 0;

/** The rule that an operand breaks, in words; null when it was carried out. */
export function invvpid(
  cpu: Cpu,
  { secondary }: VmxCapabilities,
  type: number,
  vpid: number,
  at: Gva,
): string | null {
  if (((secondary?.may ?? 0) & CPU2.vpid) === 0) return "this processor has no VPIDs";
  if (vpid >>> 16 !== 0) return `VPID ${vpid} has more than 16 bits`;
  if (vpid === 0 && type !== INVVPID.all) return "VPID 0 is the host's";
  const { tags } = cpu.memory;
  switch (type) {
    case INVVPID.address:
      tags.invalidateVpid(vpid, at);
      return null;
    case INVVPID.context:
      tags.flushVpid(vpid, true);
      return null;
    case INVVPID.all:
      tags.flushGuests();
      return null;
    case INVVPID.contextButGlobals:
      tags.flushVpid(vpid, false);
      return null;
    default:
      return `there is no type ${type}`;
  }
}

/** The same; `low` and `high`: an EPT pointer. */
export function invept(
  cpu: Cpu,
  { ept }: VmxCapabilities,
  type: number,
  low: number,
  high: number,
): string | null {
  if (ept === undefined) return "this processor has no EPT";
  if (type !== INVEPT.context && type !== INVEPT.all) return `there is no type ${type}`;
  cpu.memory.tags.flushEpt(type === INVEPT.all ? null : high * TWO32 + ((low & PAGE_MASK) >>> 0));
  return null;
}

/** EPT as a VMCS describes it, and the exits that it makes (SDM Vol. 3, 24.6.11, 27.2.1 and Table 27-7). */
import type { Cpu } from "../cpu/cpu.ts";
import { ept, isMisconfigured } from "../mmu/formats/ept.ts";
import type { Refusal, SecondDimension } from "../mmu/nested.ts";
import { RIGHT_EXECUTE, RIGHT_READ, RIGHT_WRITE, USER_FETCH, USER_READ, USER_WRITE } from "../mmu/rights.ts";
import { RESERVED } from "../mmu/walk.ts";
import type { VmxCapabilities } from "./capabilities.ts";
import { CPU, CPU2, EPTP } from "./controls.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import { REASON } from "./reasons.ts";
import type { Vmcs } from "./vmcs.ts";
import { vpidOf } from "./vpid.ts";

const TWO32 = 4294967296;
const PAGE_MASK = -4096;
/** Bits of an EPT violation's qualification. */
export const VIOLATION = {
  read: 1,
  write: 2,
  fetch: 4,
  readable: 8,
  writable: 16,
  executable: 32,
  linear: 128,
  final: 256,
} as const;
const PDPTES: readonly FieldName[] = ["guestPdpte0", "guestPdpte1", "guestPdpte2", "guestPdpte3"];

export const usesEpt = (vmcs: Vmcs): boolean =>
  (vmcs.get(FIELDS.primaryControls) & CPU.secondary) !== 0 &&
  (vmcs.get(FIELDS.secondaryControls) & CPU2.ept) !== 0;

/** The host's translations from here on. */
export function leaveTables(cpu: Cpu, vmcs: Vmcs): void {
  if (usesEpt(vmcs) || vpidOf(vmcs) !== 0) cpu.memory.setSecondDimension(null);
}

/** `leave` throws: the exit's reason and qualification. */
export function secondDimension(
  vmcs: Vmcs,
  { ept: has }: VmxCapabilities,
  physicalBits: number,
  leave: (reason: number, qualification: number) => never,
): SecondDimension {
  const pointer = vmcs.get(FIELDS.eptPointer);
  const marks = (pointer & EPTP.marks) !== 0;
  const { executeOnly = false, gigabytePages = false } = has ?? {};
  return {
    format: ept({ physicalBits, marks, gigabytePages }),
    root: vmcs.getHigh(FIELDS.eptPointer) * TWO32 + ((pointer & PAGE_MASK) >>> 0),
    tablesAreWritten: marks,
    misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, executeOnly),
    refuse(refusal) {
      vmcs.set(FIELDS.guestPhysicalAddress, refusal.low, refusal.high);
      if (refusal.outcome === RESERVED) return leave(REASON.eptMisconfiguration, 0);
      vmcs.set(FIELDS.guestLinearAddress, refusal.linearLow, refusal.linearHigh);
      return leave(REASON.eptViolation, qualificationOf(refusal, marks));
    },
  };
}

/** With accessed and dirty flags a reference to the guest's tables reads and writes. */
function qualificationOf({ access, rights, final }: Refusal, marks: boolean): number {
  return (
    (access === USER_READ || (marks && !final) ? VIOLATION.read : 0) |
    (access === USER_WRITE ? VIOLATION.write : 0) |
    (access === USER_FETCH ? VIOLATION.fetch : 0) |
    ((rights & RIGHT_READ) !== 0 ? VIOLATION.readable : 0) |
    ((rights & RIGHT_WRITE) !== 0 ? VIOLATION.writable : 0) |
    ((rights & RIGHT_EXECUTE) !== 0 ? VIOLATION.executable : 0) |
    VIOLATION.linear |
    (final ? VIOLATION.final : 0)
  );
}

/** The guest's four PDPTEs, as Paging has them. */
export function pdptesOf(vmcs: Vmcs): Int32Array {
  return Int32Array.from(PDPTES.flatMap((name) => [vmcs.get(FIELDS[name]), vmcs.getHigh(FIELDS[name])]));
}

export function savePdptes(vmcs: Vmcs, pdptes: Int32Array): void {
  for (const [i, name] of PDPTES.entries())
    vmcs.set(FIELDS[name], pdptes[2 * i] as number, pdptes[2 * i + 1]);
}

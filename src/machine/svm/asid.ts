/** Address space identifiers (AMD APM Vol. 2, 15.16): whose translations are whose. The host's ASID is 0. */
import type { Cpu } from "../cpu/cpu.ts";
import type { SecondDimension } from "../mmu/nested.ts";
import { CONTROL, type Vmcb } from "./vmcb.ts";

/** TLB_CONTROL: what VMRUN flushes before anything else (Table 15-9). */
export const TLB_CONTROL = { nothing: 0, everything: 1, asid: 3, asidButGlobals: 7 } as const;

/** Translations are the guest's from here on. */
export function enterAsid(cpu: Cpu, vmcb: Vmcb, second: SecondDimension | null): void {
  const { memory } = cpu;
  const asid = vmcb.get(CONTROL.asid);
  switch (vmcb.get8(CONTROL.tlbControl)) {
    case TLB_CONTROL.everything:
      memory.tags.flushEverything();
      break;
    case TLB_CONTROL.asid:
      memory.tags.flushAsid(asid, true);
      break;
    case TLB_CONTROL.asidButGlobals:
      memory.tags.flushAsid(asid, false);
  }
  memory.setSecondDimension(second, asid, true);
}

export function leaveAsid(cpu: Cpu): void {
  cpu.memory.setSecondDimension(null);
}

/** Consistency checks of VMRUN (AMD APM Vol. 2, 15.5.1): what breaks one is a #VMEXIT with code −1. Segments are not among them. */
import { CR0, CR4, EFER } from "../cpu/cpu.ts";
import { PUSHES_ERROR } from "../cpu/fault.ts";
import { usesNpt } from "./npt.ts";
import { CONTROL, EVENT, INTERCEPT2, STATE, type Vmcb } from "./vmcb.ts";

export const SVME = 1 << 12;
const EFER_BITS = EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE | SVME;
/** Bits of CR4 that this processor has. */
const CR4_BITS = 0x370fff;
const CS_LONG = 0x200;
const CS_BIG = 0x400;
const EXCEPTION = 3;
const TWO32 = 4294967296;
const IO_BITMAP_BYTES = 12288;
const MSR_BITMAP_BYTES = 8192;

/** The rule that is broken, in words; null when all hold. */
export function checkGuest(vmcb: Vmcb, physicalBits: number): string | null {
  const efer = vmcb.get(STATE.efer);
  const cr0 = vmcb.get(STATE.cr0);
  const cr4 = vmcb.get(STATE.cr4);
  if ((efer & SVME) === 0) return "EFER.SVME is 0";
  if ((efer & ~EFER_BITS) !== 0 || vmcb.getHigh(STATE.efer) !== 0) return "EFER: a reserved bit";
  if ((cr0 & CR0.CD) === 0 && (cr0 & CR0.NW) !== 0) return "CR0.NW without CD";
  if (vmcb.getHigh(STATE.cr0) !== 0) return "CR0: bits 63:32";
  if (vmcb.getHigh(STATE.cr3) >>> (physicalBits - 32) !== 0) return "CR3 beyond the physical-address width";
  if ((cr4 & ~CR4_BITS) !== 0 || vmcb.getHigh(STATE.cr4) !== 0) return "CR4: a reserved bit";
  if (vmcb.getHigh(STATE.dr6) !== 0) return "DR6: bits 63:32";
  if (vmcb.getHigh(STATE.dr7) !== 0) return "DR7: bits 63:32";
  if ((efer & EFER.LME) !== 0 && (cr0 & CR0.PG) !== 0) {
    if ((cr4 & CR4.PAE) === 0) return "long mode without CR4.PAE";
    if ((cr0 & CR0.PE) === 0) return "long mode without CR0.PE";
    if ((vmcb.get16(STATE.cs + 2) & (CS_LONG | CS_BIG)) === (CS_LONG | CS_BIG)) return "CS.L and CS.D";
  }
  if ((vmcb.get(CONTROL.moreIntercepts) & INTERCEPT2.vmrun) === 0) return "VMRUN is not intercepted";
  if (!fits(vmcb, CONTROL.ioBitmap, IO_BITMAP_BYTES, physicalBits))
    return "I/O bitmap beyond the physical-address width";
  if (!fits(vmcb, CONTROL.msrBitmap, MSR_BITMAP_BYTES, physicalBits))
    return "MSR bitmap beyond the physical-address width";
  if (vmcb.get(CONTROL.asid) === 0) return "ASID 0";
  if (usesNpt(vmcb) && vmcb.getHigh(CONTROL.nestedCr3) >>> (physicalBits - 32) !== 0)
    return "nested CR3 beyond the physical-address width";
  return checkInjection(vmcb);
}

function fits(vmcb: Vmcb, field: number, bytes: number, physicalBits: number): boolean {
  const address = (vmcb.getHigh(field) >>> 0) * TWO32 + (vmcb.get(field) >>> 0);
  return address + bytes <= 2 ** physicalBits;
}

function checkInjection(vmcb: Vmcb): string | null {
  const event = vmcb.get(CONTROL.eventInjection);
  if ((event & EVENT.valid) === 0) return null;
  const type = (event >> 8) & 7;
  const vector = event & 0xff;
  if (type === 1 || type > 4) return "event injection: a reserved type";
  if (type !== EXCEPTION) return null;
  if (vector > 31 || vector === 2) return "event injection: an exception that there is not";
  const withError = (event & EVENT.error) !== 0;
  const pushes = ((PUSHES_ERROR >> vector) & 1) !== 0;
  return withError && !pushes ? "event injection: an error code for an exception without" : null;
}

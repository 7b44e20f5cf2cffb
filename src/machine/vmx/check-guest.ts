/**
 * Checks on the guest-state area at VM entry (SDM Vol. 3, 26.3.1): what breaks one is an exit with reason 33, the host's state being
 * loaded. Segments have a file of their own.
 */
import { CR0, CR4 } from "../cpu/cpu.ts";
import { IF, TF, VM } from "../cpu/flags.ts";
import { canonical } from "../cpu/long-stack.ts";
import { type CheckContext, fitsPhysical } from "./check-controls.ts";
import { isPat, isValidEfer } from "./check-msrs.ts";
import { checkSegments } from "./check-segments.ts";
import {
  ACTIVE,
  BLOCKING,
  ENTRY_CONTROL,
  HALTED,
  INTERRUPTION,
  isUnrestricted,
  PIN,
  SHUT_DOWN,
} from "./controls.ts";
import { FIELDS, slotOf } from "./fields.ts";

/** Exit qualifications of such an exit (26.7). */
export const QUALIFICATION = { none: 0, pdptes: 2, nmi: 3, link: 4 } as const;

export interface GuestFailure {
  readonly rule: string;
  readonly qualification: number;
}

const CS_LONG = 1 << 13;
const RFLAGS_RESERVED = 0xffc08028 | 0;
const DEBUGCTL_BITS = 0x1c3;
const PENDING_BITS = 0x500f;
const BS = 1 << 14;
const BTF = 2;
const EXTERNAL = 0;
const NMI = 2;
const EXCEPTION = 3;
const DB = 1;
const MC = 18;

/** The rule that is broken; null when all hold. */
export function checkGuest(context: CheckContext): GuestFailure | null {
  const rule =
    checkRegisters(context) ?? checkSegments(context.vmcs) ?? checkTables(context) ?? checkFlags(context);
  if (rule !== null) return { rule, qualification: QUALIFICATION.none };
  return checkState(context);
}

/** Control registers, debug registers and MSRs (26.3.1.1). */
function checkRegisters({ vmcs, capabilities, physicalBits }: CheckContext): string | null {
  const { cr0, cr4 } = capabilities;
  const entry = vmcs.get(FIELDS.entryControls);
  const guest64 = (entry & ENTRY_CONTROL.guest64) !== 0;
  const guestCr0 = vmcs.get(FIELDS.guestCr0);
  const guestCr4 = vmcs.get(FIELDS.guestCr4);
  const must = isUnrestricted(vmcs) ? cr0.must & ~(CR0.PE | CR0.PG) : cr0.must;
  if ((guestCr0 & must) !== must || (guestCr0 & ~cr0.may) !== 0 || vmcs.getHigh(FIELDS.guestCr0) !== 0)
    return "guest CR0: a bit that VMX operation fixes";
  if ((guestCr0 & CR0.PG) !== 0 && (guestCr0 & CR0.PE) === 0) return "guest CR0.PG without PE";
  if (
    (guestCr4 & cr4.must) !== cr4.must ||
    (guestCr4 & ~cr4.may) !== 0 ||
    vmcs.getHigh(FIELDS.guestCr4) !== 0
  )
    return "guest CR4: a bit that VMX operation fixes";
  if ((entry & ENTRY_CONTROL.loadDebug) !== 0) {
    if ((vmcs.get(FIELDS.guestDebugctl) & ~DEBUGCTL_BITS) !== 0 || vmcs.getHigh(FIELDS.guestDebugctl) !== 0)
      return "guest IA32_DEBUGCTL: a reserved bit";
    if (vmcs.getHigh(FIELDS.guestDr7) !== 0) return "guest DR7: bits 63:32";
  }
  if (guest64 && ((guestCr0 & CR0.PG) === 0 || (guestCr4 & CR4.PAE) === 0))
    return "an IA-32e guest without CR0.PG and CR4.PAE";
  if (!guest64 && (guestCr4 & CR4.PCIDE) !== 0) return "guest CR4.PCIDE outside of IA-32e mode";
  if (!fitsPhysical(vmcs.getHigh(FIELDS.guestCr3), physicalBits))
    return "guest CR3 beyond the physical-address width";
  if (!canonical(vmcs.getHigh(FIELDS.guestSysenterEsp)) || !canonical(vmcs.getHigh(FIELDS.guestSysenterEip)))
    return "guest SYSENTER MSR is not canonical";
  if (
    (entry & ENTRY_CONTROL.loadPat) !== 0 &&
    !isPat(vmcs.get(FIELDS.guestPat), vmcs.getHigh(FIELDS.guestPat))
  )
    return "guest IA32_PAT";
  const paging = (guestCr0 & CR0.PG) !== 0;
  if ((entry & ENTRY_CONTROL.loadEfer) !== 0 && !isValidEfer(vmcs, "guestEfer", guest64, paging))
    return "guest IA32_EFER";
  return null;
}

/** GDTR and IDTR (26.3.1.3). */
function checkTables({ vmcs }: CheckContext): string | null {
  for (const [name, base, limit] of [
    ["GDTR", slotOf(FIELDS.guestGdtrBase), slotOf(FIELDS.guestGdtrLimit)],
    ["IDTR", slotOf(FIELDS.guestIdtrBase), slotOf(FIELDS.guestIdtrLimit)],
  ] as const) {
    if (!canonical(vmcs.high[base] as number)) return `guest ${name}: base is not canonical`;
    if (((vmcs.low[limit] as number) & ~0xffff) !== 0) return `guest ${name}: limit above 65535`;
  }
  return null;
}

/** RIP and RFLAGS (26.3.1.4). */
function checkFlags({ vmcs }: CheckContext): string | null {
  const guest64 = (vmcs.get(FIELDS.entryControls) & ENTRY_CONTROL.guest64) !== 0;
  const wide = guest64 && (vmcs.get(FIELDS.guestCsAccess) & CS_LONG) !== 0;
  const high = vmcs.getHigh(FIELDS.guestRip);
  if (wide ? !canonical(high) : high !== 0) return "guest RIP";
  const flags = vmcs.get(FIELDS.guestRflags);
  if ((flags & RFLAGS_RESERVED) !== 0 || (flags & 2) === 0 || vmcs.getHigh(FIELDS.guestRflags) !== 0)
    return "guest RFLAGS: a reserved bit";
  if ((flags & VM) !== 0 && (guest64 || (vmcs.get(FIELDS.guestCr0) & CR0.PE) === 0))
    return "guest RFLAGS.VM in a mode that has none";
  const information = vmcs.get(FIELDS.entryInterruption);
  if (injects(information, EXTERNAL) && (flags & IF) === 0)
    return "an external interrupt injected while RFLAGS.IF is 0";
  return null;
}

const injects = (information: number, type: number) =>
  (information & INTERRUPTION.valid) !== 0 && ((information >> 8) & 7) === type;

/** Activity, interruptibility, pending debug exceptions, link pointer (26.3.1.5). */
function checkState(context: CheckContext): GuestFailure | null {
  const { vmcs } = context;
  const rule = checkActivity(context) ?? checkInterruptibility(context);
  if (rule !== null) {
    const nmi =
      injects(vmcs.get(FIELDS.entryInterruption), NMI) &&
      (vmcs.get(FIELDS.interruptibility) & BLOCKING.sti) !== 0;
    return { rule, qualification: nmi ? QUALIFICATION.nmi : QUALIFICATION.none };
  }
  const pending = checkPending(context);
  if (pending !== null) return { rule: pending, qualification: QUALIFICATION.none };
  // A shadow VMCS comes with nested virtualization.
  if (vmcs.get(FIELDS.vmcsLink) !== -1 || vmcs.getHigh(FIELDS.vmcsLink) !== -1)
    return { rule: "VMCS link pointer", qualification: QUALIFICATION.link };
  return null;
}

function checkActivity({ vmcs, capabilities }: CheckContext): string | null {
  const activity = vmcs.get(FIELDS.activity) >>> 0;
  if (activity === ACTIVE) return null;
  if (activity > 3 || ((capabilities.activities >> (activity - 1)) & 1) === 0)
    return "activity state: none that there is";
  if (activity === HALTED && (vmcs.get(FIELDS.guestSsAccess) & 0x60) !== 0)
    return "HLT state outside of CPL 0";
  if ((vmcs.get(FIELDS.interruptibility) & (BLOCKING.sti | BLOCKING.movSs)) !== 0)
    return "an inactive state under the shadow of STI or MOV SS";
  const information = vmcs.get(FIELDS.entryInterruption);
  if ((information & INTERRUPTION.valid) === 0) return null;
  const vector = information & 0xff;
  const wakes =
    (activity === HALTED &&
      (injects(information, EXTERNAL) ||
        injects(information, NMI) ||
        (injects(information, EXCEPTION) && (vector === DB || vector === MC)))) ||
    (activity === SHUT_DOWN &&
      (injects(information, NMI) || (injects(information, EXCEPTION) && vector === MC)));
  return wakes ? null : "an event that the activity state does not take";
}

function checkInterruptibility({ vmcs }: CheckContext): string | null {
  const blocking = vmcs.get(FIELDS.interruptibility);
  const information = vmcs.get(FIELDS.entryInterruption);
  if ((blocking & ~15) !== 0) return "interruptibility state: a reserved bit";
  const shadow = blocking & (BLOCKING.sti | BLOCKING.movSs);
  if (shadow === (BLOCKING.sti | BLOCKING.movSs)) return "blocking by STI and by MOV SS";
  if ((blocking & BLOCKING.sti) !== 0 && (vmcs.get(FIELDS.guestRflags) & IF) === 0)
    return "blocking by STI while RFLAGS.IF is 0";
  if (injects(information, EXTERNAL) && shadow !== 0) return "an external interrupt injected into a shadow";
  if (injects(information, NMI) && shadow !== 0) return "an NMI injected into a shadow";
  if ((blocking & BLOCKING.smi) !== 0) return "blocking by SMI outside of SMM";
  const virtualNmis = (vmcs.get(FIELDS.pinControls) & PIN.virtualNmis) !== 0;
  if (virtualNmis && injects(information, NMI) && (blocking & BLOCKING.nmi) !== 0)
    return "an NMI injected while NMIs are blocked";
  return null;
}

function checkPending({ vmcs }: CheckContext): string | null {
  const pending = vmcs.get(FIELDS.pendingDebug);
  if ((pending & ~PENDING_BITS) !== 0 || vmcs.getHigh(FIELDS.pendingDebug) !== 0)
    return "pending debug exceptions: a reserved bit";
  const shadow = (vmcs.get(FIELDS.interruptibility) & (BLOCKING.sti | BLOCKING.movSs)) !== 0;
  if (!shadow && vmcs.get(FIELDS.activity) !== HALTED) return null;
  const stepping = (vmcs.get(FIELDS.guestRflags) & TF) !== 0 && (vmcs.get(FIELDS.guestDebugctl) & BTF) === 0;
  return ((pending & BS) !== 0) === stepping ? null : "pending debug exceptions: BS is not as RFLAGS.TF";
}

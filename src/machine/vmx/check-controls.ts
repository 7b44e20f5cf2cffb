/** Checks on VMX controls at VM entry (SDM Vol. 3, 26.2.1): what breaks one is VMfailValid with error 7. */
import { PUSHES_ERROR } from "../cpu/fault.ts";
import { DESCRIPTOR_BYTES } from "../iommu/posted.ts";
import type { Allowed, VmxCapabilities } from "./capabilities.ts";
import { CPU, CPU2, ENTRY_CONTROL, EPTP, EXIT_CONTROL, INTERRUPTION, PIN } from "./controls.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import type { Vmcs } from "./vmcs.ts";

export interface CheckContext {
  readonly vmcs: Vmcs;
  readonly capabilities: VmxCapabilities;
  readonly physicalBits: number;
  /** The processor is in IA-32e mode. */
  readonly longMode: boolean;
  /** A physical byte: the virtual-APIC page's. */
  byte(at: number): number;
}

const TYPE_NMI = 2;
const TYPE_EXCEPTION = 3;
/** Software interrupt, privileged software exception, software exception: those that an instruction makes. */
const FIRST_SOFTWARE_TYPE = 4;
const LAST_SOFTWARE_TYPE = 6;
const TWO32 = 4294967296;

const allowed = (value: number, { must, may }: Allowed) => (value & must) === must && (value & ~may) === 0;

/** Whether bits from the physical-address width on are 0. */
export function fitsPhysical(high: number, physicalBits: number): boolean {
  return physicalBits >= 64 || high >>> (physicalBits - 32) === 0;
}

/** The rule that is broken, in words; null when all hold. */
export function checkControls(context: CheckContext): string | null {
  const { vmcs, capabilities } = context;
  const pin = vmcs.get(FIELDS.pinControls);
  const primary = vmcs.get(FIELDS.primaryControls);
  const exit = vmcs.get(FIELDS.exitControls);
  const entry = vmcs.get(FIELDS.entryControls);
  const uses = (control: number) => (primary & control) !== 0;

  if (!allowed(pin, capabilities.pin)) return "pin-based controls: a reserved bit";
  if (!allowed(primary, capabilities.primary)) return "primary processor-based controls: a reserved bit";
  if (uses(CPU.secondary)) {
    const { secondary } = capabilities;
    if (secondary === undefined || !allowed(vmcs.get(FIELDS.secondaryControls), secondary))
      return "secondary processor-based controls: a reserved bit";
    if ((vmcs.get(FIELDS.secondaryControls) & CPU2.vpid) !== 0 && vmcs.get(FIELDS.vpid) === 0)
      return "VPID 0, which is the host's";
    const rule = checkEpt(context) ?? checkApic(context);
    if (rule !== null) return rule;
  }
  if (vmcs.get(FIELDS.cr3TargetCount) >>> 0 > capabilities.cr3Targets) return "CR3-target count";
  if (uses(CPU.ioBitmaps) && !(isPage(context, "ioBitmapA") && isPage(context, "ioBitmapB")))
    return "I/O-bitmap address";
  if (uses(CPU.msrBitmaps) && !isPage(context, "msrBitmap")) return "MSR-bitmap address";
  if (uses(CPU.tprShadow)) {
    if (!isPage(context, "virtualApic")) return "virtual-APIC address";
    const threshold = vmcs.get(FIELDS.tprThreshold);
    if ((threshold & ~15) !== 0) return "TPR threshold: a reserved bit";
    if (threshold > virtualTpr(context) >> 4) return "TPR threshold above the virtual TPR";
  }
  if ((pin & PIN.nmi) === 0 && (pin & PIN.virtualNmis) !== 0) return "virtual NMIs without NMI exiting";
  if ((pin & PIN.virtualNmis) === 0 && uses(CPU.nmiWindow)) return "NMI-window exiting without virtual NMIs";

  if (!allowed(exit, capabilities.exit)) return "VM-exit controls: a reserved bit";
  if ((pin & PIN.timer) === 0 && (exit & EXIT_CONTROL.saveTimer) !== 0)
    return "preemption timer saved but not active";
  if (!isList(context, "exitMsrStore", "exitMsrStoreCount")) return "VM-exit MSR-store address";
  if (!isList(context, "exitMsrLoad", "exitMsrLoadCount")) return "VM-exit MSR-load address";

  if (!allowed(entry, capabilities.entry)) return "VM-entry controls: a reserved bit";
  if ((entry & (ENTRY_CONTROL.smm | ENTRY_CONTROL.dualMonitor)) !== 0)
    return "VM entry to SMM from outside it";
  if (!isList(context, "entryMsrLoad", "entryMsrLoadCount")) return "VM-entry MSR-load address";
  return checkInjection(vmcs);
}

/** The EPT pointer, and what needs EPT. */
function checkEpt({ vmcs, capabilities, physicalBits }: CheckContext): string | null {
  const secondary = vmcs.get(FIELDS.secondaryControls);
  if ((secondary & CPU2.ept) === 0)
    return (secondary & CPU2.unrestricted) !== 0 ? "unrestricted guest without EPT" : null;
  const pointer = vmcs.get(FIELDS.eptPointer);
  const type = pointer & 7;
  if (type !== 0 && type !== EPTP.writeBack) return "EPT pointer: memory type";
  if ((pointer & 0x38) !== EPTP.fourLevels) return "EPT pointer: page-walk length";
  if ((pointer & EPTP.marks) !== 0 && !capabilities.ept?.marks)
    return "EPT pointer: accessed and dirty flags, which this processor lacks";
  if ((pointer & EPTP.reserved) !== 0 || !fitsPhysical(vmcs.getHigh(FIELDS.eptPointer), physicalBits))
    return "EPT pointer: a reserved bit";
  return null;
}

/** APIC virtualization (26.2.1.1). */
function checkApic(context: CheckContext): string | null {
  const { vmcs } = context;
  const second = (control: number) => (vmcs.get(FIELDS.secondaryControls) & control) !== 0;
  const pin = vmcs.get(FIELDS.pinControls);
  const tprShadow = (vmcs.get(FIELDS.primaryControls) & CPU.tprShadow) !== 0;
  if (second(CPU2.apicAccesses) && !isPage(context, "apicAccess")) return "APIC-access address";
  if (!tprShadow && second(CPU2.apicRegisters | CPU2.virtualInterrupts))
    return "APIC-register virtualization or virtual-interrupt delivery without a TPR shadow";
  if (second(CPU2.virtualInterrupts) && (pin & PIN.externalInterrupt) === 0)
    return "virtual-interrupt delivery without external-interrupt exiting";
  if ((pin & PIN.posted) === 0) return null;
  const acknowledges = (vmcs.get(FIELDS.exitControls) & EXIT_CONTROL.acknowledge) !== 0;
  if (!second(CPU2.virtualInterrupts) || !acknowledges)
    return "posted interrupts without virtual-interrupt delivery and acknowledgement on exit";
  if (vmcs.get(FIELDS.postedVector) > 255) return "posted-interrupt notification vector above 255";
  const aligned = (vmcs.get(FIELDS.postedDescriptor) & (DESCRIPTOR_BYTES - 1)) === 0;
  return aligned && fitsPhysical(vmcs.getHigh(FIELDS.postedDescriptor), context.physicalBits)
    ? null
    : "posted-interrupt descriptor address";
}

/** The VM-entry interruption information (26.2.1.3). */
function checkInjection(vmcs: Vmcs): string | null {
  const information = vmcs.get(FIELDS.entryInterruption);
  if ((information & INTERRUPTION.valid) === 0) return null;
  const vector = information & 0xff;
  const type = (information >> 8) & 7;
  if (type === 1 || type === 7) return "interruption type: reserved";
  if (type === TYPE_NMI && vector !== 2) return "NMI with another vector than 2";
  if (type === TYPE_EXCEPTION && vector > 31) return "hardware exception with a vector above 31";
  const withError = (information & INTERRUPTION.error) !== 0;
  const pushes =
    type === TYPE_EXCEPTION && (vmcs.get(FIELDS.guestCr0) & 1) !== 0 && ((PUSHES_ERROR >> vector) & 1) !== 0;
  if (withError !== pushes) return "deliver-error-code bit";
  if ((information & 0x7ffff000) !== 0) return "interruption information: a reserved bit";
  if (withError && (vmcs.get(FIELDS.entryErrorCode) & ~0xffff) !== 0) return "VM-entry exception error code";
  if (type >= FIRST_SOFTWARE_TYPE && type <= LAST_SOFTWARE_TYPE) {
    const length = vmcs.get(FIELDS.entryInstructionLength) >>> 0;
    if (length < 1 || length > 15) return "VM-entry instruction length";
  }
  return null;
}

/** A 4-KiB page's address. */
function isPage({ vmcs, physicalBits }: CheckContext, name: FieldName): boolean {
  return (vmcs.get(FIELDS[name]) & 0xfff) === 0 && fitsPhysical(vmcs.getHigh(FIELDS[name]), physicalBits);
}

/** A list of `count` entries of 16 bytes; without any its address means nothing. */
function isList(
  { vmcs, capabilities, physicalBits }: CheckContext,
  name: FieldName,
  count: FieldName,
): boolean {
  const entries = vmcs.get(FIELDS[count]) >>> 0;
  if (entries === 0) return true;
  // Beyond what IA32_VMX_MISC allows the manual promises nothing; here it is refused.
  if (entries > capabilities.msrList) return false;
  const low = vmcs.get(FIELDS[name]);
  if ((low & 15) !== 0 || !fitsPhysical(vmcs.getHigh(FIELDS[name]), physicalBits)) return false;
  const last = (vmcs.getHigh(FIELDS[name]) >>> 0) * TWO32 + (low >>> 0) + 16 * entries - 1;
  return last < 2 ** physicalBits;
}

const VTPR = 0x80;

function virtualTpr({ vmcs, byte }: CheckContext): number {
  return byte((vmcs.getHigh(FIELDS.virtualApic) >>> 0) * TWO32 + (vmcs.get(FIELDS.virtualApic) >>> 0) + VTPR);
}

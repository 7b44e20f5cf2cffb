/** Checks on the host-state area at VM entry (SDM Vol. 3, 26.2.2 – 26.2.4): what breaks one is VMfailValid with error 8. */
import { CR4 } from "../cpu/cpu.ts";
import { canonical } from "../cpu/long-stack.ts";
import { type CheckContext, fitsPhysical } from "./check-controls.ts";
import { isPat, isValidEfer } from "./check-msrs.ts";
import { ENTRY_CONTROL, EXIT_CONTROL } from "./controls.ts";
import { FIELDS, type FieldName } from "./fields.ts";

const CANONICAL: readonly FieldName[] = [
  "hostSysenterEsp",
  "hostSysenterEip",
  "hostFsBase",
  "hostGsBase",
  "hostGdtrBase",
  "hostIdtrBase",
  "hostTrBase",
];
const SELECTORS: readonly FieldName[] = [
  "hostEs",
  "hostCs",
  "hostSs",
  "hostDs",
  "hostFs",
  "hostGs",
  "hostTr",
];

/** The rule that is broken, in words; null when all hold. */
export function checkHost(context: CheckContext): string | null {
  const { vmcs, capabilities, physicalBits, longMode } = context;
  const { cr0, cr4 } = capabilities;
  const exit = vmcs.get(FIELDS.exitControls);
  const host64 = (exit & EXIT_CONTROL.host64) !== 0;
  const guest64 = (vmcs.get(FIELDS.entryControls) & ENTRY_CONTROL.guest64) !== 0;

  const hostCr0 = vmcs.get(FIELDS.hostCr0);
  const hostCr4 = vmcs.get(FIELDS.hostCr4);
  if ((hostCr0 & cr0.must) !== cr0.must || (hostCr0 & ~cr0.may) !== 0 || vmcs.getHigh(FIELDS.hostCr0) !== 0)
    return "host CR0: a bit that VMX operation fixes";
  if ((hostCr4 & cr4.must) !== cr4.must || (hostCr4 & ~cr4.may) !== 0 || vmcs.getHigh(FIELDS.hostCr4) !== 0)
    return "host CR4: a bit that VMX operation fixes";
  if (!fitsPhysical(vmcs.getHigh(FIELDS.hostCr3), physicalBits))
    return "host CR3 beyond the physical-address width";
  for (const name of CANONICAL) if (!canonical(vmcs.getHigh(FIELDS[name]))) return `${name} is not canonical`;
  if ((exit & EXIT_CONTROL.loadPat) !== 0 && !isPat(vmcs.get(FIELDS.hostPat), vmcs.getHigh(FIELDS.hostPat)))
    return "host IA32_PAT";
  if ((exit & EXIT_CONTROL.loadEfer) !== 0 && !isValidEfer(vmcs, "hostEfer", host64)) return "host IA32_EFER";

  for (const name of SELECTORS) if ((vmcs.get(FIELDS[name]) & 7) !== 0) return `${name}: RPL or TI`;
  if (vmcs.get(FIELDS.hostCs) === 0) return "hostCs is null";
  if (vmcs.get(FIELDS.hostTr) === 0) return "hostTr is null";
  if (!host64 && vmcs.get(FIELDS.hostSs) === 0) return "hostSs is null";

  if (!longMode && (guest64 || host64)) return "IA-32e mode on a processor that is not in it";
  if (longMode && !host64) return "a 32-bit host on a processor in IA-32e mode";
  if (host64) {
    if ((hostCr4 & CR4.PAE) === 0) return "a 64-bit host without CR4.PAE";
    if (!canonical(vmcs.getHigh(FIELDS.hostRip))) return "hostRip is not canonical";
  } else {
    if (guest64) return "an IA-32e guest of a 32-bit host";
    if ((hostCr4 & CR4.PCIDE) !== 0) return "CR4.PCIDE of a 32-bit host";
    if (vmcs.getHigh(FIELDS.hostRip) !== 0) return "hostRip of a 32-bit host above 4 GiB";
  }
  return null;
}

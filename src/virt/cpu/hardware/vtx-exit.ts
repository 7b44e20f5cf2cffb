/** Why a guest of VT-x left, read from the VMCS field by field, as a monitor does (SDM Vol. 3, 27.2 and 24.9). */
import type { Gpa, Gva } from "../../../machine/address.ts";
import { SOFTWARE } from "../../../machine/cpu/deliver/event.ts";
import { INTERRUPTION } from "../../../machine/vmx/controls.ts";
import { VIOLATION } from "../../../machine/vmx/ept.ts";
import type { FieldName } from "../../../machine/vmx/fields.ts";
import { REASON, reasonName } from "../../../machine/vmx/reasons.ts";
import type { ApicTrap } from "../../../machine/vmx/virtual-apic.ts";
import type { Vmx } from "../../../machine/vmx/vmx.ts";
import type { Exit, GuestEvent } from "./world-switch.ts";

const TWO32 = 4294967296;
/** A local APIC's register. */
const EOI = 0xb0;
/** What a monitor must know of a guest before it can decode an instruction. */
const FOR_DECODING: readonly FieldName[] = ["guestRip", "guestCsBase", "guestCsAccess", "guestRflags"];
const VMX_EXITS = new Set(
  "vmclear vmlaunch vmptrld vmptrst vmread vmresume vmwrite vmxoff vmxon invept invvpid".split(" "),
);
const CR_ACCESS = ["mov to cr", "mov from cr", "clts", "lmsw"];
const IN = 8;

export function readExit(vmx: Vmx, wide: boolean): Exit {
  const reason = vmx.vmread("exitReason");
  const during = vectoring(vmx);
  const name = reasonName(reason);
  switch (reason) {
    case REASON.exception: {
      const information = vmx.vmread("exitInterruption");
      if ((information & 0xff) !== 14) return { kind: "interrupt", name: "NMI", during };
      const error = vmx.vmread("exitErrorCode");
      return { kind: "pageFault", name: "#PF", at: addressIn(vmx, wide, "exitQualification"), error, during };
    }
    case REASON.externalInterrupt:
      return { kind: "interrupt", name: "interrupt", during };
    case REASON.interruptWindow:
    case REASON.nmiWindow:
    case REASON.tprBelowThreshold:
      return { kind: "window", name, during };
    case REASON.taskSwitch:
      return { kind: "taskSwitch", name, during };
    case REASON.tripleFault:
      return { kind: "shutdown", name, detail: vmx.shutdownDetail, during };
    case REASON.invlpg:
      readForDecoding(vmx);
      return { kind: "invlpg", name, at: addressIn(vmx, wide, "exitQualification"), during };
    case REASON.eptViolation: {
      const qualification = vmx.vmread("exitQualification");
      const low = vmx.vmread("guestPhysicalAddress");
      const violation = {
        gpa: (vmx.high * TWO32 + (low >>> 0)) as Gpa,
        write: (qualification & VIOLATION.write) !== 0,
        fetch: (qualification & VIOLATION.fetch) !== 0,
      };
      return { kind: "violation", name: "EPT violation", violation, during };
    }
    case REASON.eptMisconfiguration:
      throw new Error(
        `invariant: the pager's EPT entry for ${vmx.vmread("guestPhysicalAddress").toString(16)} is misconfigured`,
      );
    case REASON.virtualizedEoi:
    case REASON.apicWrite:
      return { kind: "apic", name, ...apicTrap(vmx), during };
    case REASON.vmcall:
      return { kind: "hypercall", name, length: vmx.vmread("exitInstructionLength"), during };
  }
  if (VMX_EXITS.has(name)) return { kind: "undefined", name, during };
  readForDecoding(vmx);
  return { kind: "instruction", name: instructionName(vmx, reason, name), during };
}

/** What the guest wrote to its local APIC, from the virtual-APIC page. */
function apicTrap(vmx: Vmx): { register: number; value: number } {
  const { page } = vmx.apic as NonNullable<Vmx["apic"]>;
  const trap = page.trap as ApicTrap;
  page.trap = null;
  const register = trap.reason === REASON.apicWrite ? vmx.vmread("exitQualification") : EOI;
  return { register, value: trap.value };
}

function instructionName(vmx: Vmx, reason: number, name: string): string {
  if (reason === REASON.io) return (vmx.vmread("exitQualification") & IN) !== 0 ? "in" : "out";
  if (reason !== REASON.crAccess) return name;
  const qualification = vmx.vmread("exitQualification");
  const kind = (qualification >> 4) & 3;
  return `${CR_ACCESS[kind]}${kind < 2 ? qualification & 15 : ""}`;
}

function readForDecoding(vmx: Vmx): void {
  for (const name of FOR_DECODING) vmx.vmread(name);
}

function vectoring(vmx: Vmx): GuestEvent | null {
  const information = vmx.vmread("idtVectoring");
  if ((information & INTERRUPTION.valid) === 0) return null;
  const kind = (information >> 8) & 7;
  return {
    kind,
    vector: information & 0xff,
    error: (information & INTERRUPTION.error) !== 0 ? vmx.vmread("idtVectoringErrorCode") : -1,
    length: kind >= SOFTWARE ? vmx.vmread("exitInstructionLength") : 0,
  };
}

function addressIn(vmx: Vmx, wide: boolean, name: FieldName): Gva {
  const low = vmx.vmread(name);
  const { high } = vmx;
  return (wide ? high * TWO32 + (low >>> 0) : low) as Gva;
}

/** Nobody will be entered and come out again for what the guest wrote last. */
export function settleTrap(vmx: Vmx): void {
  const { apic } = vmx;
  if (apic === null || apic.page.trap === null) return;
  const { reason, qualification, value } = apic.page.trap;
  apic.page.trap = null;
  apic.model.registers.write(reason === REASON.apicWrite ? qualification : EOI, value, 4);
}

/**
 * VMX root operation (SDM Vol. 3, chapters 23 and 30): the VMX instructions as a hypervisor written in TypeScript calls them. Each
 * method is one instruction and costs what it costs.
 *
 *     vmclear ──▶ vmptrld ──▶ vmread, vmwrite ──▶ vmlaunch ──▶ guest ── VM exit ──▶ Monitor.visit({ kind: "vmexit" }) ──▶ vmresume ──▶ guest …
 *
 * The processor's state in root mode is the host's, which the hypervisor sets directly and every exit loads from the host-state area. A
 * guest in non-root operation stays in it until it exits, through as many runs of the machine as that takes.
 */
import type { Gva } from "../address.ts";
import type { Timer } from "../clock.ts";
import { type Cpu, CR0, EFER } from "../cpu/cpu.ts";
import type { VmxCapabilities } from "./capabilities.ts";
import { type CheckContext, checkControls } from "./check-controls.ts";
import { checkGuest, QUALIFICATION } from "./check-guest.ts";
import { checkHost } from "./check-host.ts";
import { CPU } from "./controls.ts";
import { loadGuest } from "./entry.ts";
import { leaveTables, secondDimension, usesEpt } from "./ept.ts";
import { loadHost } from "./exit.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import { NonRoot } from "./guest.ts";
import { interestOf } from "./intercepts.ts";
import { firstBadMsr, loadMsrs } from "./msr-lists.ts";
import type { Pay } from "./pay.ts";
import { ENTRY_FAILURE, REASON, VM_ERROR } from "./reasons.ts";
import type { ApicAccessPage, VirtualApic } from "./virtual-apic.ts";
import { Vmcs } from "./vmcs.ts";
import { invept, invvpid, vpidOf } from "./vpid.ts";

export type EntryResult =
  /** The guest's state is the processor's. */
  | { readonly kind: "entered" }
  /** VMfailValid: `error` is in the VM-instruction error field as well. `rule` tells what a real processor keeps to itself. */
  | { readonly kind: "failed"; readonly error: number; readonly rule: string }
  /** An exit at once, with the reason of an entry failure; the host's state is loaded. */
  | { readonly kind: "exited"; readonly reason: number; readonly rule: string };

const ENTERED: EntryResult = { kind: "entered" };
const VMXE = 1 << 13;

export class Vmx {
  readonly capabilities: VmxCapabilities;
  /** High half of what vmread returned. */
  high = 0;
  /** What the virtual-APIC page and the APIC-access page stand for, for guests whose interrupts the processor delivers. */
  apic: { readonly model: VirtualApic; readonly page: ApicAccessPage } | null = null;
  readonly #cpu: Cpu;
  readonly #pay: Pay;
  readonly #timer: Timer;
  #current: Vmcs | null = null;
  #guest: NonRoot | null = null;
  #interest: Uint8Array | null = null;
  #primary = 0;
  #secondary = 0;

  /** VMXON. Throws when the processor's model has no VMX. */
  constructor(cpu: Cpu, capabilities: VmxCapabilities, pay: Pay) {
    if (!cpu.model.features.has("vmx"))
      throw new Error(`invariant: VMXON on a ${cpu.model.brand}, which has no VMX`);
    this.#cpu = cpu;
    this.capabilities = capabilities;
    this.#pay = pay;
    this.#timer = cpu.clock.timer(() => this.#guest?.timerRang());
    cpu.cr0 |= CR0.PE | CR0.NE | CR0.PG;
    cpu.cr4 |= VMXE;
    cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  }

  /** VMCLEAR of a fresh region. */
  create(): Vmcs {
    return new Vmcs(this.capabilities);
  }

  /** VMPTRLD. */
  vmptrld(vmcs: Vmcs): void {
    this.#current = vmcs;
  }

  get current(): Vmcs {
    if (this.#current === null)
      throw new Error("VMfailInvalid: no VMCS is current; load one by vmptrld first");
    return this.#current;
  }

  /** Low half; the high half is left in `high`. Throws for a field that the processor does not have. */
  vmread(name: FieldName): number {
    const value = this.current.read(FIELDS[name]);
    this.#pay("vmRead", FIELDS[name]);
    if (typeof value === "number") throw this.#fail(value, name);
    this.high = value[1];
    return value[0];
  }

  /** Throws for a field that the processor does not have, or that is read-only. */
  vmwrite(name: FieldName, low: number, high = 0): void {
    const error = this.current.write(FIELDS[name], low, high);
    this.#pay("vmWrite", FIELDS[name]);
    if (error !== 0) throw this.#fail(error, name);
  }

  #fail(error: number, name: FieldName): Error {
    this.current.set(FIELDS.instructionError, error);
    const what =
      error === VM_ERROR.readOnlyField ? "is read-only" : `does not exist on a ${this.capabilities.id}`;
    return new Error(`VMfailValid(${error}): the VMCS field ${name} ${what}`);
  }

  vmlaunch(): EntryResult {
    if (this.current.launched) return this.#refuse(VM_ERROR.vmlaunchNotClear, "VMLAUNCH of a launched VMCS");
    return this.#enter();
  }

  vmresume(): EntryResult {
    if (!this.current.launched)
      return this.#refuse(VM_ERROR.vmresumeNotLaunched, "VMRESUME of a VMCS that was not launched");
    return this.#enter();
  }

  /** INVVPID of a type of vpid.ts. Throws what VMfailValid says. */
  invvpid(type: number, vpid: number, at = 0 as Gva): void {
    this.#invalidate("INVVPID", invvpid(this.#cpu, this.capabilities, type, vpid, at));
  }

  /** INVEPT of a type of vpid.ts; `low` and `high`: an EPT pointer. Throws what VMfailValid says. */
  invept(type: number, low = 0, high = 0): void {
    this.#invalidate("INVEPT", invept(this.#cpu, this.capabilities, type, low, high));
  }

  /** Priced as INVPCID. */
  #invalidate(name: string, rule: string | null): void {
    const { clock, prices } = this.#cpu;
    clock.charge(prices.instructions.invpcid ?? prices.instruction);
    if (rule === null) return;
    this.#current?.set(FIELDS.instructionError, VM_ERROR.invalidInvalidation);
    throw new Error(`VMfailValid(${VM_ERROR.invalidInvalidation}): ${name}: ${rule}`);
  }

  /** No instruction: takes the guest out between two of its own, as NonRoot.withdraw. */
  withdraw(): void {
    if (this.#cpu.guest === this.#guest) this.#guest?.withdraw(this.#cpu);
  }

  /** Of the last triple fault: as Stop has it. A real processor tells of none of it. */
  get shutdownDetail(): string {
    return this.#guest?.shutdownDetail ?? "";
  }

  #refuse(error: number, rule: string): EntryResult {
    this.current.set(FIELDS.instructionError, error);
    return { kind: "failed", error, rule };
  }

  #enter(): EntryResult {
    const cpu = this.#cpu;
    const vmcs = this.current;
    if (cpu.guest !== null) throw new Error("invariant: a VM entry in non-root operation");
    const context: CheckContext = {
      vmcs,
      capabilities: this.capabilities,
      physicalBits: cpu.prices.physicalBits,
      longMode: (cpu.efer & EFER.LMA) !== 0,
      byte: (at) => cpu.bus.read(at as never, 1),
    };
    if (cpu.debugShadow) return this.#refuse(VM_ERROR.blockedByMovSs, "VM entry in the shadow of MOV SS");
    const controls = checkControls(context);
    if (controls !== null) return this.#refuse(VM_ERROR.invalidControls, controls);
    const host = checkHost(context);
    if (host !== null) return this.#refuse(VM_ERROR.invalidHostState, host);
    const guest = checkGuest(context);
    if (guest !== null) return this.#failEntry(REASON.invalidGuestState, guest.qualification, guest.rule);
    this.#enterTables(cpu, vmcs);
    if (!loadGuest(cpu, vmcs))
      return this.#failEntry(
        REASON.invalidGuestState,
        QUALIFICATION.pdptes,
        "a PDPTE with reserved bits set",
      );
    const bad = firstBadMsr(cpu, vmcs, "entryMsrLoad", "entryMsrLoadCount");
    if (bad !== 0) return this.#failEntry(REASON.msrLoading, bad, `entry ${bad} of the MSR-load list`);
    vmcs.launched = true;
    this.#pay("vmEntry", 0);
    const { capabilities } = this;
    this.#guest = new NonRoot({
      ...{ cpu, vmcs, pay: this.#pay, interest: this.#interestOf(vmcs), apic: this.apic },
      ...{ timer: this.#timer, timerShift: capabilities.timerShift },
    });
    cpu.guest = this.#guest;
    cpu.clock.attend();
    return ENTERED;
  }

  /** Translations are the guest's from here on. Under EPT addresses are guest-physical, and what is refused leaves the guest. */
  #enterTables(cpu: Cpu, vmcs: Vmcs): void {
    const vpid = vpidOf(vmcs);
    if (!usesEpt(vmcs)) {
      if (vpid !== 0) cpu.memory.setSecondDimension(null, vpid);
      return;
    }
    const leave = (reason: number, qualification: number): never => {
      if (this.#guest === null) throw new Error("invariant: an EPT violation outside of a guest");
      return this.#guest.exitWith(reason, qualification);
    };
    const { physicalBits } = cpu.prices;
    cpu.memory.setSecondDimension(secondDimension(vmcs, this.capabilities, physicalBits, leave), vpid);
  }

  /** As the last time, mostly. */
  #interestOf(vmcs: Vmcs): Uint8Array {
    const primary = vmcs.get(FIELDS.primaryControls) & ~CPU.interruptWindow;
    const secondary = vmcs.get(FIELDS.secondaryControls);
    if (this.#interest === null || primary !== this.#primary || secondary !== this.#secondary)
      this.#interest = interestOf(vmcs);
    this.#primary = primary;
    this.#secondary = secondary;
    return this.#interest;
  }

  /** 26.7: like an exit, but the guest-state area is left alone. */
  #failEntry(reason: number, qualification: number, rule: string): EntryResult {
    const vmcs = this.current;
    vmcs.set(FIELDS.exitReason, reason | ENTRY_FAILURE);
    vmcs.set(FIELDS.exitQualification, qualification);
    leaveTables(this.#cpu, vmcs);
    loadHost(this.#cpu, vmcs);
    if (!loadMsrs(this.#cpu, vmcs, "exitMsrLoad", "exitMsrLoadCount"))
      throw new Error("VMX abort: the VM-exit MSR-load list names an MSR that cannot be loaded");
    this.#pay("vmExit", reason);
    return { kind: "exited", reason, rule };
  }
}

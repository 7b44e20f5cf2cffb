/**
 * What VT-x and SVM have in common for a hypervisor: a control block that the guest is entered with and comes back to, and few kinds of
 * reasons to come back. A format (vtx.ts, svm.ts) translates.
 */
import type { Gva } from "../../../machine/address.ts";
import { type Cpu, CR0, CR4, EFER } from "../../../machine/cpu/cpu.ts";
import type { NestedTables, Violation } from "../../mmu/pager.ts";
import type { Host } from "../host.ts";

/** An event for the guest's IDT, or one that was on its way through it. */
export interface GuestEvent {
  /** Kinds of machine/cpu/deliver/event.ts. */
  readonly kind: number;
  readonly vector: number;
  /** −1 for none. */
  readonly error: number;
  /** Bytes of the instruction that a software interrupt comes from; 0 otherwise. */
  readonly length: number;
}

export type Exit = {
  /** What experiments count by. */
  readonly name: string;
  /** What was on its way through the guest's IDT, and has to come again. */
  readonly during: GuestEvent | null;
} & (
  | { readonly kind: "pageFault"; readonly at: Gva; readonly error: number }
  /** The pager's second dimension has no page, or does not permit. */
  | { readonly kind: "violation"; readonly violation: Violation }
  /** V can carry it out, as it can every instruction. */
  | { readonly kind: "instruction" }
  | { readonly kind: "invlpg"; readonly at: Gva }
  /** VMCALL, VMMCALL. */
  | { readonly kind: "hypercall"; readonly length: number }
  /** Another instruction of the extension's own: the guest has none. */
  | { readonly kind: "undefined" }
  /** A device's interrupt; the guest can take one now. */
  | { readonly kind: "interrupt" | "window" }
  /** The guest's local APIC is to be told: a register was written, or a level-triggered interrupt ended. */
  | { readonly kind: "apic"; readonly register: number; readonly value: number }
  | { readonly kind: "taskSwitch" }
  | { readonly kind: "shutdown"; readonly detail: string }
);

/**
 * Where a monitor lives whose guests have their own address spaces: in long mode, so that it may enter guests of every mode. Nothing of it
 * ever runs there, so its tables are empty.
 */
export function enterLongMode({ cpu, frame }: { cpu: Cpu; frame: number }): void {
  cpu.efer |= EFER.LME | EFER.LMA;
  cpu.cr0 |= CR0.PE | CR0.PG | CR0.NE;
  cpu.cr4 |= CR4.PAE;
  cpu.cr3 = frame;
  cpu.memory.loadCr3(frame, 0);
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
}

export interface WorldSwitch {
  readonly name: string;
  /** P takes the interrupts of the guest's local APIC to the guest by itself, once they are there. */
  readonly deliversInterrupts: boolean;
  /** P can be entered with the state that V has now. */
  fits(virtual: Cpu): boolean;
  /** Into the guest, V's state being its own; `window`: come back when it can take an interrupt. */
  enter(virtual: Cpu, event: GuestEvent | null, window: boolean): void;
  /** V may be another one altogether: translations of the guest's that P has tagged and kept do not hold. */
  forget(): void;
  /** Out of it, after an exit: V's state is the guest's again. */
  leave(virtual: Cpu): Exit;
  /** Out of it without an exit: what was still to be injected. */
  withdraw(virtual: Cpu): GuestEvent | null;
}

/** `nested`: the pager's second dimension, where there is one. */
export type WorldSwitchFactory = (host: Host, nested?: NestedTables) => WorldSwitch;

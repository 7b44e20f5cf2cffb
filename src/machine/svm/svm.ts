/**
 * SVM's instructions as a hypervisor written in TypeScript calls them (AMD APM Vol. 2, chapter 15): VMLOAD, VMRUN, and VMSAVE after a
 * #VMEXIT, which ends in Monitor.visit. The VMCB is memory: reading and writing it are plain accesses.
 */
import type { Gva } from "../address.ts";
import type { Cpu } from "../cpu/cpu.ts";
import { IF } from "../cpu/flags.ts";
import { enterAsid, leaveAsid } from "./asid.ts";
import { checkGuest, SVME } from "./check.ts";
import { EXIT } from "./exit-codes.ts";
import { SvmGuest } from "./guest.ts";
import { secondDimension } from "./npt.ts";
import { loadState, saveGuest, vmload, vmsave } from "./state.ts";
import { CONTROL, Vmcb } from "./vmcb.ts";

export type SvmPay = (event: "vmEntry" | "vmExit", detail: number) => void;

export type RunResult =
  | { readonly kind: "entered" }
  /** #VMEXIT at once with code −1 (VMEXIT_INVALID). `rule` is what a real processor keeps to itself. */
  | { readonly kind: "invalid"; readonly rule: string };

const ENTERED: RunResult = { kind: "entered" };

export class Svm {
  readonly #cpu: Cpu;
  readonly #pay: SvmPay;
  /** VM_HSAVE_PA. */
  readonly #save: Vmcb;
  #guest: SvmGuest | null = null;

  /** EFER.SVME and VM_HSAVE_PA: a page of the host's. Throws when the processor's model has no SVM. */
  constructor(cpu: Cpu, hostSave: number, pay: SvmPay) {
    if (!cpu.model.features.has("svm"))
      throw new Error(`invariant: EFER.SVME on a ${cpu.model.brand}, which has no SVM`);
    this.#cpu = cpu;
    this.#pay = pay;
    this.#save = new Vmcb(cpu.bus, hostSave);
    cpu.efer |= SVME;
  }

  vmload(vmcb: Vmcb): void {
    vmload(this.#cpu, vmcb);
  }

  vmsave(vmcb: Vmcb): void {
    vmsave(this.#cpu, vmcb);
  }

  vmrun(vmcb: Vmcb): RunResult {
    const cpu = this.#cpu;
    if (cpu.guest !== null) throw new Error("invariant: VMRUN in guest mode");
    this.#pay("vmEntry", 0);
    saveGuest(cpu, this.#save);
    const hostInterrupts = (cpu.flags.eflags & IF) !== 0;
    const rule = checkGuest(vmcb, cpu.prices.physicalBits);
    if (rule !== null) return this.#refuse(vmcb, rule);
    enterAsid(cpu, vmcb, secondDimension(vmcb, cpu.prices, this.#leave));
    if (!loadState(cpu, vmcb)) {
      leaveAsid(cpu);
      return this.#refuse(vmcb, "a PDPTE with reserved bits set");
    }
    cpu.shadow = (vmcb.get(CONTROL.interruptShadow) & 1) !== 0;
    this.#guest = new SvmGuest({ cpu, vmcb, host: this.#save, hostInterrupts, pay: this.#pay });
    cpu.guest = this.#guest;
    cpu.clock.attend();
    return ENTERED;
  }

  /** A nested page fault; EXITCODE and the rest are told. */
  readonly #leave = (): never => {
    if (this.#guest === null) throw new Error("invariant: a nested page fault outside of a guest");
    return this.#guest.exitTold();
  };

  /** INVLPGA: a page of an ASID, global or not. Priced as INVLPG. */
  invlpga(at: Gva, asid: number): void {
    const { clock, prices, memory } = this.#cpu;
    clock.charge(prices.instructions.invlpg ?? prices.instruction);
    memory.tags.invalidateVpid(asid, at);
  }

  /** No instruction: takes the guest out between two of its own, without a #VMEXIT. */
  withdraw(): void {
    if (this.#cpu.guest === this.#guest) this.#guest?.withdraw(this.#cpu);
  }

  /** Of the last shutdown: as Stop has it. */
  get shutdownDetail(): string {
    return this.#guest?.shutdownDetail ?? "";
  }

  #refuse(vmcb: Vmcb, rule: string): RunResult {
    vmcb.set64(CONTROL.exitCode, EXIT.invalid, -1);
    this.#pay("vmExit", EXIT.invalid);
    return { kind: "invalid", rule };
  }
}

/**
 * The monitor's hook: a hypervisor written in TypeScript that owns the processor. All visitors enter here:
 *
 *     guest ──exception, INT n, external interrupt, HLT, shutdown──▶ visit() ──┬─ "resume"   run on at CS:RIP, as the monitor left it
 *     guest under hardware assistance ──VM exit──▶                            ├─ "deliver"  as if there were no monitor
 *                                                                             └─ stop       Machine.run returns
 *
 * The monitor may read and write all of the processor's state through `cpu`; registers, flags, segments with their hidden parts,
 * CR0, CR4 and EFER count from the next instruction on, a new CR3 when it goes through cpu.memory.loadCr3. For a fault CS:RIP is the instruction that
 * faulted, for everything else the next one. Without a monitor a machine pays nothing: the hook stands in the slow paths only.
 * (Popek and Goldberg 1974, section 4: dispatcher, allocator, interpreters.)
 */

export type Visit =
  /** A fault or trap; `error` is the error code it would push. #PF has its linear address in CR2 already. */
  | { readonly kind: "exception"; readonly vector: number; readonly error: number }
  /** INT n, INT3, INTO, INT1. */
  | { readonly kind: "software"; readonly vector: number }
  /** From the PIC or the APIC, acknowledged. */
  | { readonly kind: "interrupt"; readonly vector: number }
  /** HLT at CPL 0. */
  | { readonly kind: "halt" }
  /** A triple fault. */
  | { readonly kind: "shutdown"; readonly detail: string }
  /**
   * A guest under hardware assistance left non-root operation, and the processor is in root mode (guest-mode.ts). `reason` is VT-x's basic
   * exit reason or SVM's exit code, `name` what the tables of vmx/ and svm/ call it. "resume" after another entry.
   */
  | { readonly kind: "vmexit"; readonly reason: number; readonly name: string };

export type Verdict = "resume" | "deliver" | { readonly stop: string };

/** `C` is the processor (cpu/cpu.ts). What `visit` throws ends Machine.run and passes through. */
export interface Monitor<C> {
  visit(visit: Visit, cpu: C): Verdict;
}

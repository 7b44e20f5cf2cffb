/** What the student of lab 05 writes: three pieces of a hypervisor for VT-x, between the VMCS and the rest. */

/** Which bits of a control field the processor wants set, and which it allows. */
export interface Allowed {
  readonly must: number;
  readonly may: number;
}

/** Which bits a hypervisor cannot do without, and which it would like. */
export interface Wish {
  readonly required: number;
  readonly optional: number;
}

/** What the processor leaves in the VMCS at an exit: all are numbers of 32 bits, unsigned. */
export interface Exit {
  /** Basic exit reason (SDM Vol. 3, Appendix C). */
  readonly reason: number;
  readonly qualification: number;
  /** Bytes of the instruction that exited. */
  readonly length: number;
  /** VM-exit interruption information, and its error code. */
  readonly interruption: number;
  readonly error: number;
}

/** What the hypervisor is to do about it. `advance`: bytes by which the guest's RIP moves on. */
export type Action =
  | {
      readonly kind: "io";
      readonly direction: "in" | "out";
      readonly port: number;
      readonly size: number;
      readonly string: boolean;
      readonly advance: number;
    }
  | {
      readonly kind: "control";
      readonly register: number;
      readonly access: "write" | "read" | "clts" | "lmsw";
      readonly operand: number;
      readonly advance: number;
    }
  | { readonly kind: "cpuid" | "hlt"; readonly advance: number }
  | {
      readonly kind: "exception";
      readonly vector: number;
      readonly error: number | null;
      readonly advance: number;
    }
  | { readonly kind: "interrupt" | "window"; readonly advance: number }
  | { readonly kind: "unknown"; readonly advance: number };

/** What waits for the guest at the next entry. */
export interface Waiting {
  /** IDT-vectoring information, and its error code: what was being delivered when the guest exited. */
  readonly vectoring: number;
  readonly vectoringError: number;
  /** An exception that the hypervisor wants the guest to see. */
  readonly exception: { readonly vector: number; readonly error: number | null } | null;
  readonly nmi: boolean;
  /** The guest is in an NMI handler. */
  readonly nmiBlocked: boolean;
  /** Vector of an external interrupt, if one waits. */
  readonly interrupt: number | null;
  /** The guest would take an interrupt now: IF is set, and no STI or MOV SS stands in the way. */
  readonly interruptible: boolean;
}

export interface Injection {
  /** VM-entry interruption information: unsigned, 0 for nothing. */
  readonly information: number;
  /** VM-entry exception error code; 0 where there is none. */
  readonly error: number;
  /** Interrupt-window exiting is to be on: come back when the guest can take what still waits. */
  readonly window: boolean;
}

export interface HardwareAssist {
  /** The value of a control field; null when the processor does not allow what is required. */
  controls(wish: Wish, allowed: Allowed): number | null;
  onExit(exit: Exit): Action;
  inject(waiting: Waiting): Injection;
}

/**
 * The contract of a trap-and-emulate monitor's brain: what decides about a trap, carries out an instruction, and makes the guest's
 * handler run. Plain data goes in and comes out; all numbers are unsigned. The names are Popek and Goldberg's (1974, section 3):
 *
 *     trap ──▶ onTrap (dispatcher) ─┬─ emulate ──▶ emulate (interpreter routine) ──▶ Effects of the one instruction
 *                                   ├─ reflect ──▶ inject ──▶ Delivery: the guest's handler, its frame on the guest's stack
 *                                   └─ resume      the guest has nothing to do with it
 */

export const GENERAL = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] as const;
export type General = (typeof GENERAL)[number];
export const SELECTORS = ["es", "cs", "ss", "ds", "fs", "gs"] as const;
export type Selector = (typeof SELECTORS)[number];

/** The virtual processor: what the guest believes. Its kernel is in ring 0, whatever ring it really runs in. */
export interface Guest {
  readonly cpl: 0 | 3;
  /** Of the instruction that trapped; after INT n, and when an interrupt is injected, of the next one. */
  readonly eip: number;
  /** With the guest's own IF and IOPL. RF is set while a fault is injected, as the processor pushes it. */
  readonly eflags: number;
  readonly registers: Readonly<Record<General, number>>;
  readonly selectors: Readonly<Record<Selector, number>>;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  /** Up to four dwords from SS:ESP upwards, as far as there is memory. */
  readonly stack: readonly number[];
}

/** An instruction as the disassembler reads it. */
export interface Trapped {
  /** "mov cr3, eax" */
  readonly text: string;
  readonly mnemonic: string;
  /** "cr3", "eax" */
  readonly operands: readonly string[];
  /** In bytes. */
  readonly length: number;
  /** Operand size: 1, 2 or 4 bytes. */
  readonly size: number;
  /** The ISA table calls it sensitive: it reads or changes what a virtual machine has of its own. */
  readonly sensitive: boolean;
}

export interface Trap {
  /** "software": INT n, INT3, INTO. "interrupt": a device of the host's. */
  readonly kind: "fault" | "software" | "interrupt";
  readonly vector: number;
  /** What the processor pushes; null at vectors that have no error code. For a page fault as the guest's own tables would say it. */
  readonly error: number | null;
  /**
   * Whose doing it is. "monitor": a page that its shadow table lacks, a segment that its shadow descriptor cuts short or keeps absent,
   * although the guest's own tables permit the access. "device": there is no memory at the address. "guest": everything else.
   */
  readonly cause: "guest" | "monitor" | "device";
  /** "software": the ring (DPL) from which the guest's gate may be used; −1 where there is no gate. */
  readonly gateRing: number;
  /** The instruction that trapped; null for an interrupt, and where it cannot be read. */
  readonly instruction: Trapped | null;
}

export type Decision =
  | { readonly do: "emulate" }
  /** The guest's handler shall see it. A vector of 0 … 255; error: null where none is pushed. */
  | { readonly do: "reflect"; readonly vector: number; readonly error: number | null }
  | { readonly do: "resume" };

/** What an instruction does to the virtual processor. What is not named stays. */
export interface Effects {
  /** Of the instruction that follows. */
  readonly eip: number;
  readonly registers?: Readonly<{ [name in General]?: number | undefined }> | undefined;
  readonly eflags?: number | undefined;
  /** A dword to push. */
  readonly push?: number | undefined;
  readonly cr0?: number | undefined;
  readonly cr2?: number | undefined;
  readonly cr3?: number | undefined;
  /** The processor sleeps. */
  readonly halt?: boolean | undefined;
  /** Interrupts wait for one more instruction. */
  readonly shadow?: boolean | undefined;
}

/** The instruction faults on the virtual processor. */
export interface Raised {
  readonly fault: { readonly vector: number; readonly error: number | null };
}

export interface Event {
  readonly vector: number;
  readonly error: number | null;
}

/** The guest's gate for the event, and where its handler's stack is. */
export interface Gate {
  /** An interrupt gate clears IF, a trap gate does not. */
  readonly type: "interrupt" | "trap";
  readonly cs: number;
  readonly eip: number;
  /** SS:ESP of ring 0 from the guest's TSS. */
  readonly ss0: number;
  readonly esp0: number;
}

/** What the processor would have done: the frame lies on the stack from `esp` upwards. */
export interface Delivery {
  readonly frame: readonly number[];
  readonly esp: number;
  readonly ss: number;
  readonly cs: number;
  readonly eip: number;
  readonly eflags: number;
}

export interface TrapComponent {
  onTrap(trap: Trap, guest: Guest): Decision;
  /** null: leave it to the machine's own emulator, which knows every instruction. */
  emulate(instruction: Trapped, guest: Guest): Effects | Raised | null;
  inject(event: Event, guest: Guest, gate: Gate): Delivery;
}

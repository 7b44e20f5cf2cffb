/** What an experiment with one instruction gives: pairs of runs that differ in one thing. */

/**
 * What the two runs of a trial differ in. "ring": the first is the kernel in ring 0 on a machine of its own, the second the same
 * kernel one or three rings out, below a monitor. Otherwise both run in the outer ring; in the first the register holds what
 * the guest believes, in the second what the monitor put there for itself.
 */
export const DIFFERENCES = ["ring", "GDTR", "IDTR", "LDTR", "TR", "CR0", "EFLAGS", "TSC", "port"] as const;
export type Difference = (typeof DIFFERENCES)[number];

export type Outcome =
  | {
      readonly kind: "completes";
      /** What the program can read afterwards and that is new: registers, flags, words of memory ("[9800]"), by name. */
      readonly seen: Readonly<Record<string, number>>;
      /**
       * What became of the state of the virtual machine that cannot be read so easily, where it is new: segment registers with
       * their hidden parts, IF, IOPL, control registers and the rest. Below a monitor a completed instruction changes nothing but
       * segment registers here: the monitor keeps all else, and nobody told it anything.
       */
      readonly kept: Readonly<Record<string, string>>;
    }
  /** Whoever owns the exceptions got control: the monitor, or in ring 0 the kernel itself. */
  | { readonly kind: "traps"; readonly vector: number };

export interface Trial {
  /** The instruction as nasm spells it. */
  readonly text: string;
  /** What registers, memory and the stack held when it ran. */
  readonly given: string;
  /** The ring below the monitor. */
  readonly ring: 1 | 3;
  readonly differ: Difference;
  readonly first: Outcome;
  readonly second: Outcome;
}

/** All trials of one instruction of the manual. */
export interface Probe {
  readonly mnemonic: string;
  readonly trials: readonly Trial[];
}

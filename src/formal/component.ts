/**
 * The component of lab 01: a classifier of instructions, after Popek and Goldberg (CACM 17(7), 1974).
 *
 * It is handed an instruction only as a mapping on states (`probe.execute`), and pairs of states to try it on. Labels,
 * manuals and mnemonics prove nothing: what counts is what the instruction does.
 *
 * The clauses. Checks cite them by number.
 *
 * C1  A state in which the instruction memory-traps is evidence for nothing. In C2, C4 and C5 a pair is left out when
 *     either of its two states memory-traps; in C3 the state is left out.
 * C2  Privileged: in EVERY pair of states that differ only in mode, the instruction traps in the user state and does
 *     not trap in the supervisor state (and there is at least one such pair). Both halves count: an instruction that
 *     traps in both modes, as a supervisor call does, is not privileged.
 * C3  Control-sensitive: there is a state in which it completes (it does not trap) and changes M, or R, or both.
 *     Noted per mode of the state that it started from. (The paper excludes only memory traps. Read to the letter,
 *     every supervisor call would then change M, and no machine that has one would be virtualizable; the trap sequence
 *     is the machine's doing, it hands control to the VMM, so it does not count.)
 * C4  Location-sensitive: there is a pair of states with the same M, P and b, the same words in the window E|r, but a
 *     different l, in which it completes in both, keeps M and R in both, and afterwards the two windows or the two P
 *     differ. Noted per mode of the pair.
 * C5  Mode-sensitive: there is a pair of states that differ only in M, in which it completes in both, keeps M and R in
 *     both, and afterwards the two windows or the two P differ.
 * C6  Behaviour-sensitive is C4 or C5; sensitive is C3, C4 or C5; innocuous is not sensitive.
 * C7  User-sensitive: control-sensitive from a user state (C3, u), or location-sensitive in user states (C4, u).
 * C8  Theorem 1: the machine is virtualizable if every sensitive instruction is privileged.
 * C9  Theorem 3: it is hybrid-virtualizable if every user-sensitive instruction is privileged.
 * C10 `breaks` names the instructions against C8, `breaksHybrid` those against C9, both in the order given.
 */
import type { Mode, Outcome, State } from "./state.ts";

/** Two states that differ in one respect only. */
export interface StatePair {
  /** "mode": `first` is the supervisor state, `second` the user state. "location": same M, other l. */
  differ: "mode" | "location";
  first: State;
  second: State;
}

/** One instruction, seen from outside. */
export interface Probe {
  mnemonic: string;
  /**
   * The states to try. They stand for all states of a small machine: whatever an instruction can do to a pair, one of
   * these pairs shows it (see enumerate.ts for the argument).
   */
  pairs: readonly StatePair[];
  /** i(S): runs the instruction that P points at. The state given is not changed. */
  execute(state: State): Outcome;
}

/** What was found out about one instruction: clauses C2 to C5. */
export interface Classification {
  privileged: boolean;
  /** By mode of the state it started from. */
  control: Record<Mode, boolean>;
  /** By mode of the two states. */
  location: Record<Mode, boolean>;
  mode: boolean;
}

export interface Classified extends Classification {
  mnemonic: string;
}

/** What follows for the machine: clauses C8 to C10. */
export interface Verdict {
  virtualizable: boolean;
  hybrid: boolean;
  breaks: string[];
  breaksHybrid: string[];
}

/** What the student writes, and what the library itself classifies with (`referenceClassifier`, reference.ts). */
export interface Classifier {
  classify(probe: Probe): Classification;
  virtualizable(instructions: readonly Classified[]): Verdict;
}

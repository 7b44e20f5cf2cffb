/**
 * What of a translator is a decision: the rest of the engine carries it out, in real code in the cache. Plain data goes in and comes out.
 *
 *     unit of guest code ── translate ──▶ items ── emitter ──▶ block in the cache
 *     way out that leads to a block ── chain ──▶ bytes that replace its call-out
 *     write to a page with code ── invalidate ──▶ blocks that go, ways out that call out again
 */

/**
 * "other": no near transfer of control; `outcome` says more. "branch": conditional, LOOP and JECXZ as well. "monitor": in this form only the monitor
 * can execute it: another operand size, another ring, the monitor's own segments, no instruction at all.
 */
export type InstructionKind =
  | "other"
  | "jump"
  | "branch"
  | "call"
  | "indirect jump"
  | "indirect call"
  | "return"
  | "monitor";

/** What becomes of an instruction that is executed outside of ring 0, as it is: nothing special, a trap, something else than in ring 0. */
export type Outcome = "same" | "traps" | "differs";

/** A decoded instruction. */
export interface GuestInstruction {
  /** Offset in CS, from 0 to 2³² − 1. */
  readonly address: number;
  readonly length: number;
  readonly bytes: readonly number[];
  /** As a disassembler writes it. */
  readonly text: string;
  readonly mnemonic: string;
  readonly kind: InstructionKind;
  readonly outcome: Outcome;
  /** Of jump, branch and call: from the end of the instruction, signed. 0 for all others. */
  readonly displacement: number;
}

/**
 * A piece of translated code.
 *
 *     copy            the instruction's own bytes              push           PUSH value
 *     callOut         the monitor executes the instruction     goTo           to the translation of a guest address
 *     setIf           writes the virtual interrupt flag        goToIf         the same on the instruction's own condition
 *     poll            takes an interrupt that has waited       goIndirect     to where the operand or the stack says, after
 *     pushFlags       PUSHF, with the virtual flags                           pushing `returnTo` if that is given
 *     popFlags        POPF, into the virtual flags
 *     pushSelector, readSelector                               PUSH and MOV from the guest's segment register
 *
 * callOut, goTo and goIndirect end the unit. A unit that none of them ends goes on at the next instruction.
 */
export type Item =
  | {
      readonly op: "copy" | "callOut" | "poll" | "pushFlags" | "popFlags" | "pushSelector" | "readSelector";
    }
  | { readonly op: "setIf"; readonly value: 0 | 1 }
  | { readonly op: "push"; readonly value: number }
  | { readonly op: "goTo" | "goToIf"; readonly target: number }
  | { readonly op: "goIndirect"; readonly returnTo?: number | undefined };

/** A direct way out of a block, which calls out until it is chained. Addresses in the cache are linear, from 0 to 2³² − 1. */
export interface WayOut {
  /** Guest address that it leads to. */
  readonly target: number;
  /** "jump": five bytes to be replaced by JMP rel32 (E9). "displacement": the four bytes of rel32 of a conditional jump that stands there. */
  readonly form: "jump" | "displacement";
  /** Where these bytes are in the cache. */
  readonly place: number;
}

/** The block that is entered now. */
export interface Entered {
  /** Guest address that it is the translation of. */
  readonly address: number;
  /** Its first byte in the cache. */
  readonly place: number;
}

/** A write of the guest's to memory that it has executed. */
export interface CodeWrite {
  /** Guest-physical. */
  readonly address: number;
  /** What is there now. */
  readonly bytes: readonly number[];
}

/** A block with code on the page that was written. */
export interface BlockOnPage {
  readonly id: number;
  /** Guest-physical address of the first byte on that page that it was made of. */
  readonly address: number;
  /** What was there when it was made. */
  readonly bytes: readonly number[];
  /** Ways out of other blocks that are chained to it, by their numbers. */
  readonly incoming: readonly number[];
}

export interface Invalidation {
  /** Blocks that must not be entered any more. */
  readonly blocks: readonly number[];
  /** Ways out that call out again. */
  readonly unchain: readonly number[];
}

export interface TranslationPolicy {
  /** For each instruction of a unit what stands for it; fewer than there are instructions: the unit ends early. */
  translate(unit: readonly GuestInstruction[]): readonly (readonly Item[])[];
  /** The bytes for the way out when `entered` is what it leads to; null: it stays as it is. */
  chain(exit: WayOut, entered: Entered): readonly number[] | null;
  invalidate(write: CodeWrite, blocks: readonly BlockOnPage[]): Invalidation;
}

/** A policy has asked for what cannot be carried out. */
export class BadTranslation extends Error {
  override name = "BadTranslation";
}

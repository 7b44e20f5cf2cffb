/** What the student of lab 02 writes: the way from real to 64-bit mode, and a judge of instructions. */
import type { Finding, Leak, Probe } from "../../src/experiments/index.ts";

/** An instruction as it was classified, and the manual's entry under which it is found ("VERR/VERW"). */
export interface Classified extends Finding {
  readonly mnemonic: string;
  readonly entry: string;
}

export interface Verdict {
  virtualizable: boolean;
  /** Entries of the manual that stand against it. */
  entries: string[];
  /** Mnemonics by what they give away. */
  leaks: Record<Leak, string[]>;
}

export interface ModesAndRings {
  /** Assembly: from real mode to 32-bit protected mode. */
  protect(): string;
  /** Assembly: page tables of four levels, and CR4.PAE. */
  map(): string;
  /** Assembly: paging on in IA-32e mode, and into 64-bit code. */
  lengthen(): string;
  classify(probe: Probe): Finding;
  verdict(instructions: readonly Classified[]): Verdict;
}

/** The three pieces of the boot path. */
export type Path = Pick<ModesAndRings, "protect" | "map" | "lengthen">;
export type Piece = keyof Path;

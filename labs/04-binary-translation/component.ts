/** What the student of lab 04 writes: what stands in the translation cache, which branches lead where, what goes when code is written. */
export type {
  BlockOnPage,
  CodeWrite,
  Entered,
  GuestInstruction,
  Invalidation,
  Item,
  WayOut,
} from "../../src/systems/index.ts";

import type {
  BlockOnPage,
  CodeWrite,
  Entered,
  GuestInstruction,
  Invalidation,
  Item,
  WayOut,
} from "../../src/systems/index.ts";

export interface Translator {
  translate(unit: readonly GuestInstruction[]): Item[][];
  chain(exit: WayOut, entered: Entered): number[] | null;
  invalidate(write: CodeWrite, blocks: readonly BlockOnPage[]): Invalidation;
}

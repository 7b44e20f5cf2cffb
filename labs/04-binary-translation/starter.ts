import type {
  BlockOnPage,
  CodeWrite,
  Entered,
  GuestInstruction,
  Invalidation,
  Item,
  Translator,
  WayOut,
} from "ringlab/labs/04-binary-translation/component";

function translate(unit: readonly GuestInstruction[]): Item[][] {
  // For each instruction of the unit: what stands for it in the cache?
  return unit.map((instruction) => {
    // Step 1. Where do branches, calls and returns go? (C2, C3)
    // Step 2. Which instructions must not be there as they are? (C4, C5)
    // Step 3. When may a waiting interrupt come? (C6)
    return [{ op: "copy" }];
  });
}

function chain(exit: WayOut, entered: Entered): number[] | null {
  // Step 4. Which bytes lead from the exit to the block? And is it the right block? (C7, C8)
  return null;
}

function invalidate(write: CodeWrite, blocks: readonly BlockOnPage[]): Invalidation {
  // Step 5. Whose code has changed? Which exits still lead there? (C9, C10)
  return { blocks: [], unchain: [] };
}

export const component: Translator = { translate, chain, invalidate };
